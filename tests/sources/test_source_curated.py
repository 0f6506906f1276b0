"""Curated files: what is known by a moment stands, and a cell that cannot be trusted puts its row aside."""

import csv
import io
from datetime import UTC, datetime

import pytest

from connectors.sources import SOURCES
from connectors.sources.curated_rows import first_known
from connectors.sources.files import SHIPPED, FileSession
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import PayloadRefused, SourceAbsent
from tokenshare.events import DisclosureObserved, Event, LeaderboardObserved, ReleaseObserved
from tokenshare.sources import Fetch, Page, Source, Window

CURATED = {source.id: source for source in SOURCES if source.ships and source.first_known}
LATER = Window(WINDOW.start, WINDOW.end, datetime(2026, 7, 1, tzinfo=UTC))
HEADER = "known_at,fact_id,company_id,fact_date,period_start,period_end,kind,low,high,unit,currency,own_usd,confidence,"

# source, line (2 is the first row), column, what is written there, what is said
BAD_CELLS = (
    ("disclosures", 2, "citation", "", "line 2, column citation: it is empty"),
    ("disclosures", 3, "fact_date", "", "line 3, column fact_date: it is empty"),
    ("disclosures", 3, "fact_date", "31.03.2026", "line 3, column fact_date is '31.03.2026': not a day written YYYY"),
    ("disclosures", 3, "fact_date", "2026-05-13", "line 3, column fact_date: 2026-05-13 lies in the future"),
    ("disclosures", 2, "fact_id", "First Round", "line 2, column fact_id: String should match pattern"),
    ("disclosures", 2, "fact_id", "", "line 2, column fact_id: it is empty"),
    ("disclosures", 2, "company_id", "Alpha AG", "line 2, column company_id: String should match pattern"),
    ("disclosures", 2, "low", "45B", "line 2, column low: '45B' is not a plain decimal number"),
    ("disclosures", 2, "low", "4.5e10", "line 2, column low: '4.5e10' is not a plain decimal number"),
    ("disclosures", 2, "low", "45,000", "line 2, column low: '45,000' is not a plain decimal number"),
    ("disclosures", 2, "low", "NaN", "line 2, column low: 'NaN' is not a plain decimal number"),
    ("disclosures", 2, "low", "٤٥", "line 2, column low: '٤٥' is not a plain decimal number"),
    ("disclosures", 2, "low", "-1", "line 2, column low: -1 is negative"),
    ("disclosures", 2, "low", "0.00", "line 2, column low: it is 0: leave it empty"),
    ("disclosures", 2, "low", "50000000001", "line 2, column high: 50000000000 is below 50000000001"),
    ("disclosures", 3, "own_usd", "17.5B", "line 3, column own_usd: '17.5B' is not a plain decimal number"),
    ("disclosures", 2, "unit", "dollars", "line 2, column unit: 'dollars' is not one of USD"),
    ("disclosures", 2, "unit", "CNY", "line 2, column unit: 'CNY' is not one of USD"),
    ("disclosures", 2, "unit", "USD/fortnight", "line 2, column unit: 'USD/fortnight' is not one of USD"),
    ("disclosures", 2, "unit", "", "line 2, column unit: it is empty"),
    ("disclosures", 7, "unit", "furlongs", "line 7, column unit: 'furlongs' is not one of count"),
    ("disclosures", 2, "currency", "", "line 2, column unit: 'USD' is not one of count"),
    ("disclosures", 2, "currency", "XBT", "line 2, column currency: 'XBT' is not one of AUD"),
    ("disclosures", 2, "kind", "level", "line 2, column kind: 'level' is not one of stock, flow"),
    ("disclosures", 2, "confidence", "sure", "line 2, column confidence: 'sure' is not one of filed, reported"),
    ("disclosures", 3, "period_start", "", "line 3, column period_start: it is empty: a flow has a period"),
    ("disclosures", 3, "period_end", "2025-03-31", "line 3, column period_end: 2025-03-31 lies before 2025-04-01"),
    ("disclosures", 2, "known_at", "2026-05-01", "line 2, column known_at is '2026-05-01': not a moment"),
    ("disclosures", 2, "known_at", "", "line 2, column known_at: it is empty"),
    ("leaderboards", 2, "score", "58.6%", "line 2, column score: '58.6%' is not a plain decimal number"),
    ("leaderboards", 2, "ranking_date", "2026-05-13", "line 2, column ranking_date: 2026-05-13 lies in the future"),
    ("leaderboards", 2, "entry_id", "", "line 2, column entry_id: it is empty"),
    ("leaderboards", 2, "is_open", "yes", "line 2, column is_open: 'yes' is not one of true, false"),
    ("releases", 2, "citation", "", "line 2, column citation: it is empty"),
    ("releases", 2, "is_major", "", "line 2, column is_major: it is empty"),
    ("releases", 2, "is_major", "JA", "line 2, column is_major: 'JA' is not one of true, false"),
    (
        "leaderboards",
        2,
        "entry_id",
        "gemini-3-flash (thinking-minimal)",
        "line 2, column entry_id: String should match",
    ),
    ("releases", 2, "release_date", "2027-01-01", "line 2, column release_date: 2027-01-01 lies in the future"),
)


