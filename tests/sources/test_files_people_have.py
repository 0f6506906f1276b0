"""Files as people and their spreadsheets write them: taken if nothing can be misread, else a sentence with the fix."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.sources import SOURCES, quotes_file
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.sources import Fetch, Page, Parsed, Source, Window

DOCS = Path(__file__).parents[2] / "docs"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "reality" / "drop"
NOVEMBER = Window(date(2025, 1, 1), date(2026, 11, 27), datetime(2026, 11, 28, 12, tzinfo=UTC))
# Every source in a file with our own columns, whoever writes it.
FILES = [source for source in SOURCES if source.upstream in ("quotes", "curated", "price_book")]
SHAPES: dict[str, Callable[[str], bytes]] = {
    "a mark at the start": lambda text: text.encode("utf-8-sig"),
    "Unicode text of Excel": lambda text: text.encode("utf-16"),
    "big-endian UTF-16": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "header in capitals": lambda text: _header(text, str.upper).encode(),
    "header as a title": lambda text: _header(text, lambda head: head.replace("_", " ").title()).encode(),
    "blanks around cells": lambda text: _cells(text, lambda cell: f" {cell}\u00a0").encode(),
    "flags of a spreadsheet": lambda text: _cells(text, _capital_flag).encode(),
    "a blank last line": lambda text: f"{text}\n \n".encode(),
    "a last line of commas": lambda text: f"{text}{',' * text.splitlines()[0].count(',')}\n".encode(),
    "empty cells at the end": lambda text: _cells(text, str, more=["", " "]).encode(),
    "the separator named first": lambda text: f"sep=,\n{text}".encode(),
}


def _header(text: str, change: Callable[[str], str]) -> str:
    head, _, rest = text.partition("\n")
    return f"{change(head)}\n{rest}"


def _cells(text: str, change: Callable[[str], str], more: list[str] | None = None) -> str:
    rows = list(csv.reader(text.splitlines()))
    quoted = [[f'"{change(cell)}"' for cell in row] + (more or []) for row in rows]
    return "".join(",".join(row) + "\n" for row in quoted)


def _capital_flag(cell: str) -> str:
    return {"true": "TRUE", "false": "False"}.get(cell, cell)


def file_of(source: Source) -> str:
    return (FIXTURES / source.id / source.world_file).read_text(encoding="utf-8")


def parse(source: Source, body: bytes, window: Window = WINDOW) -> Parsed:
    return source.parse(Fetch(source.id, window, (Page(source.world_file, body, "text/csv"),)))


def facts(parsed: Parsed) -> list[dict[str, object]]:
    return [event.model_dump(exclude={"fetch_id"}) for event in parsed.events]


def written(source: Source) -> str:
    """A sound file of the source; the price book's fixture is the package's, so its file is written here."""
    if source.id != "genai_prices":
        return file_of(source)
    head = "known_at,provider,model,valid_from,valid_to,tier_min_tokens,utc_start,utc_end,"
    row = "2026-05-01T00:00:00Z,deepseek,deepseek-v4-pro,2026-05-01,,0,,,0.435,0.87"
    return f"{head}input_usd_per_million,output_usd_per_million\n{row}\n"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("source", FILES, ids=lambda source: source.id)
@pytest.mark.threat("X29")
def test_a_file_reads_alike_in_every_shape_a_spreadsheet_gives_it(source: Source, shape: str) -> None:
    plain = parse(source, written(source).encode())
    dressed = parse(source, SHAPES[shape](written(source)))
    assert plain.events
    assert (facts(dressed), dressed.rejected) == (facts(plain), ())


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
@pytest.mark.parametrize("source", FILES, ids=lambda source: source.id)
def test_another_separator_is_named(source: Source, separator: str, name: str) -> None:
    with pytest.raises(PayloadRefused, match=f"the columns are separated by {name}: save it with commas"):
        parse(source, written(source).replace(",", separator).encode())


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.id)
def test_one_wrong_row_is_put_aside_with_its_reason_and_the_others_are_read(source: Source) -> None:
    text = written(source)
    torn = parse(source, f"{text}x,y\n".encode())
    assert facts(torn) == facts(parse(source, text.encode()))
    (reason,) = torn.rejected
    assert reason.startswith(f"{source.world_file} line {len(text.splitlines()) + 1}: 2 cells under ")


DATED = [source for source in FILES if "known_at" in written(source)]


@pytest.mark.parametrize("source", DATED, ids=lambda source: source.id)
def test_a_row_whose_moment_cannot_be_read_takes_its_key_with_it_and_no_other(source: Source) -> None:
    head, first, *rest = written(source).splitlines()
    undated = f"yesterday,{first.partition(',')[2]}"
    parsed = parse(source, "\n".join([head, first, undated, *rest, _other(source, first)]).encode())
    assert len(parsed.rejected) == 1
    assert "line 3, column known_at is 'yesterday': not a moment with its zone" in parsed.rejected[0]
    sound = facts(parse(source, "\n".join([head, *rest, _other(source, first)]).encode()))
    assert facts(parsed) == sound


def _other(source: Source, row: str) -> str:
    """The row under another key."""
    names = {"quotes_dropped": ("0700.HK", "ACME"), "shares_dropped": ("NVDA", "ACME")}
    old, new = names.get(source.id, ("", ""))
    if old:
        cells = row.split(",")
        return ",".join([cells[0], new, *cells[2:]])
    keys = {"genai_prices": "deepseek-v4-pro", "disclosures": "alpha", "leaderboards": "one", "releases": "moonshotai"}
    return row.replace(keys[source.id], "another")


@pytest.mark.recorded
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded files are not there")
@pytest.mark.parametrize("name", ["drop-good", "drop-bom", "drop-excel-FALSE", "drop-header-capitalised"])
def test_a_recorded_drop_file_gives_its_close(name: str) -> None:
    (event,) = parse(quotes_file.SOURCE, (SHARED / f"{name}.csv").read_bytes(), NOVEMBER).events
    assert event.model_dump(include={"symbol", "session_date", "close", "currency", "is_partial"}) == {
        "symbol": "NVDA",
        "session_date": date(2026, 11, 27),
        "close": "182.55",
        "currency": "USD",
        "is_partial": False,
    }


@pytest.mark.recorded
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded files are not there")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("drop-semicolon", "separated by semicolons"),
        ("drop-semicolon-decimal-comma", "separated by semicolons"),
        ("drop-yahoo-export", "`tokenshare import quotes FILE`"),
        ("drop-yahoo-export-2024-ui", "`tokenshare import quotes FILE`"),
        ("drop-stooq-export", "`tokenshare import quotes FILE`"),
        ("drop-nasdaq-export", "`tokenshare import quotes FILE`"),
        ("drop-googlefinance", "`tokenshare import quotes FILE`"),
    ],
)
def test_a_recorded_file_of_another_form_is_refused_with_its_remedy(name: str, said: str) -> None:
    with pytest.raises(PayloadRefused, match=said):
        parse(quotes_file.SOURCE, (SHARED / f"{name}.csv").read_bytes(), NOVEMBER)


HEADER = "known_at,symbol,date,close,currency,is_partial\n"
GOOD = "2026-11-27T22:30:00Z,NVDA,2026-11-27,182.55,USD,false\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,'182,55',USD,false", "7 cells under 6 columns"),
        ('2026-11-27T22:30:00Z,AVGO,2026-11-27,"182,55",USD,false', "close of AVGO is '182,55': not an amount"),
        ('2026-11-27T22:30:00Z,AVGO,2026-11-27,"5,182.55",USD,false', "not an amount in plain digits"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,$182.55,USD,false", "not an amount in plain digits"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,1.8255E+02,USD,false", "not an amount in plain digits"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,null,USD,false", "not an amount in plain digits"),
        ("2026-11-27T22:30:00Z,AVGO,27/11/2026,182.55,USD,false", "not a day written YYYY-MM-DD"),
        ("2026-11-27T22:30:00Z,AVGO,01/02/2026,182.55,USD,false", "not a day written YYYY-MM-DD"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-29,182.55,USD,false", "2026-11-29 lies in the future"),
        ("2026-11-27 22:30,AVGO,2026-11-27,182.55,USD,false", "not a moment with its zone"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,182.55,GBp,false", "a hundredth of a currency"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,182.55,,false", "not a currency, and none is assumed"),
        ("2026-11-27T22:30:00Z,,2026-11-27,182.55,USD,false", "symbol"),
        ("2026-11-27T22:30:00Z,AVGO,2026-11-27,182.55,USD,WAHR", "'WAHR' is not one of true, false"),
    ],
)
@pytest.mark.threat("X29")
def test_a_cell_that_could_be_misread_refuses_its_row_and_nothing_else(row: str, said: str) -> None:
    parsed = parse(quotes_file.SOURCE, f"{HEADER}{GOOD}{row}\n".encode(), NOVEMBER)
    assert [event.model_dump()["symbol"] for event in parsed.events] == ["NVDA"]
    (reason,) = parsed.rejected
    assert reason.startswith("quotes.csv line 3")
    assert said in reason


def test_a_file_without_a_readable_row_is_refused_with_the_first_reason() -> None:
    rows = GOOD.replace("182.55", '"182,55"') * 2
    with pytest.raises(PayloadRefused, match=r"2 of 2 rows are unusable, the first: quotes\.csv line 2: close of"):
        parse(quotes_file.SOURCE, f"{HEADER}{rows}".encode(), NOVEMBER)


def test_a_ticker_in_small_letters_is_the_ticker() -> None:
    (event,) = parse(quotes_file.SOURCE, f"{HEADER}{GOOD}".replace("NVDA", "nvda").encode(), NOVEMBER).events
    assert event.model_dump()["symbol"] == "NVDA"


def test_two_values_of_one_key_both_travel_for_the_gate_to_judge() -> None:
    parsed = parse(quotes_file.SOURCE, f"{HEADER}{GOOD}{GOOD.replace('182.55', '183')}".encode(), NOVEMBER)
    assert [event.model_dump()["close"] for event in parsed.events] == ["182.55", "183"]
    assert parsed.rejected == ()


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.id)
def test_the_sources_fixture_of_good_rows_stays_whole(source: Source) -> None:
    assert source.parse(fetch_of(source.id)).rejected == ()


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.id)
def test_the_example_of_a_source_is_read_and_stands_on_its_page(source: Source) -> None:
    parsed = parse(source, source.example.encode(), NOVEMBER)
    assert (len(parsed.events), parsed.rejected, parsed.unknown_fields) == (1, (), frozenset())
    assert source.example in (DOCS / "sources" / f"{source.id}.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_on_files_is_that_of_its_source() -> None:
    assert quotes_file.SOURCE.example in (DOCS / "files.md").read_text(encoding="utf-8")


@pytest.mark.threat("X14")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("source", [one for one in FILES if one.id in ("claims", "quotes_dropped")])
def test_a_million_rows_that_are_none_refuse_their_file(source: Source) -> None:
    """A file of two megabytes with a million lines."""
    fetch = fetch_of(source.id)
    header, *_ = fetch.pages[0].body.splitlines()
    page = replace(fetch.pages[0], body=header + b"\n" + b"a\n" * 1_000_000)
    with pytest.raises(PayloadRefused, match="line 2: 1 cells"):
        source.parse(replace(fetch, pages=(page,)))
