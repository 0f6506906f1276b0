"""What the Hub's listings say of repositories, how their pages chain, and when a fetch is refused."""

import csv
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources import hub_listings
from connectors.sources.hub_listings import Listing, next_cursor, read_chains
from connectors.sources.huggingface_hub import BASES, ORGANISATIONS, SOURCE, fetch, parse
from flows.settings import Settings
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import ContractViolation, FetchCut, PayloadRefused, SourceAbsent
from tokenshare.events import DownloadsObserved
from tokenshare.sources import Fetch, Page, Params, Parsed

ID = "huggingface_hub"
GOOD: list[dict[str, Any]] = json.loads((FIXTURES / ID / "payload.json").read_bytes())
URL = "https://hub.example/api/models"


def page(rows: Any, query: str = "sort=downloads", following: str = "") -> Page:
    link = f"{URL}?{query.partition('&cursor=')[0]}&cursor={following}" if following else ""
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
        ("baseModels", {"relation": "merge", "models": [None]}, "not an object"),
        ("baseModels", {"relation": "merge", "models": [{"name": "Qwen/Q"}]}, "has no 'id'"),
        ("pipeline_tag", 7, "pipeline_tag"),
    ],
)
@pytest.mark.threat("S3")
def test_a_row_that_is_not_as_documented_is_put_aside_and_refuses_nobody_else(
    name: str, value: Any, words: str
) -> None:
    found = parsed(changed(name, value))
    assert words in ": ".join(found.rejected)
    assert set(said(found)) == {"someone/Alpha-8B-GGUF", "someone/merged"}


def test_a_row_without_a_field_or_without_any_is_put_aside() -> None:
    bare = {name: value for name, value in GOOD[0].items() if name != "createdAt"}
    found = parsed(page([bare, None, *GOOD[1:]]))
    assert [reason.rpartition(" ")[0] for reason in found.rejected] == [
        "[1] has no '_id': removed or",
        "Qwen/Alpha-8B has no 'createdAt': removed or",
    ]


@pytest.mark.parametrize("name", ["createdAt", "id", "_id", "likes"])
def test_a_field_that_is_wrong_in_every_row_is_no_slip_but_another_form(name: str) -> None:
    with pytest.raises(PayloadRefused, match="rows are unusable, the first: "):
        parsed(page([row | {name: ["other"]} for row in rows(5)]))


@pytest.mark.threat("S3")
def test_more_slips_than_single_ones_refuse_the_fetch() -> None:
    slips = [row | {"likes": "many"} for row in rows(60)]
    assert len(parsed(page([*slips, *rows(1141, 100)])).rejected) == 60
    with pytest.raises(PayloadRefused, match="60 of 1199 rows are unusable"):
        parsed(page([*slips, *rows(1139, 100)]))


@pytest.mark.parametrize(
    "tag",
    [
        *("base_model:llama3.1:8b", "base_model:Qwen2.5:7B", "base_model:Finetune:org/x", "base_model:"),
        *("base_model:finetune:", "base_model:https://host/o/x", "base_model:merge:/root/model", "base_model:a/b/c"),
        *("base_model:finetune:org/ x", "base_model:qwen 3"),
    ],
)
@pytest.mark.threat("S3")
def test_a_tag_that_names_no_base_is_counted_and_its_repository_stays(tag: str) -> None:
    (row,) = rows(1)
    found = parsed(page([row | {"tags": [tag, "base_model:merge:org/x"]}]))
    assert said(found)["a/m0"].base_models == ("merge:org/x",)
    assert said(found)["a/m0"].tags == tuple(sorted((tag, "base_model:merge:org/x")))
    (aside,) = found.rejected
    assert aside.startswith("1 bases that are no repository, the first of a/m0: ")


def test_a_relation_that_is_none_is_left_out_too() -> None:
    found = parsed(changed("baseModels", {"relation": "Odd One", "models": [{"id": "Qwen/Q"}]}))
    assert said(found)["Qwen/Alpha-8B"].base_models == ()
    assert found.rejected == ("1 bases that are no repository, the first of Qwen/Alpha-8B: 'Odd One:Qwen/Q'",)


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


HEAD = [{**rows(1)[0], "downloads": 1_000}, *rows(9, 1, downloads=10)]  # covers more than LEAST, less than ENOUGH


@pytest.mark.parametrize(("kind", "about"), [("downloads", ""), ("base", "base_model:Qwen/Q")])
def test_a_fetch_cut_by_its_budget_keeps_its_pages_and_says_so(kind: str, about: str) -> None:
    query = f"filter={about}" if about else "sort=downloads"
    pages = (page(HEAD),) if about else ()
    pages = (*pages, page(HEAD, query, following="c1"))
    found = parse(Fetch(ID, WINDOW, pages, cut="the budget of 2 calls is spent"))
    assert len(found.events) == 10
    (note,) = found.remarks
    assert note.endswith("the budget of 2 calls is spent")
    with pytest.raises(PayloadRefused, match="cut after 1 pages"):
        parsed(*pages)


def test_organisations_are_never_cut() -> None:
    pages = (page(HEAD), page(rows(2, 20), "author=Qwen", following="c1"))
    with pytest.raises(PayloadRefused, match="the listing by author Qwen is cut"):
        parse(Fetch(ID, WINDOW, pages, cut="the budget is spent"))


@pytest.mark.threat("X30")
def test_a_reading_of_too_little_of_the_hub_is_refused_with_the_reason() -> None:
    with pytest.raises(PayloadRefused, match=r"covers 0.50 of all downloads, less than 0.9; .*: status 504"):
        parse(Fetch(ID, WINDOW, (page(rows(10), following="c1"),), cut="status 504"))


