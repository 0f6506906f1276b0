"""What the catalogue says of models and prices, and when it is refused."""

import contextlib
import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.openrouter_models import fetch, parse
from connectors.sources.prices import read_price
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import ContractViolation, PayloadRefused
from tokenshare.events import CatalogModelObserved, PriceListed
from tokenshare.sources import Page, Parsed

ID = "openrouter_models"
GOOD: dict[str, Any] = json.loads((FIXTURES / ID / "payload.json").read_bytes())


def page(document: Any) -> Page:
    return Page("https://upstream.example/api/v1/models", json.dumps(document).encode(), "application/json")


def changed(place: str, value: Any) -> Page:
    """The good catalogue with one value of its first entry replaced; `place` is a path with dots."""
    document = deepcopy(GOOD)
    *path, last = place.split(".")
    target = document["data"][0]
    for name in path:
        target = target[name]
    target[last] = value
    return page(document)


def models(parsed: Parsed) -> list[CatalogModelObserved]:
    return [event for event in parsed.events if isinstance(event, CatalogModelObserved)]


def prices(parsed: Parsed) -> list[tuple[Any, ...]]:
    found = (event for event in parsed.events if isinstance(event, PriceListed))
    return [
        (p.model_id, p.tier_min_tokens, p.utc_start, p.utc_end, p.input_usd_per_token, p.output_usd_per_token)
        for p in found
    ]


def test_entries_become_models_and_aliases_do_not() -> None:
    found = models(parse(fetch_of(ID)))
    assert [model.id for model in found] == [
        "alpha/one",
        "beta/two",
        "beta/two:free",
        "openrouter/auto",
        "gamma/painter",
    ]
    assert [model.hugging_face_id for model in found] == [None, "beta/Two-7B", "beta/Two-7B", None, None]
    assert found[4].output_modalities == ("text", "image")
    assert found[0].created_at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("place", "value"), [("id", "~alpha/latest"), ("alias_target", {"slug": "alpha/one"})])
def test_either_mark_of_an_alias_is_enough(place: str, value: Any) -> None:
    assert models(parse(fetch_of(ID, changed(place, value))))[0].id == "beta/two"


def test_prices_are_plain_decimals_with_tiers_windows_and_variants() -> None:
    assert prices(parse(fetch_of(ID))) == [
        ("alpha/one-20260101", 0, None, None, "0.00000125", "0.00001"),
        ("alpha/one-20260101", 200000, None, None, "0.0000025", "0.000015"),
        ("alpha/one-20260101", 0, 1630, 30, "0.0000006", "0.00001"),
        ("beta/two", 0, None, None, "0.000001", "0.0000025"),
        ("beta/two:free", 0, None, None, "0", "0"),
        ("openrouter/auto", 0, None, None, None, None),
        ("gamma/painter", 0, None, None, "0.0000003", "0.00003"),
    ]


def test_only_the_discounted_price_is_marked() -> None:
    found = [event for event in parse(fetch_of(ID)).events if isinstance(event, PriceListed)]
    assert {price.model_id for price in found if price.is_discounted} == {"beta/two"}


def test_of_overrides_for_one_tier_the_later_wins() -> None:
    overrides = [{"min_prompt_tokens": 9, "prompt": "1"}, {"min_prompt_tokens": 9, "prompt": "2"}]
    found = prices(parse(fetch_of(ID, changed("pricing.overrides", overrides))))
    assert [price[4] for price in found if price[:2] == ("alpha/one-20260101", 9)] == ["2"]


def test_an_override_for_some_weekdays_is_left_out_and_reported() -> None:
    overrides = [{"utc_start": 100, "utc_end": 400, "utc_days": ["monday"], "prompt": "0"}]
    parsed = parse(fetch_of(ID, changed("pricing.overrides", overrides)))
    assert [price[1:4] for price in prices(parsed) if price[0] == "alpha/one-20260101"] == [(0, None, None)]
    assert parsed.unknown_fields == {"data[].pricing.overrides[].utc_days"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1e-06", "0.000001"),
        ("2.5E-6", "0.0000025"),
        ("0.000000135000000000000004", "0.000000135"),
        ("0", "0"),
        ("0.0", "0"),
        ("10", "10"),
        ("100.50", "100.5"),
        (".5", "0.5"),
        ("-1", None),
        ("-1.0", None),
    ],
)
def test_a_price_is_one_text_however_it_is_written(written: str, read: str | None) -> None:
    assert read_price(written, "price") == read


