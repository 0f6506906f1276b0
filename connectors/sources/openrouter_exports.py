"""The same usage without a key, from OpenRouter's daily export files: thirty days, with daily shares."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.sources.payload import (
    Object,
    build_event,
    check_type,
    check_version,
    envelope_of,
    read_document,
    refuses_payload,
    require_field,
    unknown_fields,
)
from tokenshare.codec import read_count, read_day, read_moment
from tokenshare.errors import ContractViolation
from tokenshare.events import UsageObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import USAGE_OBSERVED

FOLDER = "datasets/exports/rankings-daily"
MANIFEST_PATH = f"{FOLDER}/latest.manifest.json"

COLUMNS = ("date", "model_permaslug", "rank", "total_tokens", "share_of_daily_tokens")
MANIFEST = frozenset(
    (
        *("dataset", "schema_version", "snapshot_date", "retrieved_at", "row_count", "files", "license"),
        *("attribution", "title", "description", "readme_url", "license_url", "date_range"),
        *("latest", "update_cadence"),
    )
)
FILE = frozenset({"url", "encoding_format", "bytes", "sha256"})
_SHARE = re.compile(r"[0-9]+(\.[0-9]+)?([eE]-?[0-9]{1,3})?", re.ASCII)
_DATED_CSV = re.compile(r"[a-z0-9/_-]+/[0-9]{4}-[0-9]{2}-[0-9]{2}\.csv", re.ASCII)


@dataclass(frozen=True)
class Manifest:
    """The manifest of a snapshot: its CSV file's day, size in bytes, sha256, rows and address."""

    snapshot_date: date
    retrieved_at: datetime
    row_count: int
    bytes: int
    sha256: str
    url: str
    unknown_fields: frozenset[str]


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """Fetch the manifest, then its dated file. The window is ignored: a snapshot has its own days.

    An unreadable manifest ends the fetch without an error: parse refuses it after it is archived.
    """
    manifest = session.get(MANIFEST_PATH)
    yield manifest
    try:
        path = _path_of(read_manifest(manifest), manifest.url)
    except ContractViolation:
        return
    yield session.get(path)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    if not fetch.pages:
        raise ContractViolation("no manifest")
    manifest = read_manifest(fetch.pages[0])
    if len(fetch.pages) != 2:
        raise ContractViolation(f"{len(fetch.pages)} pages: a manifest and one file were expected")
    header, *rows = read_rows(fetch.pages[1], manifest)
    today = fetch.window.observed_at.date()
    envelope = envelope_of(fetch)
    events = tuple(_event(header, row, number, manifest, envelope) for number, row in enumerate(rows, start=2))
    over = tuple(event for event in events if event.usage_date < today)
    if not over:
        raise ContractViolation("the snapshot contains no day that is over")
    return Parsed(
        events=over,
        as_of=manifest.retrieved_at,
        start_date=min(event.usage_date for event in over),
        end_date=max(event.usage_date for event in over),
        unknown_fields=manifest.unknown_fields | unknown_fields("csv", [dict.fromkeys(header)], frozenset(COLUMNS)),
    )


def read_manifest(page: Page) -> Manifest:
    """The manifest in a page. Raises ContractViolation."""
    document = read_document(page)
    check_version(require_field(document, "dataset", str, "manifest"), "rankings-daily", "manifest.dataset")
    check_version(require_field(document, "schema_version", str, "manifest"), "v1", "manifest.schema_version")
    file = require_field(require_field(document, "files", dict, "manifest"), "csv", dict, "manifest.files")
    where = "manifest.files.csv"
    return Manifest(
        snapshot_date=read_day(require_field(document, "snapshot_date", str, "manifest"), "manifest.snapshot_date"),
        retrieved_at=read_moment(require_field(document, "retrieved_at", str, "manifest"), "manifest.retrieved_at"),
        row_count=read_count(require_field(document, "row_count", int, "manifest"), "manifest.row_count"),
        bytes=read_count(require_field(file, "bytes", int, where), f"{where}.bytes"),
        sha256=require_field(file, "sha256", str, where),
        url=require_field(file, "url", str, where),
        unknown_fields=unknown_fields("manifest", [document], MANIFEST) | unknown_fields(where, [file], FILE),
    )