@pytest.mark.parametrize(
    "cursors", [("c1", "c1"), ("c1", "c2", "c1"), ("c1", "c2", "c3", "c2")], ids=["itself", "two", "later"]
)
@pytest.mark.threat("X30")
def test_a_cursor_met_before_does_not_advance(cursors: tuple[str, ...]) -> None:
    asked = ("", *cursors[:-1])
    pages = {("downloads", c, ""): (rows(3, 3 * n), cursors[n]) for n, c in enumerate(asked)}
    hub = Hub(pages)
    read = tuple(fetch(hub, WINDOW))
    assert [cursor for about, cursor, *_ in hub.asked if about == "downloads"] == list(asked)
    with pytest.raises(PayloadRefused, match="the listing by downloads does not advance"):
        parsed(*read)


@pytest.mark.threat("X30")
def test_a_page_met_before_does_not_advance_under_any_cursor() -> None:
    pages = (page(rows(3), following="c1"), page(rows(3), "sort=downloads&cursor=c1", following="c2"))
    with pytest.raises(PayloadRefused, match="does not advance"):
        parsed(*pages)


def test_nothing_is_left_behind_a_counter_of_zero() -> None:
    (chain,) = read_chains((page([*rows(3), *rows(3, 3, downloads=0)], following="c1"),))
    assert (chain.coverage, chain.is_enough) == (1.0, True)


def test_a_link_that_is_no_address_refuses_the_fetch() -> None:
    with pytest.raises(PayloadRefused, match="Link names a next page that has no address: Invalid IPv6 URL"):
        parsed(replace(page(GOOD), following="http://["))


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
    refused: str = ""  # a field of `expand[]` that the listing refuses
    calls: int = 1000

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page:
        assert path == "api/models"
        given = dict(params or {})
        assert "downloadsAllTime" in given["expand[]"]
        self.calls -= 1
        if self.refused in given["expand[]"]:
            raise SourceAbsent(f"api/models: status 400: Invalid option '{self.refused}'", 400)
        if self.calls < 0:
            raise SourceAbsent("api/models: the budget of calls is spent")
        about = str(given.get("author") or given.get("filter") or given["sort"])
        cursor = str(given.get("cursor", ""))
        self.asked.append((about, cursor, str(given["limit"]), with_key))
        found, following = self.pages.get((about, cursor, ""), (rows(0), ""))
        kept = "&".join(f"{name}={given[name]}" for name in ("author", "filter", "sort", "cursor") if name in given)
        kept += "".join(f"&expand%5B%5D={name}" for name in given["expand[]"])
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


def test_base_models_refused_by_the_listing_are_read_from_tags() -> None:
    tagged = [row | {"tags": ["base_model:merge:Qwen/Q", "base_model:Qwen/Q"]} for row in rows(2)]
    hub = Hub({("downloads", "", ""): (tagged, "")}, refused="baseModels")
    found = parse(Fetch(ID, WINDOW, tuple(fetch(hub, WINDOW))))
    assert {event.base_models for event in said(found).values()} == {("merge:Qwen/Q",)}
    assert found.remarks == ("the Hub refused baseModels: base models are read from the tags alone",)
    assert 1000 - hub.calls == len(hub.asked) + 1  # one more call, and not one for each page


def test_another_field_refused_is_an_absence_in_the_hubs_words() -> None:
    with pytest.raises(SourceAbsent, match="Invalid option 'likes'"):
        list(fetch(Hub({}, refused="likes"), WINDOW))


def test_the_end_of_the_budget_cuts_a_fetch_only_once_the_hub_is_being_read() -> None:
    chain = {("downloads", c, ""): (rows(3, n * 3), f"c{n + 1}") for n, c in enumerate(("", "c1", "c2"))}
    for calls in range(len(ORGANISATIONS) + 2):
        with pytest.raises(SourceAbsent, match="budget"):
            list(fetch(Hub(chain, calls=calls), WINDOW))
    read = fetch(Hub(chain, calls=len(ORGANISATIONS) + 3), WINDOW)
    with pytest.raises(FetchCut, match="budget"):
        list(read)


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
    pages = {
        ("downloads", c, ""): (rows(3, n * 3, downloads=10_000 // 100**n), f"c{n + 1}")
        for n, c in enumerate(("", "c1", "c2"))
    }
    hub = Hub(pages)
    found = parse(Fetch(ID, WINDOW, tuple(fetch(hub, WINDOW))))
    assert [cursor for about, cursor, *_ in hub.asked if about == "downloads"] == ["", "c1"]
    assert found.coverage_share == pytest.approx(30_300 / 30_900)


def test_a_fetch_stays_far_below_what_the_hub_allows() -> None:
    most = hub_listings.MOST_PAGES
    assert most["trending"] + most["downloads"] + len(ORGANISATIONS) + len(ORGANISATIONS) * BASES < 200
    assert Listing("trending").params()["limit"] == "50"


def test_five_thousand_repositories_take_a_tenth_of_the_calls() -> None:
    pages = {
        ("downloads", f"c{n}" if n else "", ""): (rows(1000, n * 1000), f"c{n + 1}" if n < 4 else "") for n in range(5)
    }
    hub = Hub(pages)
    found = parse(Fetch(ID, WINDOW, tuple(fetch(hub, WINDOW))))
    assert (len(found.events), found.coverage_share) == (5000, 1.0)
    assert len(hub.asked) == 1 + len(ORGANISATIONS) + 5 < Settings.model_fields["hub_calls"].default / 8


def test_the_organisations_that_are_always_listed_are_the_curated_ones() -> None:
    with (Path(__file__).parents[2] / "dbt/seeds/family_organisations.csv").open(newline="", encoding="utf-8") as file:
        curated = {row["organisation"] for row in csv.DictReader(file)}
    assert set(ORGANISATIONS) == curated
