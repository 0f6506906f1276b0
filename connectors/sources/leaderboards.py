"""Curated leaderboards: scores by board, day and entry."""

from connectors.sources.curated_rows import curated_source
from connectors.sources.local_csv import build_from_row
from connectors.sources.payload import Object
from tokenshare.errors import ContractViolation
from tokenshare.events import LeaderboardObserved
from tokenshare.known_rows import KnownRow, Table
from tokenshare.topics import LEADERBOARD_OBSERVED

TABLE = Table(
    file="leaderboards.csv",
    columns=("known_at", "board_id", "ranking_date", "entry_id", "model", "vendor_id", "score", "is_open"),
    key=("board_id", "ranking_date", "entry_id"),
    values=("score",),
)


def _event(row: KnownRow, envelope: Object) -> LeaderboardObserved:
    return build_from_row(
        row,
        LeaderboardObserved,
        **envelope,
        known_at=row.known_at,
        board_id=row.text("board_id"),
        ranking_date=row.past_day("ranking_date", envelope["observed_at"]),
        entry_id=row.text("entry_id"),
        model=row.text("model"),
        vendor_id=row.text("vendor_id"),
        score=row.amount("score"),
        is_open=row.optional_flag("is_open"),
    )


def _check_scores(events: tuple[LeaderboardObserved, ...]) -> None:
    if {event.score for event in events} == {"0"}:
        raise ContractViolation(f"{TABLE.file}: every score is 0: the file contains no scores")


SOURCE = curated_source(
    TABLE,
    _event,
    _check_scores,
    id="leaderboards",
    example="2026-06-15T00:00:00Z,my-board,2026-06-01,kimi-k2.6,Kimi K2.6,moonshotai,58.6,true",
    title="Curated leaderboards",
    emits=(LEADERBOARD_OBSERVED,),
    licence="facts; the file is part of this project",
    citation="Source: curated leaderboards, as of {as_of}.",
    traps="More is better on every board. If a board is quoted by places without scores, its id ends in "
    "`-places` and the score is the negative place: -1 is the first. Only quoted entries are listed, and a rank is "
    "among those. An empty `is_open` is unknown; an empty score withdraws the row. Boards of text, image, sound and "
    "video are watched apart; the kind is a word of the board's id: arena-text-to-video is a board of video.",
)
