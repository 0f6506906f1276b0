"""What a file of claims says, and where it is refused: by line and column."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.claims import parse
from connectors.sources.files import SHIPPED
from tests.sources.payloads import FIXTURES, fetch_of, page_of
from tokenshare.claims import ABOUT_BY_NAME, ABOUTS
from tokenshare.errors import PayloadRefused
from tokenshare.events import ClaimQuoted
from tokenshare.sources import Page

GOOD = (FIXTURES / "claims" / "claims.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(io.StringIO(GOOD)))


def claims(*pages: Page) -> dict[str, ClaimQuoted]:
    found = [event for event in parse(fetch_of("claims", *pages)).events if isinstance(event, ClaimQuoted)]
    return {claim.claim_id: claim for claim in found}


def page(text: str) -> Page:
    return Page("claims.csv", text.encode(), "text/csv")


def changed(row: int = 0, **cells: str) -> Page:
    """The good file with cells of one row replaced."""
    rows = [{**cell, **(cells if n == row else {})} for n, cell in enumerate(ROWS)]
    return written(rows)


def written(rows: list[dict[str, str]]) -> Page:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return page(out.getvalue())


def test_a_row_is_a_claim_with_what_it_leaves_to_be_understood() -> None:
    found = claims()
    assert list(found) == ["share", "limit", "a-day", "unnamed"]
    share, limit, a_day, unnamed = found.values()
    assert (share.method, share.window, share.comparison) == ("identified", "week", "about")
    assert (limit.value, limit.entity, limit.method, limit.comparison) == ("0.01", "meta", "of_all", "below")
    assert (a_day.window, a_day.method) == ("trailing7", "all")
    assert unnamed.window == "day", "no week lies in a day"
    assert (share.period_start, share.period_end) == (date(2026, 5, 1), date(2026, 5, 31))


def test_the_optional_columns_may_be_left_out() -> None:
    kept = [name for name in ROWS[0] if name not in ("method", "window", "comparison")]
    found = claims(written([{name: row[name] for name in kept} for row in ROWS]))
    assert (found["share"].method, found["share"].window) == ("origin", "week")
    assert found["limit"].comparison == "about"


@pytest.mark.parametrize(
    ("row", "cells", "said"),
    [
        (0, {"claim_id": ""}, "line 2, column claim_id: it is empty"),
        (1, {"claim_id": "share"}, "line 3, column claim_id: 'share' stands there twice"),
        (0, {"claim_id": "a b"}, "line 2, column claim_id"),
        (2, {"value": "two"}, "line 4, column value: 'two' is not a plain decimal number"),
        (0, {"value": ""}, "line 2, column value: it is empty"),
        (
            0,
            {"value": "61"},
            "line 2, column value: 61 is outside 0 to 1: china_share is stated in ratio; for 61 % write",
        ),
        (0, {"value": "nan"}, "column value: 'nan' is not a plain decimal number"),
        (0, {"unit": "percent"}, "column unit: 'percent', but china_share is stated in ratio"),
        (0, {"rounding": "0"}, "column rounding: 0 is not a step to round to"),
        (0, {"rounding": ""}, "column rounding: it is empty"),
        (0, {"about": "chinese_share"}, "column about: 'chinese_share' is not one of china_share, vendor_share"),
        (0, {"entity": "deepseek"}, "column entity: 'deepseek' is not an entity of china_share: leave it empty"),
        (1, {"entity": ""}, "line 3, column entity: '' is not an entity of vendor_share: name one, such as deepseek"),
        (0, {"method": "guess"}, "column method: 'guess' is not a method of china_share: choose among origin, "),
        (0, {"window": "quarter"}, "column window: Input should be 'day'"),
        (0, {"comparison": "roughly"}, "column comparison: Input should be 'about', 'above' or 'below'"),
        (0, {"period_start": "2026-05"}, "column period_start is '2026-05': not a day"),
        (0, {"period_end": "2026-04-01"}, "column period_end: 2026-04-01 lies before 2026-05-01"),
        (0, {"period_end": ""}, "column period_end: it is empty"),
        (0, {"source": ""}, "column source: it is empty"),
        (0, {"quote": ""}, "column quote: it is empty"),
    ],
)
def test_a_row_that_is_not_well_formed_is_put_aside(row: int, cells: dict[str, str], said: str) -> None:
    parsed = parse(fetch_of("claims", changed(row, **cells)))
    assert [reason for reason in parsed.rejected if said in reason]
    assert [event.event_id for event in parsed.events] == [
        event.event_id
        for n, event in enumerate(claims().values())
        if event.claim_id not in (ROWS[row]["claim_id"], *cells.values())
    ]


def test_of_an_id_that_stands_there_twice_neither_row_is_taken() -> None:
    parsed = parse(fetch_of("claims", written([*ROWS, {**ROWS[0], "value": "0.5"}])))
    assert ["'share' stands there twice: keep one of them" in reason for reason in parsed.rejected] == [True, True]
    assert len(parsed.events) == len(ROWS) - 1


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (page(GOOD.replace("rounding,", "round,", 1)), "no column rounding"),
        (page(GOOD.splitlines()[0] + "\n"), "claims.csv: no claim in it"),
        (page(GOOD.splitlines()[0] + "\nx,y\n"), "claims.csv: no claim in it; claims.csv line 2: 2 cells under 13"),
        (page(""), "the body is empty"),
        (Page("claims.csv", b"<html>", "text/html"), "the content type is 'text/html', not CSV"),
        (Page("claims.csv", b"\xff" + GOOD.encode(), "text/csv"), "not UTF-8 at byte 0: save it as CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_claims_is_refused(served: Page, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        parse(fetch_of("claims", served))
    assert said in str(refusal.value)


def test_a_column_nobody_knows_is_reported() -> None:
    parsed = parse(fetch_of("claims", written([{**row, "mood": "glad"} for row in ROWS])))
    assert parsed.unknown_fields == {"claims.csv.mood"}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_always_refused(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        parse(fetch_of("claims", Page("claims.csv", body, "text/csv")))


def test_the_shipped_file_holds_the_articles_figures() -> None:
    found = claims(page_of(SHIPPED / "claims.csv"))
    assert {claim.source for claim in found.values()} == {"article, June 2026"}
    said = {claim.about for claim in found.values()}
    assert said >= {"china_share", "vendor_share", "programming_share", "router_growth", "elsewhere_token_share"}
    assert said >= {"family_downloads", "trending_china_count", "price_ratio", "market_cap", "pureplay_value"}
    assert (found["china-61"].value, found["china-61"].method) == ("0.61", "origin")


def test_every_kind_of_claim_says_how_it_is_counted_and_for_whom() -> None:
    assert len(ABOUT_BY_NAME) == len(ABOUTS)
    assert all(about.methods and about.unit and about.meaning for about in ABOUTS)