def read_rows(page: Page, manifest: Manifest) -> list[list[str]]:
    """The header and rows of the file. Raises ContractViolation if its size, digest or row count differ."""
    check_type(page, "CSV", {"text/csv", "application/csv", "application/octet-stream"})
    if (len(page.body), page.digest) != (manifest.bytes, manifest.sha256.lower()):
        raise ContractViolation(
            f"the file has {len(page.body)} bytes and sha256 {page.digest[:12]}, the manifest says "
            f"{manifest.bytes} and {manifest.sha256[:12]!r}"
        )
    try:
        rows = list(csv.reader(io.StringIO(page.body.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContractViolation(f"the file is not UTF-8 CSV: {str(error)[:120]}") from error
    missing = [name for name in COLUMNS if name not in rows[0]]
    if missing or len(set(rows[0])) < len(rows[0]):
        raise ContractViolation(f"the header {','.join(rows[0])[:120]!r} misses {missing} or repeats a column")
    if len(rows) - 1 != manifest.row_count:
        raise ContractViolation(f"the file has {len(rows) - 1} rows, the manifest says {manifest.row_count}")
    return rows


def _path_of(manifest: Manifest, manifest_url: str) -> str:
    """The path of the dated file: from the manifest if below our own base, else as documented.

    `latest.csv` may differ from its manifest's day for an hour; dated files never change.
    """
    path = manifest.url.removeprefix(manifest_url.removesuffix(MANIFEST_PATH))
    name = f"{manifest.snapshot_date}.csv"
    return path if _DATED_CSV.fullmatch(path) and path.endswith(name) else f"{FOLDER}/{name}"


def _event(header: list[str], cells: list[str], number: int, manifest: Manifest, envelope: Object) -> UsageObserved:
    where = f"csv line {number}"
    if len(cells) != len(header):
        raise ContractViolation(f"{where} has {len(cells)} cells, the header {len(header)}")
    row = dict(zip(header, cells, strict=True))
    day = read_day(row["date"], f"{where}: date")
    if day > manifest.snapshot_date:
        raise ContractViolation(f"{where} is of {day}, a day after the snapshot's {manifest.snapshot_date}")
    if row["rank"]:  # empty on `other`; not kept, because our own ranks never count `other`
        read_count(row["rank"], f"{where}: rank")
    if not _SHARE.fullmatch(row["share_of_daily_tokens"]):
        raise ContractViolation(f"{where}: share_of_daily_tokens is {row['share_of_daily_tokens'][:60]!r}")
    return build_event(
        UsageObserved,
        where,
        **envelope,
        usage_date=day,
        model_permaslug=row["model_permaslug"],
        tokens=read_count(row["total_tokens"], f"{where}: total_tokens"),
        as_of=manifest.retrieved_at,
        share_of_daily_tokens=float(row["share_of_daily_tokens"]),
    )


SOURCE = Source(
    id="openrouter_exports",
    title="OpenRouter: tokens a day of the fifty most used models (keyless daily export)",
    emits=(USAGE_OBSERVED,),
    cadence=timedelta(days=1),
    due="55 1 * * *",  # published about 01:46, and caches keep the older manifest for five minutes
    needs_key=False,
    licence="CC BY 4.0",
    homepage="https://openrouter.ai/rankings",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of {as_of}.",
    terms="No key. Commercial use is allowed, with the citation. Published once a day about 01:46 UTC.",
    traps="A snapshot covers the trailing thirty days and restates the last two or three: take a day from the "
    "newest. `latest.csv` may be for another day than its manifest: read the manifest, fetch the dated file, "
    "check sha256. No snapshot before 2026-09-19. `rank` is empty on `other`.",
    world_file="rankings_daily.csv",
    fetch=fetch,
    has_days=True,
    parties=Parties(),
    parse=parse,
)
