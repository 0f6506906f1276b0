"""What the Hub's listings say of repositories, how their pages chain, and when a fetch is refused."""

import csv
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources import hub_listings
from connectors.sources.hub_listings import Listing, next_cursor, read_chains
from connectors.sources.huggingface_hub import BASES, ORGANISATIONS, SOURCE, fetch, parse
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import ContractViolation, PayloadRefused
from tokenshare.events import DownloadsObserved
from tokenshare.sources import Fetch, Page, Params, Parsed

ID = "huggingface_hub"
GOOD: list[dict[str, Any]] = json.loads((FIXTURES / ID / "payload.json").read_bytes())
URL = "https://hub.example/api/models"


def page(rows: Any, query: str = "sort=downloads", following: str = "") -> Page:
    link = f"{URL}?{query}&cursor={following}" if following else ""
    return Page(f"{URL}?{query}", json.dumps(rows).encode(), "application/json", link)


def changed(name: str, value: Any) -> Page:
    """The good listing with one value of its first row replaced."""
    rows = deepcopy(GOOD)
    rows[0][name] = value
    return page(rows)


def parsed(*pages: Page) -> Parsed:
    return parse(Fetch(ID, WINDOW, pages))


def said(found: Parsed) -> dict[str, DownloadsObserved]:
    return {event.repo: event for event in found.events if isinstance(event, DownloadsObserved)}


def rows(count: int, start: int = 0, downloads: int = 100) -> list[dict[str, Any]]:
    """Plain rows of repositories that no other has."""
    row = {"createdAt": "2025-04-27T03:41:00.000Z", "downloadsAllTime": 900, "tags": []}
    return [{**row, "_id": f"{n:024x}", "id": f"a/m{n}", "downloads": downloads} for n in range(start, start + count)]


# What rows say.


def test_a_public_repository_is_an_event_and_a_private_one_is_not() -> None:
    found = said(parse(fetch_of(ID)))
    assert set(found) == {"Qwen/Alpha-8B", "someone/Alpha-8B-GGUF", "someone/merged"}
    official = found["Qwen/Alpha-8B"]
    assert (official.downloads_30_days, official.downloads_all_time, official.likes) == (9000, 120000, 41)
    assert official.tags == ("license:apache-2.0", "qwen3", "transformers")
    assert official.trending_score == 12


def test_bases_come_from_the_hub_and_from_tags_and_a_relation_goes_before_none() -> None:
    found = said(parse(fetch_of(ID)))
    assert found["someone/Alpha-8B-GGUF"].base_models == ("quantized:Qwen/Alpha-8B",)
    assert found["someone/merged"].base_models == (
        "merge:Qwen/Alpha-8B",
        "merge:meta-llama/Beta-8B",
        "unspecified:someone/loose",
    )


def test_what_a_listing_does_not_say_is_null_and_never_zero() -> None:
    merged = said(parse(fetch_of(ID)))["someone/merged"]
    assert (merged.downloads_all_time, merged.trending_score, merged.pipeline_tag) == (None, None, None)
    assert merged.likes == 0


def test_a_strange_field_is_reported_once_and_a_strange_tag_left_out() -> None:
    found = deepcopy(GOOD)
    for row in found:
        row["sparkles"] = 1
        row["tags"] = ["fine", "line\nbreak", "", 7, "x" * 300]
    answer = parsed(page(found))
    assert answer.unknown_fields == {"[].sparkles"}
    assert said(answer)["Qwen/Alpha-8B"].tags == ("fine",)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("_id", None, "'None': not a text"),
        ("id", 7, "'7': not a text"),
        ("createdAt", "yesterday", "not a moment with its zone"),
        ("downloads", -1, "outside 0 to"),
        ("downloadsAllTime", 1.5, "not a whole number"),
        ("downloadsAllTime", True, "not a whole number"),
        ("likes", "many", "not a whole number"),
        ("trendingScore", "hot", "not a number"),
        ("trendingScore", -1, "greater than or equal to 0"),
        ("tags", "qwen3", "not a list"),
        ("baseModels", {"relation": "merge", "models": "Qwen/Q"}, "not a list"),
        ("baseModels", {"relation": "Odd One", "models": [{"id": "Qwen/Q"}]}, "base_models"),
        ("pipeline_tag", 7, "pipeline_tag"),
    ],
)
def test_a_row_that_is_not_as_documented_refuses_the_fetch(name: str, value: Any, words: str) -> None:
    with pytest.raises(PayloadRefused, match=ID) as refused:
        parsed(changed(name, value))
    assert words in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"[1]", b"[{}]", b'{"error":"x"}', b"[]", b"[[]]"])
