"""The catalogue and its list prices, from OpenRouter's models path (no key)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl

from connectors.sources.payload import (
    Object,
    build_event,
    check_rejected,
    envelope_of,
    read_document,
    refuses_payload,
    require_field,
    require_type,
    unknown_fields,
)
from connectors.sources.prices import (
    OVERRIDE,
    PRICING,
    SIDES,
    UNPRICED,
    is_per_token,
    is_weekday_bound,
    list_overrides,
    read_discount,
    read_prices,
)
from tokenshare.codec import read_count
from tokenshare.errors import ContractViolation
from tokenshare.events import CatalogModelObserved, Event, PriceListed
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import CATALOG_MODEL_OBSERVED, PRICE_LISTED

PATH = "models"
EVERYTHING = {"output_modalities": "all"}  # the default is text only, and usage includes image models
MOST_PAGES = 20

DOCUMENT = frozenset({"data", "total_count", "links"})
ENTRY = frozenset(
    (
        *("id", "canonical_slug", "name", "created", "description", "context_length", "hugging_face_id"),
        *("architecture", "pricing", "top_provider", "per_request_limits", "supported_parameters"),
        *("default_parameters", "expiration_date", "alias_target"),
        *("benchmarks", "knowledge_cutoff", "links", "reasoning", "supported_voices"),
    )
)


class ReadEntry(NamedTuple):
    """An entry of the catalogue and the events made from it."""

    entry: Object
    events: tuple[Event, ...]


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """Fetch the whole catalogue, page by page while it names a next one. An unreadable page is the last."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    query = EVERYTHING
    while len(seen) < MOST_PAGES:
        page = session.get(PATH, query)
        yield page
        seen.add(tuple(sorted(query.items())))
        try:
            following = _next_of(read_document(page))
        except ContractViolation:
            return
        query = EVERYTHING | following
        if not following or tuple(sorted(query.items())) in seen:
            return


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    documents = [read_document(page) for page in fetch.pages]
    if not documents or _next_of(documents[-1]):
        raise ContractViolation(f"the catalogue goes on after its {len(documents)} pages")
    rows = [row for document in documents for row in require_field(document, "data", list, "the document")]
    _check_whole(documents, rows)
    envelope = envelope_of(fetch)
    read = [_read_entry(row, f"data[{number}]", envelope) for number, row in enumerate(rows)]
    rejected = tuple(found for found in read if isinstance(found, str))
    check_rejected(rejected, len(rows) - len(rejected))
    own = [found for found in read if not isinstance(found, str) and found.events]
    events = tuple(event for found in own for event in found.events)
    _check_prices([event for event in events if isinstance(event, PriceListed)])
    return Parsed(
        events=events,
        as_of=fetch.window.observed_at,
        rejected=rejected,
        unknown_fields=unknown_fields("document", documents, DOCUMENT) | _unknown_in([found.entry for found in own]),
    )


def _read_entry(row: object, where: str, envelope: Object) -> ReadEntry | str:
    """An entry with its events, none for an alias; if it is malformed, what is wrong with it: others are not."""
    try:
        entry = require_type(row, dict, where)
        return ReadEntry(entry, () if _is_alias(entry) else tuple(_events(entry, where, envelope)))
    except ContractViolation as error:
        name = row.get("id") if isinstance(row, dict) else None
        return f"{str(name)[:80]}: {error}" if name else str(error)


def _next_of(document: Object) -> dict[str, str]:
    """The parameters of the next page. Its host and path in the answer are ignored."""
    links = document.get("links")
    following = require_type(links, dict, "links").get("next") if links is not None else None
    if following is None:
        return {}
    pairs = parse_qsl(require_type(following, str, "links.next").partition("?")[2])
    query = {name: value for name, value in pairs if name in ("offset", "limit")}
    if "offset" not in query:
        raise ContractViolation("links.next names no offset: paging is not as documented")
    return {name: str(read_count(value, f"links.next: {name}")) for name, value in query.items()}


def _check_whole(documents: list[Object], rows: list[object]) -> None:
    if not rows:
        raise ContractViolation("data is empty: a catalogue without models")
    promised = {read_count(found["total_count"], "total_count") for found in documents if "total_count" in found}
    if promised - {len(rows)}:
        raise ContractViolation(f"{len(rows)} entries came, total_count says {sorted(promised)}")
    entries = [row for row in rows if isinstance(row, dict)]
    pricings = [entry["pricing"] for entry in entries if isinstance(entry.get("pricing"), dict)]
    for name, objects in (("hugging_face_id", entries), *((side, pricings) for side in SIDES)):
        if not any(name in found for found in objects):  # one entry may lack it; all of them may not
            raise ContractViolation(f"no entry has {name!r}: removed or renamed")


