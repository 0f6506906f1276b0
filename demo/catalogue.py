"""The synthetic world's catalogue: an entry per model, its traps, and the price that is wrong on purpose."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from demo.calendar import stamp
from demo.models import MODELS, Model

COLUMNS = (
    *("known_at", "id", "canonical_slug", "name", "created_at", "hugging_face_id", "output_modalities"),
    *("prompt_usd_per_token", "completion_usd_per_token", "discount", "overrides_json", "withdrawn"),
)
DISCOUNTED = "minimax/minimax-m2.7-20260318"
LONG_CONTEXT = "google/gemini-3.1-pro-preview-20260219"
EMBEDDING = "qwen/qwen3-embedding-8b"
SLIPPED = "openai/gpt-5.4-20260305"
SLIPPED_AT = datetime(2026, 6, 29, 3, tzinfo=UTC)
LONG_CONTEXT_PRICE = {"min_prompt_tokens": 200000, "prompt": "0.000004", "completion": "0.000018"}
UNDATED = date(2025, 1, 1)

Entry = dict[str, str]


def entries() -> Iterator[Entry]:
    """What the catalogue lists, each model from its first day; at last, one price in the wrong unit."""
    by_id = {model.id: model for model in reversed(MODELS)}  # a paid row, where there is one, stands first
    listed = [_describe(by_id[slug]) for slug in dict.fromkeys(model.id for model in MODELS)]
    yield from sorted((*listed, _router(listed[0])), key=lambda entry: (entry["known_at"], entry["id"]))
    yield _slip(next(entry for entry in listed if entry["canonical_slug"] == SLIPPED))


def _describe(model: Model) -> Entry:
    dated = re.search(r"-(20\d{6})$", model.id)
    created = date.fromisoformat(dated[1]) if dated else UNDATED
    return {
        "known_at": stamp(datetime.combine(model.first_date, time(), UTC)),
        # The date is in the slug, the variant in the id: usage joins the one and never the other.
        "id": re.sub(r"-20\d{6}$", "", model.id) + (":free" if model.is_free else ""),
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


def _router(entry: Entry) -> Entry:
    """The router's own entry costs what the model it picks costs: -1 is no price."""
    slug = {"id": "openrouter/auto", "canonical_slug": "openrouter/auto", "name": "Auto Router"}
    price = {"prompt_usd_per_token": "-1", "completion_usd_per_token": "-1", "hugging_face_id": ""}
    return {**entry, **slug, **price, "created_at": stamp(datetime.combine(UNDATED, time(), UTC))}


def _slip(entry: Entry) -> Entry:
    """USD per million tokens where USD per token belongs: must hold list_price_daily, and it alone."""
    columns = ("prompt_usd_per_token", "completion_usd_per_token")
    price = {column: f"{Decimal(entry[column]).scaleb(6).normalize():f}" for column in columns}
    return {**entry, **price, "known_at": stamp(SLIPPED_AT)}


def _per_token(usd_per_million: Decimal) -> str:
    return f"{usd_per_million.scaleb(-6).normalize():f}"
