"""Every field that the owner of a row controls, spoilt in every way: that row is put aside, and no other."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from connectors.sources import SOURCES
from tests.sources.payloads import fetch_of
from tokenshare.codec import decode, encode
from tokenshare.sources import Fetch, Parsed, Source

GONE = object()
DEEP: Any = 1
for _ in range(40):
    DEEP = [DEEP]
TEXTS = (
    *(
        "",
        " ",
        "x",
        "x" * 3_000,
        "x" * 70_000,
        "\x00",
        "\x01",
        "\x7f",
        "\u202e",
        "\u0661",
        "=1+1",
        '"',
        ",",
        "\n",
        "\ufeff",
    ),
    *("0", "-1", "1e9", "9" * 40, "1,5", "NaN", "true", "2026-02-30", "9999-12-31", "0001-01-01T00:00:00Z"),
)
VALUES: tuple[Any, ...] = (
    *TEXTS,
    *("\ud800", GONE, None, True, 7, 0, -1, 1.5, 1e308, 10**19, 10**400),
    *([], {}, {"a": {"b": 1}}, [None], [[]], ["x" * 300], DEEP, [{"relation": "merge", "models": [{"id": 7}]}]),
    *([f"tag-{number}" for number in range(2_001)], [f"{number:0>250}" for number in range(400)]),
)
# Where a field lies in a row of JSON: the page and the way to its rows, and the names that differ from the field's.
ROWS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "huggingface_hub": (0, ()),
    "openrouter_models": (0, ("data",)),
    "edgar_shares": (0, ("facts", "dei", "EntityCommonStockSharesOutstanding", "units", "shares")),
}
NAMES: dict[str, tuple[Any, ...]] = {
    "huggingface_hub.repo": ("id",),
    "huggingface_hub.created_at": ("createdAt",),
    "huggingface_hub.downloads_30_days": ("downloads",),
    "huggingface_hub.base_models": ("baseModels",),
    "huggingface_hub.downloads_all_time": ("downloadsAllTime",),
    "openrouter_models.created_at": ("created",),
    "huggingface_hub.trending_score": ("trendingScore",),
    "openrouter_models.model_id": ("canonical_slug",),
    "openrouter_models.output_modalities": ("architecture", "output_modalities"),
    "openrouter_models.tier_min_tokens": ("pricing", "overrides", 0, "min_prompt_tokens"),
    "openrouter_models.utc_start": ("pricing", "overrides", 1, "utc_start"),
    "openrouter_models.utc_end": ("pricing", "overrides", 1, "utc_end"),
    "openrouter_models.input_usd_per_token": ("pricing", "prompt"),
    "openrouter_models.output_usd_per_token": ("pricing", "completion"),
    "openrouter_models.is_discounted": ("pricing", "discount"),
    "edgar_shares.date": ("end",),
    "edgar_shares.shares_issued": ("val",),
    "quotes_dropped.session_date": ("date",),
    "genai_prices.model_id": ("model",),
    "genai_prices.input_usd_per_token": ("input_usd_per_million",),
    "genai_prices.output_usd_per_token": ("output_usd_per_million",),
}
OWNED = [(source, field) for source in SOURCES for field in source.parties.owned]


def rows_of(source: Source, document: Any) -> list[Any]:
    for step in ROWS[source.id][1]:
        document = document[step]
    return document  # type: ignore[no-any-return]


def edited(source: Source, edit: Callable[[list[Any]], None]) -> Fetch:
    """The sound answer of a source with its rows edited, objects of JSON or lists of cells."""
    fetch = fetch_of(source.id)
    at = ROWS[source.id][0] if source.id in ROWS else 0
    body = fetch.pages[at].body
    if source.id in ROWS:
        document = json.loads(body)
        document = {k: v for k, v in document.items() if k != "total_count"} if isinstance(document, dict) else document
        edit(rows_of(source, document))
        body = json.dumps(document).encode()
    else:
        table = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        target, names = io.StringIO(newline=""), list(table[0])
        edit(table)
        writer = csv.DictWriter(target, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
        body = target.getvalue().encode()
    pages = tuple(replace(page, body=body) if n == at else page for n, page in enumerate(fetch.pages))
    return replace(fetch, pages=pages)


def ids(parsed: Parsed) -> set[str]:
    return {event.event_id for event in parsed.events}


def remove(at: int) -> Callable[[list[Any]], None]:
    return lambda rows: rows.pop(at) and None


@cache
def row_of(source: Source, way: tuple[Any, ...]) -> tuple[int, frozenset[str]]:
    """A row with that field which nothing else stands on, and the events of the other rows."""
    whole, rows = ids(source.parse(fetch_of(source.id))), list[Any]()
    edited(source, rows.extend)
    for at in (at for at, row in enumerate(rows) if is_in(row, way)):
        others = ids(source.parse(edited(source, remove(at))))
        if others < whole:
            return at, frozenset(others)
    raise AssertionError(f"no row of {source.id} has {way} and stands alone")


def is_in(row: Any, way: Sequence[Any]) -> bool:
    for step in way:
        if not (step in row if isinstance(row, dict) else isinstance(row, list) and step < len(row)):
            return False
        row = row[step]
    return True


def put(row: Any, way: Sequence[Any], value: Any) -> None:
    for step in way[:-1]:
        row = row[step]
    if value is GONE:
        del row[way[-1]]
    else:
        row[way[-1]] = deepcopy(value)


def spoilt(source: Source, way: tuple[Any, ...]) -> Iterator[tuple[Any, Parsed]]:
    at, _ = row_of(source, way)
    for value in VALUES if source.id in ROWS else TEXTS:
        yield value, source.parse(edited(source, lambda rows, value=value: put(rows[at], way, value)))  # type: ignore[misc]


@pytest.mark.parametrize(("source", "field"), OWNED, ids=lambda part: getattr(part, "id", part))
@pytest.mark.threat("S3")
def test_what_the_owner_of_a_row_can_spoil_is_that_row(source: Source, field: str) -> None:
    """The other rows stay as they are; the spoilt one is put aside, or what is left of it keeps the contract."""
    topics, way = {topic.event: topic for topic in source.emits}, NAMES.get(f"{source.id}.{field}", (field,))
    before, (_, others) = source.parse(fetch_of(source.id)).rejected, row_of(source, way)
    aside = 0
    for value, parsed in spoilt(source, way):
        said = f"{str(value)[:60]!r}: {parsed.rejected}"
        assert others <= ids(parsed), said
        assert len(parsed.rejected) <= len(before) + 1, said
        assert [decode(topics[type(event)], encode(event)) for event in parsed.events] == list(parsed.events), said
        aside += ids(parsed) == others and len(parsed.rejected) == len(before) + 1
    assert aside >= 3, f"only {aside} spoilings of {field} put the row aside"
