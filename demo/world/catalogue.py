"""The synthetic world's catalogue: an entry per model variant, its traps, and a price wrong on purpose."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from demo.world.calendar import LAST_DAY, stamp
from demo.world.models import MODEL_BY_PERMASLUG, MODELS, SyntheticModel

DISCOUNTED = "minimax/minimax-m2.7-20260318"
LONG_CONTEXT = "google/gemini-3.1-pro-preview-20260219"
EMBEDDING = "qwen/qwen3-embedding-8b"
SLIPPED = "openai/gpt-5.4-20260305"
SLIPPED_AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
CUT, CUT_AT = "deepseek/deepseek-v4-pro-20260423", datetime(2026, 6, 29, 3, tzinfo=UTC)
CUT_PRICE = {"prompt_usd_per_token": "0.000000435", "completion_usd_per_token": "0.00000087"}
LONG_CONTEXT_PRICE = {"min_prompt_tokens": 200000, "prompt": "0.000004", "completion": "0.000018"}
UNDATED = date(2025, 1, 1)
MEDIA = {  # what is not sold by the token has two prices as well: per second, or 0
    "microsoft/mai-transcribe-2-20260903": ("transcription", "0.1"),
    "minimax/hailuo-3-max-20260901": ("video", "0"),
    "mistralai/voxtral-small-24b-2507-stt-20260813": ("transcription", "0.00005"),
}

CatalogueEntry = dict[str, str]


def entries() -> Iterator[CatalogueEntry]:
    """The entries of the catalogue, each model from its first day to its last; a price is cut, and one slips."""
    listed = [_describe(model) for model in MODELS]
    gone = [_withdraw(entry, model) for entry, model in zip(listed, MODELS, strict=True) if model.last_date < LAST_DAY]
    cut = {**_find(listed, CUT), **CUT_PRICE, "known_at": stamp(CUT_AT)}
    slipped = _slip(_find(listed, SLIPPED))
    shown = (*listed, *gone, _router(listed[0]), *_media(listed[0]), cut, slipped)
    yield from sorted(shown, key=lambda entry: (entry["known_at"], entry["id"]))


def _find(listed: list[CatalogueEntry], slug: str) -> CatalogueEntry:
    return next(entry for entry in listed if entry["canonical_slug"] == slug)


def _withdraw(entry: CatalogueEntry, model: SyntheticModel) -> CatalogueEntry:
    after = datetime.combine(model.last_date + timedelta(days=1), time(), UTC)
    return {**entry, "withdrawn": "true", "known_at": stamp(after)}


def _describe(model: SyntheticModel) -> CatalogueEntry:
    dated = re.search(r"-(20\d{6})$", model.id)
    created = date.fromisoformat(dated[1]) if dated else UNDATED
    return {
        "known_at": stamp(datetime.combine(model.first_date, time(), UTC)),
        "id": _name(model),
        "canonical_slug": model.id,
        "name": model.name + (" (free)" if model.is_free else ""),
        "created_at": stamp(datetime.combine(created, time(), UTC)),
        "hugging_face_id": model.repository,
        "output_modalities": "embeddings" if model.id == EMBEDDING else "text",
        "prompt_usd_per_token": _per_token(model.input_usd),
        "completion_usd_per_token": _per_token(model.output_usd),
        "discount": "0.25" if model.id == DISCOUNTED else "0",
        "overrides_json": json.dumps([LONG_CONTEXT_PRICE] if model.id == LONG_CONTEXT else []),
        "withdrawn": "false",
    }


def _name(model: SyntheticModel) -> str:
    """The id of a model: it has the variant and not the date. Usage joins by the slug, which has the date."""
    undated = re.sub(r"-20\d{6}$", "", model.id)
    own = model.id if undated in MODEL_BY_PERMASLUG else undated
    return own + (":free" if model.is_free else "")


def _router(entry: CatalogueEntry) -> CatalogueEntry:
    """The router's own entry, at the price of the model it picks: -1 is not a price."""
    slug = {"id": "openrouter/auto", "canonical_slug": "openrouter/auto", "name": "Auto Router"}
    price = {"prompt_usd_per_token": "-1", "completion_usd_per_token": "-1", "hugging_face_id": ""}
    return {**entry, **slug, **price, "created_at": stamp(datetime.combine(UNDATED, time(), UTC))}


def _media(entry: CatalogueEntry) -> Iterator[CatalogueEntry]:
    """Entries for speech and video: their prices are not per token."""
    for slug, (modality, price) in MEDIA.items():
        cells = {"id": slug[: -len("-20260903")], "canonical_slug": slug, "name": slug, "output_modalities": modality}
        yield {**entry, **cells, "hugging_face_id": "", "prompt_usd_per_token": price, "completion_usd_per_token": "0"}


def _slip(entry: CatalogueEntry) -> CatalogueEntry:
    """USD per million tokens in the place of USD per token: must hold list_price_daily, and it alone."""
    columns = ("prompt_usd_per_token", "completion_usd_per_token")
    price = {column: f"{Decimal(entry[column]).scaleb(6).normalize():f}" for column in columns}
    return {**entry, **price, "known_at": stamp(SLIPPED_AT)}


def _per_token(usd_per_million: Decimal) -> str:
    return f"{usd_per_million.scaleb(-6).normalize():f}"
