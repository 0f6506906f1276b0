"""Curated model releases: whose, when, whether a new generation, whether with open weights."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.sources.curated_rows import Line, Table, first_known, standing, stating
from connectors.sources.payload import Object, envelope_of, refuses_payload
from tokenshare.events import ReleaseObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import RELEASE_OBSERVED

TABLE = Table(
    file="releases.csv",
    columns=("known_at", "vendor_id", "release_date", "release", "is_major", "is_open", "citation"),
    key=("vendor_id", "release_date"),
    value=("release",),
)


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """The file, whole."""
    yield session.get(TABLE.file)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    envelope = envelope_of(fetch)
    events = tuple(_event(line, fetch, envelope) for line in standing(fetch, TABLE))
    return stating(fetch, TABLE, events)


def _event(line: Line, fetch: Fetch, envelope: Object) -> ReleaseObserved:
    return line.say(
        ReleaseObserved,
        **envelope,
        known_at=line.moment("known_at"),
        vendor_id=line.text("vendor_id"),
        release_date=line.past_day("release_date", fetch.window.observed_at),
        release=line.text("release"),
        is_major=line.flag("is_major"),
        is_open=line.optional_flag("is_open"),
        citation=line.text("citation"),
    )


SOURCE = Source(
    id="releases",
    title="Curated releases",
    emits=(RELEASE_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="facts, each cited; the file is part of this project",
    citation="Source: curated releases, each row cited, as of {as_of}.",
    terms="A file that the project ships; TOKENSHARE_CURATED names a folder of your own whose file is read instead.",
    traps="One row per vendor and day: two models of one day stand in one row. What is major is a judgement: a new "
    "generation or product line, not an update of one. An empty `release` withdraws the row.",
    world_file=TABLE.file,
    fetch=fetch,
    parse=parse,
    upstream="curated",
    ships=True,
    first_known=first_known,
)
