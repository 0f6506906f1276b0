"""Curated leaderboards: who scored what on which board on which day."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.sources.curated_rows import Line, Table, first_known, standing, stating
from connectors.sources.payload import Object, envelope_of, refuses_payload
from tokenshare.errors import ContractViolation
from tokenshare.events import LeaderboardObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import LEADERBOARD_OBSERVED

TABLE = Table(
    file="leaderboards.csv",
    columns=("known_at", "board_id", "ranking_date", "entry_id", "model", "vendor_id", "score", "is_open"),
    key=("board_id", "ranking_date", "entry_id"),
    value=("score",),
)


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """The file, whole."""
    yield session.get(TABLE.file)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    envelope = envelope_of(fetch)
    events = tuple(_event(line, fetch, envelope) for line in standing(fetch, TABLE))
    if {event.score for event in events} == {"0"}:
        raise ContractViolation(f"{TABLE.file}: every score is 0: nobody was scored")
    return stating(fetch, TABLE, events)


def _event(line: Line, fetch: Fetch, envelope: Object) -> LeaderboardObserved:
    return line.say(
        LeaderboardObserved,
        **envelope,
        known_at=line.moment("known_at"),
        board_id=line.text("board_id"),
        ranking_date=line.past_day("ranking_date", fetch.window.observed_at),
        entry_id=line.text("entry_id"),
        model=line.text("model"),
        vendor_id=line.text("vendor_id"),
        score=line.amount("score"),
        is_open=line.optional_flag("is_open"),
    )


SOURCE = Source(
    id="leaderboards",
    title="Curated leaderboards",
    emits=(LEADERBOARD_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="facts; the file is part of this project",
    citation="Source: curated leaderboards, as of {as_of}.",
    terms="A file that the project ships; TOKENSHARE_CURATED names a folder of your own whose file is read instead.",
    traps="More is better on every board. Where a board, or whoever quotes it, tells places and no scores, its id ends "
    "in `-places` and the score is the place below zero: -1 is the first. Only the entries that were quoted are there, "
    "so a rank is among those. An empty `is_open` is unknown; an empty score withdraws the row.",
    world_file=TABLE.file,
    fetch=fetch,
    parse=parse,
    upstream="curated",
    ships=True,
    first_known=first_known,
)