def test_a_page_that_is_no_listing_is_refused(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        parsed(Page(f"{URL}?sort=downloads", body, "application/json"))


def test_a_login_page_with_status_200_is_refused() -> None:
    with pytest.raises(PayloadRefused, match="text/html"):
        parsed(Page(URL, b"<html>", "text/html"))


def test_a_hub_without_all_time_counters_is_refused() -> None:
    bare = [{name: value for name, value in row.items() if name != "downloadsAllTime"} for row in GOOD]
    with pytest.raises(PayloadRefused, match="removed or renamed"):
        parsed(page(bare))


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_in_one_way(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        parsed(Page(f"{URL}?sort=downloads", body, "application/json"))


# How pages chain.


def test_the_page_asked_last_speaks_for_a_repository_that_two_listings_have() -> None:
    later = [{**GOOD[0], "downloadsAllTime": 120007}]
    found = said(parsed(page(later, "author=Qwen&sort=downloads"), page(GOOD)))
    assert found["Qwen/Alpha-8B"].downloads_all_time == 120000
    found = said(parsed(page(GOOD), page(later, "author=Qwen&sort=downloads")))
    assert found["Qwen/Alpha-8B"].downloads_all_time == 120007


def test_two_rows_of_one_repository_on_one_page_both_stay_for_the_gate_to_see() -> None:
    twice = [*GOOD, {**GOOD[0], "downloadsAllTime": 5}]
    assert [event.repo for event in parsed(page(twice)).events].count("Qwen/Alpha-8B") == 2


def test_a_chain_is_followed_by_its_cursors() -> None:
    found = parsed(page(rows(2), following="c1"), page(rows(2, 2), "sort=downloads&cursor=c1"))
    assert len(found.events) == 4
    assert found.coverage_share == 1.0


@pytest.mark.parametrize(
    "pages",
    [
        (page(rows(2), following="c1"),),
        (page(rows(2), following="c1"), page(rows(2, 2), "sort=downloads&cursor=c2")),
        (page(rows(2, 2), "sort=downloads&cursor=c1"),),
        (page(rows(2)), page(rows(2, 2), "author=Qwen", following="c1")),
        (page(rows(2), following="c1"), page(GOOD, "author=Qwen"), page(rows(2, 2), "sort=downloads&cursor=c1")),
        (page(rows(2)), Page(f"{URL}?author=a", b"[]", "application/json", f"{URL}?page=2")),
        (page(rows(2), "author=Qwen"),),
        (),
    ],
    ids=["cut", "gap", "headless", "cut organisation", "interleaved", "no cursor", "no listing by downloads", "none"],
)
def test_a_chain_that_is_cut_or_out_of_order_refuses_the_fetch(pages: tuple[Page, ...]) -> None:
    with pytest.raises(PayloadRefused):
        parsed(*pages)


def test_the_listing_by_downloads_ends_once_enough_is_covered_and_says_how_much() -> None:
    head = page([{**rows(1)[0], "downloads": 100_000}, *rows(9, 1, downloads=10)], following="c1")
    (chain,) = read_chains((head,))
    assert chain.coverage == pytest.approx(100_090 / (100_090 + 10 * 10))
    assert parsed(head).coverage_share == chain.coverage
    with pytest.raises(ContractViolation, match="cut after 1 pages"):
        read_chains((page(rows(10), following="c1"),))


def test_nothing_is_left_behind_a_counter_of_zero() -> None:
    (chain,) = read_chains((page([*rows(3), *rows(3, 3, downloads=0)], following="c1"),))
    assert (chain.coverage, chain.is_enough) == (1.0, True)


def test_a_link_is_taken_for_its_cursor_alone() -> None:
    assert next_cursor(Page("", b"", "", "http://evil.example/other?limit=9&cursor=a%3D%3D")) == "a=="
    assert next_cursor(Page("", b"", "")) == ""


# What is asked.


@dataclass
class Hub:
    """A session over prepared pages: listing and cursor -> rows and the next cursor."""

    pages: Mapping[tuple[str, str, str], tuple[Any, str]]
    has_key: bool = False
    asked: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page:
        assert path == "api/models"
        given = dict(params or {})
        assert "downloadsAllTime" in given["expand[]"]
        about = str(given.get("author") or given.get("filter") or given["sort"])
        cursor = str(given.get("cursor", ""))
        self.asked.append((about, cursor, str(given["limit"]), with_key))
        found, following = self.pages.get((about, cursor, ""), (rows(0), ""))
        kept = "&".join(f"{name}={given[name]}" for name in ("author", "filter", "sort", "cursor") if name in given)
        return page(found, kept, following)


def whole(**pages: Any) -> Iterator[tuple[tuple[str, str, str], Any]]:
    yield ("downloads", "", ""), (rows(5), "")


def test_trending_organisations_and_the_whole_hub_are_asked_and_no_more() -> None:
    hub = Hub(dict(whole()))
    found = parse(Fetch(ID, WINDOW, tuple(fetch(hub, WINDOW))))
    assert [about for about, *_ in hub.asked] == ["trendingScore", *ORGANISATIONS, "downloads"]
    assert len(found.events) == 5


def test_derivatives_are_asked_by_base_where_the_hub_was_not_read_to_its_end() -> None:
    big = [{**rows(1)[0], "downloads": 10**9}, *rows(3, 1, downloads=1)]
    official = [{**row, "id": f"Qwen/Q{n}", "downloadsAllTime": n} for n, row in enumerate(rows(4, 10))]
    pages = {
        ("downloads", "", ""): (big, "next"),
        ("Qwen", "", ""): (official, ""),
        ("base_model:Qwen/Q3", "", ""): (rows(2, 20), "more"),
        ("base_model:Qwen/Q3", "more", ""): (rows(2, 22), ""),
    }
    hub = Hub(pages)
    found = parse(Fetch(ID, WINDOW, tuple(fetch(hub, WINDOW))))
    bases = [(about, cursor) for about, cursor, *_ in hub.asked if about.startswith("base_model")]
    assert bases == [("base_model:Qwen/Q3", ""), ("base_model:Qwen/Q3", "more"), ("base_model:Qwen/Q2", "")]
    assert BASES == 2
    assert {event.repo for event in found.events} >= {"a/m20", "a/m23"}
    assert found.coverage_share is not None
    assert hub_listings.ENOUGH <= found.coverage_share < 1


def test_pages_are_handed_over_before_they_are_read_and_the_last_is_the_one_that_cannot_be() -> None:
    hub = Hub({("trendingScore", "", ""): ({"not": "a list"}, "")})
    pages = list(fetch(hub, WINDOW))
    assert len(pages) == 1
    with pytest.raises(PayloadRefused):
        parsed(*pages)


def test_a_token_travels_where_there_is_one_and_is_not_needed() -> None:
    for has_key in (False, True):
        hub = Hub(dict(whole()), has_key=has_key)
        list(fetch(hub, WINDOW))
        assert {with_key for *_, with_key in hub.asked} == {has_key}
    assert not SOURCE.needs_key


def test_no_chain_is_longer_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hub_listings.MOST_PAGES, "downloads", 2)
    pages = {("downloads", c, ""): (rows(3, n * 3), f"c{n + 1}") for n, c in enumerate(("", "c1", "c2"))}
    hub = Hub(pages)
    found = parse(Fetch(ID, WINDOW, tuple(fetch(hub, WINDOW))))
    assert [cursor for about, cursor, *_ in hub.asked if about == "downloads"] == ["", "c1"]
    assert found.coverage_share == pytest.approx(0.5)


def test_a_fetch_stays_far_below_what_the_hub_allows() -> None:
    most = hub_listings.MOST_PAGES
    assert most["trending"] + most["downloads"] + len(ORGANISATIONS) + len(ORGANISATIONS) * BASES < 200
    assert Listing("trending").params()["limit"] == "50"


def test_the_organisations_that_are_always_listed_are_the_curated_ones() -> None:
    with (Path(__file__).parents[2] / "dbt/seeds/family_organisations.csv").open(newline="", encoding="utf-8") as file:
        curated = {row["organisation"] for row in csv.DictReader(file)}
    assert set(ORGANISATIONS) == curated
