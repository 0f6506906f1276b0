"""Answers as EODHD, EDGAR and the Hub really sent them: each is read, and what cannot be used is put aside."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sources import edgar_shares, eodhd_quotes, huggingface_hub
from connectors.sources.listings import FILERS, LINES
from tokenshare.errors import PayloadRefused
from tokenshare.events import DownloadsObserved, QuoteObserved, ShareCountObserved
from tokenshare.sources import Fetch, Page, Parsed, Source, Window

pytestmark = pytest.mark.recorded
AS_OF = datetime(2026, 10, 1, 21, 30, tzinfo=UTC)
WINDOW = Window(date(2025, 1, 1), AS_OF.date(), AS_OF)
HUB = "https://huggingface.co/api/models?sort=downloads"
WARNING = "Data is limited by one year as you have free subscription"


@pytest.fixture(scope="module")
def reality(recorded_data: Path) -> Path:
    return recorded_data / "reality"


def page(body: Any, url: str = "") -> Page:
    text = body.read_bytes() if isinstance(body, Path) else json.dumps(body).encode()
    return Page(url, text, "application/json; charset=utf-8")


def parse(source: Source, *pages: Page) -> Parsed:
    return source.parse(Fetch(source.id, WINDOW, pages))


def closes(*series: Any) -> Parsed:
    """The closes of the first lines; the others have no day."""
    names = [{"Code": line.code, "Currency": "USD"} for line in LINES]
    empty: list[Any] = [[]] * (len(LINES) - len(series))
    return parse(eodhd_quotes.SOURCE, *[page(names)] * 2, *map(page, (*series, *empty)))


@pytest.mark.parametrize(
    ("name", "aside"),
    [
        ("eodhd-free-plan-last-row-warning", f"NVDA[1]: {WARNING}"),
        ("eodhd-zero-bar", "NVDA[1]: close of NVDA is '0': nothing is worth nothing"),
    ],
)
def test_bars_beside_a_row_that_is_none_are_taken(reality: Path, name: str, aside: str) -> None:
    parsed = closes(reality / f"{name}.json")
    assert [(e.symbol, str(e.session_date), e.close) for e in parsed.events if isinstance(e, QuoteObserved)] == [
        ("NVDA", "2026-09-23", "334.15")
    ]
    assert parsed.rejected == (aside,)


def test_a_warning_alone_is_quoted(reality: Path) -> None:
    alone = reality / "eodhd-free-plan-warning-alone.json"
    assert closes(alone, reality / "eodhd-zero-bar.json").rejected[0] == f"NVDA[0]: {WARNING}"
    with pytest.raises(PayloadRefused, match=f"no line has a single day: .*{WARNING}"):
        closes(alone)


@pytest.mark.parametrize("name", ["end-years-after-filed", "units-shares-empty-object"])
def test_a_slip_of_a_filing_never_used_is_no_reason(reality: Path, name: str) -> None:
    document = json.loads((reality / f"edgar-{name}.json").read_bytes()) | {"cik": FILERS[0].cik}
    fact = {"end": "2026-08-20", "val": 4720000000, "filed": "2026-09-01"}
    concept = {"EntityCommonStockSharesOutstanding": {"units": {"shares": [fact]}}}
    others = [{"cik": FILERS[1].cik, "facts": {"dei": concept}}, *({"cik": f.cik, "facts": {}} for f in FILERS[2:])]
    parsed = parse(edgar_shares.SOURCE, *map(page, (document, *others)))
    counts = {str(e.date): e.shares_issued for e in parsed.events if isinstance(e, ShareCountObserved)}
    assert counts["2026-08-20"] == 4720000000
    assert (counts.get("2025-05-08"), parsed.rejected) == (333700000 if "end" in name else None, ())


def test_an_odd_tag_is_left_out_and_its_repository_stays(reality: Path) -> None:
    parsed = parse(huggingface_hub.SOURCE, page(reality / "hub-one-odd-tag.json", HUB))
    (event,) = (event for event in parsed.events if isinstance(event, DownloadsObserved))
    assert (event.repo, event.downloads_all_time, event.base_models) == ("x/y", 9, ())
    assert parsed.rejected == ("1 bases that are no repository, the first of x/y: 'llama3.1:8b'",)
