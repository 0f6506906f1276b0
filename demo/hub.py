"""The synthetic world's Hub: repositories as they are listed, reading by reading, and what its metrics must be."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from demo import hub_truth
from demo.calendar import BACKFILL_AS_OF, DAILY_AS_OFS, stamp
from demo.files import Answer, File
from demo.hub_repositories import Repository, draw
from demo.hub_truth import Reading

COLUMNS = (
    *("known_at", "hub_id", "repo", "created_at", "pipeline_tag", "tags", "downloads", "downloads_all_time"),
    *("likes", "trending_score", "base_models", "withdrawn"),
)
FIRST_DAYS = (*(date(2025, month, 1) for month in range(7, 13)), *(date(2026, month, 1) for month in range(1, 7)))
MONTH_ENDS = tuple(first - timedelta(days=1) for first in FIRST_DAYS)  # 30 June 2025 to 31 May 2026
LAST_DAYS = tuple(date(2026, 6, 27) + timedelta(days=number) for number in range(5))
READ_AT, KNOWN_AT = time(6), time(3)
# Counters have no history upstream: somebody must have asked then.
EARLIER = tuple(datetime.combine(day, READ_AT, UTC) for day in (*MONTH_ENDS, LAST_DAYS[0]))


def files(seed: int) -> Iterator[File]:
    """hub_models.csv."""
    repositories = draw(seed)
    shown = (_row(repository, day) for day in (*MONTH_ENDS, *LAST_DAYS) for repository in _listed(repositories, day))
    yield File("hub_models.csv", COLUMNS, shown)


def answers(seed: int) -> Iterable[Answer]:
    """What the Hub's metrics must be, once all passes are through."""
    for metric, key, values in hub_truth.answer(read(seed)):
        yield from ((metric, json.dumps(key), column, _text(value)) for column, value in values.items())


def count_american(seed: int) -> list[tuple[str, int]]:
    """Trending repositories of the United States, a count by day."""
    return [(f"{reading.day}", hub_truth.count_american(reading)) for reading in read(seed)]


@lru_cache(maxsize=2)
def read(seed: int) -> tuple[Reading, ...]:
    """What the demo's passes see of the Hub, reading by reading."""
    repositories = draw(seed)
    asked = sorted({moment.date() for moment in (*EARLIER, BACKFILL_AS_OF, *DAILY_AS_OFS)})
    days = [day for day in asked if day in (*MONTH_ENDS, *LAST_DAYS)]
    return tuple(Reading(day, [r for r in _listed(repositories, day) if day < r.withdrawn_on]) for day in days)


def _listed(repositories: Iterable[Repository], day: date) -> Iterator[Repository]:
    return (repository for repository in repositories if repository.created <= day)


def _row(repository: Repository, day: date) -> tuple[str, ...]:
    return (
        stamp(datetime.combine(day, KNOWN_AT, UTC)),
        repository.hub_id,
        repository.name(day),
        stamp(datetime.combine(repository.created, time(), UTC)),
        repository.pipeline_tag,
        ";".join(repository.tags),
        str(repository.rolling(day)),
        str(repository.counter(day)),
        str(repository.likes),
        str(repository.trending),
        ";".join(f"{relation}:{base}" for relation, base, _ in repository.bases),
        "true" if day >= repository.withdrawn_on else "false",
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
