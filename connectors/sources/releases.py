"""Curated model releases: vendor, date, new generation or not, open weights or not."""

from connectors.sources.curated_rows import curated_source
from connectors.sources.local_csv import build_from_row
from connectors.sources.payload import Object
from tokenshare.events import ReleaseObserved
from tokenshare.known_rows import KnownRow, Table
from tokenshare.topics import RELEASE_OBSERVED

TABLE = Table(
    file="releases.csv",
    columns=("known_at", "vendor_id", "release_date", "release", "is_major", "is_open", "citation"),
    key=("vendor_id", "release_date", "release"),
    values=("is_major", "is_open", "citation"),
)


def _event(row: KnownRow, envelope: Object) -> ReleaseObserved:
    return build_from_row(
        row,
        ReleaseObserved,
        **envelope,
        known_at=row.known_at,
        vendor_id=row.text("vendor_id"),
        release_date=row.past_day("release_date", envelope["observed_at"]),
        release=row.text("release"),
        is_major=row.flag("is_major"),
        is_open=row.optional_flag("is_open"),
        citation=row.line("citation"),
    )


SOURCE = curated_source(
    TABLE,
    _event,
    id="releases",
    example="2026-01-28T00:00:00Z,acme-labs,2026-01-27,Rocket 1,true,true,acme.example/rocket-1",
    title="Curated releases",
    emits=(RELEASE_OBSERVED,),
    licence="facts, each cited; the file is part of this project",
    citation="Source: curated releases, each row cited, as of {as_of}.",
    traps="One row per release: a vendor may have several on one day. `is_major` is a judgement: a new generation or "
    "product line, not an update of one. A row with nothing after its `release` withdraws it.",
)
