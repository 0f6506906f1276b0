"""The European Central Bank's file: what it says, and when it is refused."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources import ecb_bundled
from connectors.sources.files import FileSession
from connectors.sources.rates import OLDEST, parse
from tests.sources.payloads import WINDOW, fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.events import FxObserved
from tokenshare.sources import Fetch, Page, Window

ID = "ecb_rates"
HEADER = "Date,USD,JPY,GBP,CNY,HKD,KRW,\n"


def zipped(text: str, *more: str) -> Page:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, body in enumerate((text, *more)):
            archive.writestr(f"{number}.csv", body)
    return Page("https://upstream.example/eurofxref-hist.zip", out.getvalue(), "application/zip")


def read(page: Page | None = None, window: Window = WINDOW) -> list[tuple[str, str, str]]:
    events = parse(fetch_of(ID, *([page] if page else []), window=window)).events
    rates = [event for event in events if isinstance(event, FxObserved)]
    assert {rate.base for rate in rates} <= {"EUR"}
    return [(rate.rate_date.isoformat(), rate.quote, rate.rate) for rate in rates]


def test_rates_of_the_days_asked_for_without_those_not_stated() -> None:
    assert read() == [
        ("2026-05-11", "USD", "1.16"),
        ("2026-05-11", "CNY", "8.01"),
        ("2026-05-11", "GBP", "0.8501"),
        ("2026-05-11", "JPY", "180"),
        ("2026-05-11", "KRW", "1701"),
    ]


def test_a_first_fetch_takes_what_disclosures_reach_back_to() -> None:
    first = Window(date(2025, 1, 1), WINDOW.end, WINDOW.observed_at)
    assert {day for day, *_ in read(window=first)} == {"2026-05-08", "2026-05-11"}
    assert parse(fetch_of(ID, window=first)).start_date == OLDEST


def test_a_weekend_has_no_rate_and_is_no_fault() -> None:
    saturday = Window(date(2026, 5, 9), date(2026, 5, 10), datetime(2026, 5, 11, 2, tzinfo=UTC))
    assert read(zipped(HEADER + "2026-05-08,1.1,1,1,1,1,1,\n"), saturday) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (zipped(HEADER + "2026-05-11,0,1,1,1,1,1,\n"), "line 2: USD is '0': nothing is worth nothing"),
        (zipped(HEADER + "2026-05-11,0.000,1,1,1,1,1,\n"), "nothing is worth nothing"),
        (zipped(HEADER + "2026-05-11,-1,1,1,1,1,1,\n"), "not an amount in plain digits"),
        (zipped(HEADER + "2026-05-11,N/A,1,1,1,1,1,\n"), "no rate of USD in the days asked for"),
        (zipped(HEADER + "11 May 2026,1,1,1,1,1,1,\n"), "not a day written YYYY-MM-DD"),
        (zipped(HEADER + "2026-05-11,1,1,\n"), "line 2 has more or fewer cells than the header"),
        (zipped(HEADER), "the file has no day"),
        (zipped(""), "the file is not CSV"),
        (zipped(HEADER.replace("HKD", "XXX")), "line 1: the header lacks HKD"),
        (zipped(HEADER, HEADER), "not a ZIP archive of one file"),
        (Page("", b"PK\x03\x04nothing", "application/zip"), "not a ZIP archive of one file"),
        (Page("", b"<html></html>", "text/html"), "the content type is 'text/html', not a ZIP archive"),
        (Page("", b"", "application/zip"), "the body is empty"),
        (zipped(" " * (65 * 1024 * 1024)), "larger than 64 MiB"),
    ],
)
def test_a_file_is_refused_whole_and_says_where(page: Page, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        read(page)
    assert said in str(refusal.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.threat("S5")
def test_an_archive_with_a_broken_stream_is_refused(method: int) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("rates.csv", HEADER * 200)
    body = target.getvalue()
    for at in range(30 + len("rates.csv"), body.rindex(b"PK\x01\x02")):
        with pytest.raises(PayloadRefused):
            read(Page("", body[:at] + b"\xff" + body[at + 1 :], "application/zip"))


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"PK", "binary/octet-stream", "the content type is 'binary/octet-stream', not a ZIP archive"),
        (
            b"<title>Down for &quot;repair&quot;</title>",
            "text/html",
            "the content type is 'text/html', not a ZIP archive; it reads 'Down for \"repair\"'",
        ),
    ],
)
def test_another_content_type_is_the_whole_reason(body: bytes, kind: str, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        read(Page("", body, kind))
    assert str(refusal.value) == f"ecb_rates: {said}"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_always_refused(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        read(Page("", body, "application/zip"))


def test_the_bundled_history_is_the_real_one() -> None:
    window = Window(date(2025, 1, 1), date(2026, 1, 1), datetime(2026, 1, 2, 6, tzinfo=UTC))
    later = Window(date(2025, 1, 1), date(2026, 10, 30), datetime(2026, 11, 1, 6, tzinfo=UTC))
    pages = tuple(ecb_bundled.SOURCE.fetch(FileSession((ecb_bundled.BUNDLE,)), window))
    parsed = ecb_bundled.SOURCE.parse(Fetch("ecb_bundled", later, pages))
    rates = {(rate.rate_date, rate.quote): rate.rate for rate in parsed.events if isinstance(rate, FxObserved)}
    assert rates[date(2025, 4, 17), "USD"] == "1.136"
    assert not [day for day, _ in rates if day in (date(2025, 4, 18), date(2025, 12, 25), date(2025, 5, 1))]
    then = ecb_bundled.SOURCE.parse(Fetch("ecb_bundled", window, pages)).events
    assert max(rate.rate_date for rate in then if isinstance(rate, FxObserved)) == date(2025, 12, 31)