@pytest.mark.parametrize(
    "written", [1e-06, 0, True, None, "-1.5", "-0.5", "-2", "nan", "1,5", "", "1e999", "0x1", "\u0661", "$1"]
)
def test_what_is_no_price_is_refused(written: Any) -> None:
    with pytest.raises(ContractViolation, match=r"^price is "):
        read_price(written, "price")


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (page({"data": [], "total_count": 0}), "a catalogue without models"),
        (page(GOOD | {"total_count": 7}), "6 entries came, total_count says [7]"),
        (page(GOOD | {"links": {"next": "/api/v1/models?offset=6&limit=6"}}), "goes on after its 1 pages"),
        (page(GOOD | {"links": {"next": "/api/v1/models?cursor=abc"}}), "names no offset"),
        (page({"data": [*GOOD["data"][:2], *[1] * 21]}), "21 of 23 rows are unusable, the first: data[2] is '1'"),
    ],
)
def test_a_catalogue_that_cannot_be_trusted_is_refused_whole(served: Page, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        parse(fetch_of(ID, served))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (changed("pricing.prompt", "-0.5"), "data[0].pricing.prompt is '-0.5': not a price"),
        (changed("pricing.prompt", "on request"), "data[0].pricing.prompt is 'on request': not a price"),
        (changed("pricing.prompt", ["1"]), "data[0].pricing.prompt is \"['1']\": not a text"),
        (changed("pricing.prompt", "1" + "0" * 30), "data[0].pricing: input_usd_per_token"),
        (changed("pricing.discount", "half"), "data[0].pricing.discount is 'half'"),
        (changed("pricing.overrides", {}), "data[0].pricing.overrides is '{}': not a list"),
        (changed("pricing.overrides", [{"utc_start": 100}]), "one end of a time window"),
        (changed("pricing.overrides", [{"utc_start": 175, "utc_end": 2300}]), "is 175: not a clock time HHMM"),
        (changed("pricing.overrides", [{"min_prompt_tokens": -1}]), "min_prompt_tokens is -1"),
        (changed("pricing", []), "data[0].pricing is '[]': not an object"),
        (changed("created", True), "data[0].created is 'True': not a whole number"),
        (changed("created", 10**20), "data[0].created is not a valid number of seconds"),
        (changed("canonical_slug", None), "data[0].canonical_slug is 'None': not a text"),
        (changed("hugging_face_id", 7), "data[0]: hugging_face_id"),
        (changed("architecture.output_modalities", ["Te xt"]), "data[0]: output_modalities"),
        (changed("architecture.output_modalities", [{}]), "data[0]: output_modalities"),
        (changed("name", "a\u0000b"), "data[0]: name"),
    ],
)
def test_a_malformed_entry_is_put_aside_by_name_and_refuses_nobody_else(served: Page, said: str) -> None:
    parsed = parse(fetch_of(ID, served))
    (reason,) = parsed.rejected
    assert reason.startswith("alpha/one: data[0]")
    assert said in reason
    assert [model.id for model in models(parsed)] == [model.id for model in models(parse(fetch_of(ID)))][1:]
    assert prices(parsed) == [price for price in prices(parse(fetch_of(ID))) if price[0] != "alpha/one-20260101"]


def test_a_field_that_left_every_entry_was_removed() -> None:
    document = deepcopy(GOOD)
    for entry in document["data"]:
        del entry["hugging_face_id"]
    with pytest.raises(PayloadRefused, match="no entry has 'hugging_face_id'"):
        parse(fetch_of(ID, page(document)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_always_refused(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        parse(fetch_of(ID, Page("", body, "application/json")))


PLACES = [
    "id",
    "name",
    "created",
    "pricing",
    "pricing.discount",
    "pricing.overrides",
    "architecture",
    "alias_target",
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["prompt", "utc_start", "utc_days", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), JUNK)
def test_any_value_anywhere_is_either_read_or_refused(place: str, junk: Any) -> None:
    with contextlib.suppress(PayloadRefused):
        parse(fetch_of(ID, changed(place, junk)))


class Shelf:
    """A session with a catalogue in pages of two, whose next link points at a host of its own choice."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    def get(self, path: str, params: dict[str, str] | None = None, *, with_key: bool = False) -> Page:
        assert path == "models"
        assert params is not None
        assert not with_key
        self.asked.append(params)
        offset = int(params.get("offset", 0))
        following = f"https://evil.example/x?offset={offset + 2}&limit=2&key=1" if offset < 4 else None
        return page(GOOD | {"data": GOOD["data"][offset : offset + 2], "links": {"next": following}})


def test_pages_are_followed_on_our_own_upstream_until_there_is_no_next() -> None:
    shelf = Shelf()
    pages = tuple(fetch(shelf, WINDOW))
    assert shelf.asked == [
        {"output_modalities": "all"},
        {"output_modalities": "all", "offset": "2", "limit": "2"},
        {"output_modalities": "all", "offset": "4", "limit": "2"},
    ]
    assert parse(fetch_of(ID, *pages)).events
    with pytest.raises(PayloadRefused, match="4 entries came"):
        parse(fetch_of(ID, pages[0], pages[2]))


@pytest.mark.threat("X30")
def test_a_next_page_that_leads_nowhere_new_ends_the_fetch() -> None:
    class Loop(Shelf):
        def get(self, path: str, params: dict[str, str] | None = None, *, with_key: bool = False) -> Page:
            self.asked.append(params or {})
            return page(GOOD | {"links": {"next": "/api/v1/models?offset=0"}})

    loop = Loop()
    assert len(list(fetch(loop, WINDOW))) == 2
