"""The European Central Bank's file of reference rates: a line per TARGET day, newest first; a column per currency."""

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date

from connectors.sources.money import read_amount
from connectors.sources.payload import Object, build_event, check_type, envelope_of, refuses_payload, require_one_page
from tokenshare.codec import read_day
from tokenshare.errors import ContractViolation
from tokenshare.events import FxObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Window

PATH = "eurofxref-hist.zip"
CURRENCIES = ("USD", "CNY", "HKD", "GBP", "JPY", "KRW")  # the currencies of our quotes and disclosures
EVERY_PASS = date(2025, 1, 1)  # the first day that a pass asks for
OLDEST = date(2024, 1, 1)  # disclosures go back a year further than sessions, and the file includes it
NOT_STATED = ("N/A", "")
MOST_BYTES = 64 * 1024 * 1024
TORN = (  # what the modules of an archive raise for bytes that are none
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError),
)
PARTIES = Parties(ours=("base", "quote"))
ZIPS = {"application/zip", "application/x-zip-compressed", "application/octet-stream"}


def fetch(session: Session, _: Window) -> Iterator[Page]:
    yield session.get(PATH)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """The rates of the window; since `OLDEST` unless a person names the days. Days after the window are ignored."""
    rows, window, envelope = _read_table(require_one_page(fetch)), fetch.window, envelope_of(fetch)
    start = OLDEST if window.start <= EVERY_PASS else window.start
    events: list[FxObserved] = []
    for number, row in enumerate(rows, start=2):
        day = read_day(row["Date"], f"line {number}: Date")
        events += _events(row, day, f"line {number}", envelope) if start <= day <= window.end else []
    if not any(event.quote == "USD" for event in events) and rows and rows[0]["Date"] >= start.isoformat():
        raise ContractViolation("no rate of USD in the days asked for")
    return Parsed(tuple(events), window.observed_at, start, window.end)


def _events(row: dict[str, str], day: date, where: str, envelope: Object) -> Iterator[FxObserved]:
    for quote in CURRENCIES:
        if row[quote].strip() not in NOT_STATED:
            rate = read_amount(row[quote].strip(), f"{where}: {quote}")
            yield build_event(FxObserved, where, **envelope, rate_date=day, base="EUR", quote=quote, rate=rate)


def _read_table(page: Page) -> list[dict[str, str]]:
    body = _unzip(page)
    try:
        header, *rows = list(csv.reader(io.StringIO(body.decode("ascii"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ContractViolation(f"the file is not CSV: {str(error)[:120]}") from error
    missing = [name for name in ("Date", *CURRENCIES) if name not in header]
    if missing:
        raise ContractViolation(f"line 1: the header lacks {', '.join(missing)}")
    uneven = next((number for number, row in enumerate(rows, start=2) if len(row) != len(header)), None)
    if uneven:
        raise ContractViolation(f"line {uneven} has more or fewer cells than the header")
    if not rows:
        raise ContractViolation("the file has no day")
    return [dict(zip(header, row, strict=True)) for row in rows]


def _unzip(page: Page) -> bytes:
    """The only file in the archive, at most `MOST_BYTES` long."""
    check_type(page, "a ZIP archive", ZIPS)
    try:
        with zipfile.ZipFile(io.BytesIO(page.body)) as archive:
            (member,) = archive.infolist()
            if member.file_size > MOST_BYTES:
                raise ContractViolation(f"the file in the archive is larger than {MOST_BYTES // 2**20} MiB")
            return archive.read(member)
    except TORN as error:
        raise ContractViolation(f"not a ZIP archive of one file: {str(error)[:120]}") from error