def _check_prices(listed: list[PriceListed]) -> None:
    stated = {side for price in listed for side in (price.input_usd_per_token, price.output_usd_per_token)} - {None}
    if stated == {"0"}:
        raise ContractViolation("no price above 0: everything in the catalogue is free")


def _is_alias(entry: Object) -> bool:
    """True for `~author/family-latest`: it points at another entry, listed itself."""
    return entry.get("alias_target") is not None or str(entry.get("id")).startswith("~")


def _events(entry: Object, where: str, envelope: Object) -> Iterator[Event]:
    name, slug = require_field(entry, "id", str, where), require_field(entry, "canonical_slug", str, where)
    architecture = require_field(entry, "architecture", dict, where)
    modalities = require_field(architecture, "output_modalities", list, f"{where}.architecture")
    yield build_event(
        CatalogModelObserved,
        where,
        **envelope,
        id=name,
        canonical_slug=slug,
        name=require_field(entry, "name", str, where),
        created_at=_read_epoch(require_field(entry, "created", int, where), f"{where}.created"),
        hugging_face_id=None if entry.get("hugging_face_id") == "" else entry.get("hugging_face_id"),
        output_modalities=tuple(modalities),
        is_withdrawn=False,
    )
    pricing = _pricing_of(entry, where)
    prices = read_prices(pricing, f"{where}.pricing") if is_per_token(pricing, modalities) else (UNPRICED,)
    is_discounted = read_discount(pricing, f"{where}.pricing")
    for price in prices:
        yield build_event(
            PriceListed,
            f"{where}.pricing",
            **envelope,
            **vars(price),
            model_id=_priced_as(name, slug),
            provider="openrouter",
            valid_from=None,
            valid_to=None,
            is_discounted=is_discounted,
        )


def _pricing_of(entry: Object, where: str) -> Object:
    """The prices of an entry; an entry without any is unpriced."""
    return {} if entry.get("pricing") is None else require_field(entry, "pricing", dict, where)


def _priced_as(name: str, slug: str) -> str:
    """The slug, with the variant of the id: `a/b` and `a/b:free` share a canonical slug but not a price.

    Usage rows name variants the same way, so prices join them.
    """
    variant = name.rpartition("/")[2].partition(":")[2]
    return f"{slug}:{variant}" if variant and ":" not in slug else slug


def _read_epoch(seconds: int, where: str) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ContractViolation(f"{where} is not a valid number of seconds since 1970") from error


def _unknown_in(entries: list[Object]) -> frozenset[str]:
    """The unknown fields of accepted entries. Overrides bound to weekdays count, because they are left out."""
    pricings = [entry["pricing"] for entry in entries if entry.get("pricing") is not None]
    overrides = [found for pricing in pricings for found in list_overrides(pricing)]
    unplaced = {"data[].pricing.overrides[].utc_days"} if any(map(is_weekday_bound, overrides)) else set()
    return (
        unknown_fields("data[]", entries, ENTRY)
        | unknown_fields("data[].pricing", pricings, PRICING)
        | unknown_fields("data[].pricing.overrides[]", overrides, OVERRIDE)
        | unplaced
    )


SOURCE = Source(
    id="openrouter_models",
    title="OpenRouter: catalogue of models and their list prices",
    emits=(CATALOG_MODEL_OBSERVED, PRICE_LISTED),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="CC BY 4.0",
    homepage="https://openrouter.ai/models",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of {as_of}.",
    terms="Public, without a key, cached at the edge. With paging, a page has 500 entries, 1,000 at most.",
    traps="Prices are strings, USD per token; -1 is a variable price, not a number. In the same fields, entries whose "
    "output is neither text nor embeddings are priced per second, per character or per piece. A price is the top "
    "provider's and moves with routing, not only when the vendor reprices. Usage joins canonical_slug, not id. Without "
    "output_modalities=all only text models are listed. `~` ids are aliases. The later of two overrides wins.",
    world_file="models.csv",
    fetch=fetch,
    parties=Parties(
        owner="who offers the model",
        owned=(
            "id",
            "canonical_slug",
            "name",
            "created_at",
            "hugging_face_id",
            "output_modalities",
            "model_id",
            "tier_min_tokens",
            "utc_start",
            "utc_end",
            "input_usd_per_token",
            "output_usd_per_token",
            "is_discounted",
        ),
        ours=("is_withdrawn", "provider", "valid_from", "valid_to"),
    ),
    parse=parse,
)