def table(source_id: str) -> list[list[str]]:
    path = FIXTURES / source_id / f"{source_id}.csv"
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def page(source_id: str, rows: list[list[str]]) -> Page:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return body(source_id, out.getvalue().encode())


def body(source_id: str, written: bytes) -> Page:
    return Page(f"{source_id}.csv", written, "text/csv")


def parse(source_id: str, *pages: Page, window: Window = WINDOW) -> tuple[Event, ...]:
    return CURATED[source_id].parse(fetch_of(source_id, *pages, window=window)).events


def with_cell(source_id: str, line: int, column: str, text: str) -> Page:
    rows = table(source_id)
    rows[line - 1][rows[0].index(column)] = text
    return page(source_id, rows)


def test_what_is_known_by_the_moment_stands() -> None:
    said = {
        (e.fact_id, e.company_id): (e.low, e.high, e.unit, e.own_usd)
        for e in parse("disclosures")
        if isinstance(e, DisclosureObserved)
    }
    assert said == {
        ("valuation", "alpha"): ("45000000000", "50000000000", "USD", None),
        ("capex", "beta"): ("126100000000", "126100000000", "CNY", "17500000000"),
        ("run_rate", "alpha"): ("110000000", "110000000", "USD/year", None),  # corrected since
        ("own_chips", "beta"): ("100000", None, "chips", None),  # more than: open above
    }


def test_what_is_taken_back_is_said_and_what_is_stated_beside_is_not() -> None:
    assert taken_back(table("disclosures")) == ("users beta 2026-04-30",)
    beside = [
        "2026-05-11T00:00:00Z",
        "users",
        "beta",
        "2026-04-30",
        "",
        "",
        "stock",
        "1",
        "1",
        "users",
        "",
        "",
        "filed",
        "x",
    ]
    assert taken_back([*table("disclosures"), beside]) == ()


def taken_back(rows: list[list[str]]) -> tuple[str, ...]:
    return CURATED["disclosures"].parse(fetch_of("disclosures", page("disclosures", rows))).withdrawn


def test_a_row_is_not_judged_before_it_is_known() -> None:
    read = CURATED["disclosures"].parse
    assert read(fetch_of("disclosures")).rejected == ()
    (reason,) = read(fetch_of("disclosures", window=LATER)).rejected
    assert "line 6, column low: 'five' is not a plain decimal number" in reason


def test_scores_and_flags_are_read() -> None:
    entries = [e for e in parse("leaderboards") if isinstance(e, LeaderboardObserved)]
    assert [(e.entry_id, e.score, e.is_open) for e in entries] == [
        ("one", "58.6", True),
        ("two", "58.6", False),
        ("three", "41", None),
        ("four", "-1", False),
    ]
    releases = [e for e in parse("releases") if isinstance(e, ReleaseObserved)]
    assert [(e.vendor_id, e.release_date.isoformat(), e.is_major) for e in releases] == [
        ("moonshotai", "2026-04-20", True),
        ("moonshotai", "2025-09-05", False),
    ]


@pytest.mark.parametrize(("source_id", "line", "column", "text", "said"), BAD_CELLS)
def test_a_bad_cell_puts_its_row_aside_by_line_and_column_and_no_other(
    source_id: str, line: int, column: str, text: str, said: str
) -> None:
    parsed = CURATED[source_id].parse(fetch_of(source_id, with_cell(source_id, line, column, text)))
    (reason,) = parsed.rejected
    assert f"{source_id}.csv {said}" in reason
    whole = {event.event_id for event in parse(source_id)}
    assert {event.event_id for event in parsed.events} < whole
    assert len(parsed.events) == len(whole) - 1


def test_a_file_in_which_no_row_can_be_read_is_refused() -> None:
    rows = table("releases")
    wrong = [rows[0], *([*row[:2], "soon", *row[3:]] for row in rows[1:3])]
    with pytest.raises(
        PayloadRefused, match=r"2 of 2 rows are unusable, the first: releases\.csv line 2, column release_date"
    ):
        parse("releases", page("releases", wrong))


def test_a_vendor_may_release_several_models_on_one_day_and_withdraw_one_of_them() -> None:
    rows = table("releases")
    second = [cell.replace("One 2.6", "One 2.6 mini") for cell in rows[1]]
    assert len(parse("releases", page("releases", [*rows, second]))) == len(parse("releases")) + 1
    back = ["2026-05-02T00:00:00Z", *second[1:4], "", "", ""]
    parsed = CURATED["releases"].parse(fetch_of("releases", page("releases", [*rows, second, back])))
    assert [event.event_id for event in parsed.events] == [event.event_id for event in parse("releases")]
    assert parsed.withdrawn == ("moonshotai 2026-04-20 One 2.6 mini", "openai 2026-04-01 Two")


@pytest.mark.threat("S5")
def test_a_withdrawn_key_that_is_too_long_to_name_is_put_aside() -> None:
    rows = table("releases")
    longer = page("releases", [*rows, [rows[1][0], "x" * 500, "2026-05-01", "Two", "", "", ""]])
    parsed = CURATED["releases"].parse(fetch_of("releases", longer))
    (reason,) = parsed.rejected
    assert reason.endswith("column vendor_id: its key has over 400 letters")
    assert max(map(len, parsed.withdrawn), default=0) <= 400


def test_a_withdrawal_names_its_release() -> None:
    unnamed = ["2026-05-02T00:00:00Z", "moonshotai", "2026-04-20", "", "", "", ""]
    page_of_all = page("releases", [*table("releases"), unnamed])
    (reason,) = CURATED["releases"].parse(fetch_of("releases", page_of_all)).rejected
    assert reason.endswith("column release: it is empty")


@pytest.mark.parametrize("source_id", CURATED)
def test_every_column_has_to_be_there(source_id: str) -> None:
    header, *rows = table(source_id)
    for place, column in enumerate(header):
        less = [[cell for n, cell in enumerate(row) if n != place] for row in (header, *rows)]
        with pytest.raises(PayloadRefused, match=f"{source_id}.csv line 1: no column {column}; the header is known_at"):
            parse(source_id, page(source_id, less))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "the body is empty"),
        (b"<html>no</html>\n", "line 1: no column known_at"),
        (f"{HEADER}citation\n".encode(), "no row is known at 2026-05-12T02:00:00+00:00 that is not withdrawn"),
        (f"{HEADER}citation\na,b\n".encode(), "line 2: 2 cells under 14 columns"),
        (f'{HEADER}citation\n"a\nb,c\n'.encode(), "line 2: not CSV"),
        (f"{HEADER}citation,low\n".encode(), "line 1: column low occurs twice"),
        (f"{HEADER}citation\n".encode() + b"\xff", "not UTF-8 at byte"),
    ],
    ids=["empty", "html", "header alone", "short row", "open quote", "column twice", "not UTF-8"],
)
def test_a_file_that_is_none_is_refused(written: bytes, said: str) -> None:
    with pytest.raises(PayloadRefused) as refused:
        parse("disclosures", body("disclosures", written))
    assert said in str(refused.value)


def test_a_line_is_counted_where_its_row_begins() -> None:
    rows = table("disclosures")
    rows[1][-1] = "two\nlines"
    rows[2][rows[0].index("low")] = "?"
    (reason,) = CURATED["disclosures"].parse(fetch_of("disclosures", page("disclosures", rows))).rejected
    assert "line 4, column low" in reason


def test_a_spreadsheets_mark_blanks_and_empty_lines_do_no_harm() -> None:
    written = (FIXTURES / "releases" / "releases.csv").read_text(encoding="utf-8")
    dressed = written.replace("moonshotai", " moonshotai ").replace("\n", "\r\n\r\n")
    dressed_page = body("releases", dressed.encode("utf-8-sig"))
    said = [event.model_dump(exclude={"fetch_id"}) for event in parse("releases", dressed_page)]
    assert said == [event.model_dump(exclude={"fetch_id"}) for event in parse("releases")]


def test_a_column_nobody_asked_for_is_told_and_no_reason_to_refuse() -> None:
    rows = [[*row, "note" if n == 0 else "x"] for n, row in enumerate(table("releases"))]
    parsed = CURATED["releases"].parse(fetch_of("releases", page("releases", rows)))
    assert parsed.unknown_fields == {"releases.csv.note"}
    assert len(parsed.events) == 2


def test_two_values_known_together_both_travel_and_the_same_twice_is_one() -> None:
    rows = table("leaderboards")
    other = [*rows[1]]
    other[rows[0].index("score")] = "60"
    ids = {event.event_id for event in parse("leaderboards", page("leaderboards", [*rows, other, rows[1]]))}
    assert len(ids) == len(parse("leaderboards")) + 1


@pytest.mark.parametrize("source", CURATED.values(), ids=lambda source: source.id)
def test_the_shipped_file_is_whole(source: Source) -> None:
    pages = tuple(source.fetch(FileSession((SHIPPED,)), LATER))
    events = source.parse(Fetch(source.id, LATER, pages)).events
    assert len({event.event_id for event in events}) == len(events) == pages[0].body.count(b"\n") - 1
    assert first_known(pages[0]) is not None


def test_a_file_that_is_not_there_is_absent() -> None:
    with pytest.raises(SourceAbsent, match=r"disclosures.csv: there is no such file"):
        tuple(CURATED["disclosures"].fetch(FileSession(()), LATER))


def test_a_file_begins_to_speak_with_its_first_row() -> None:
    assert first_known(page("releases", table("releases"))) == datetime(2026, 5, 1, tzinfo=UTC)
    assert first_known(page("releases", table("releases")[:1])) is None
    assert first_known(with_cell("releases", 3, "known_at", "soon")) is None
    assert first_known(body("releases", b"\xff")) is None
