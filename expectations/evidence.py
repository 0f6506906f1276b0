"""Evidence from the landed rows, judged before any metric of a coherence group is published.

dbt measures (models `int_*_evidence`: check_name, key, observed); intervals and reasons stand with the group.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from tokenshare.metrics import Group, Interval
from tokenshare.publication import Breach


class DeadLetterRate(NamedTuple):
    """Of the newest records of a topic, those that are in its dead letter and that nobody has settled."""

    topic: str
    dead_letters: int
    records: int

    @property
    def share(self) -> float:
        return self.dead_letters / self.records


class Measured(NamedTuple):
    """One number of one check, for one key."""

    check: str
    key: str
    observed: float


HOURS = 3600.0
MOST_DEAD_LETTERS = 0.05  # part of the newest records of a topic
FEW_LETTERS = f"at most {MOST_DEAD_LETTERS:.0%} of a topic (see tokenshare dlq list)"
NO_DAY = "no day has landed"  # the key under which freshness is judged where there is none


def freshness(
    group: Group, measured: Sequence[Measured], as_of: datetime, limit: timedelta
) -> tuple[Measured, Interval]:
    """Hours between the end of the newest day and `as_of`; a day in the future makes nothing fresh."""
    days = [date.fromisoformat(m.key) for m in measured if m.check == group.dated_by]
    end = datetime.combine(max(days), time(), UTC) + timedelta(days=1) if days else datetime.min.replace(tzinfo=UTC)
    age = (as_of - end).total_seconds() / HOURS
    return Measured("freshness", "newest day" if days else NO_DAY, age), Interval(-24, limit.total_seconds() / HOURS)


def spoilt(letters: Sequence[DeadLetterRate]) -> tuple[str, tuple[Breach, ...]]:
    """The sentence about topics with too many dead letters, and a breach for each."""
    found = [one for one in letters if one.share > MOST_DEAD_LETTERS]
    said = "; ".join(f"{one.share:.1%} of the newest {one.records} records of {one.topic}" for one in found)
    return said or "few or none", tuple(Breach(one.topic, f"{one.dead_letters} dead letters") for one in found)


def in_force(measured: Sequence[Measured], as_of: datetime, limit: timedelta) -> list[Measured]:
    """Breaches without the days never served and too old to expect: those days only lack a row."""
    since = (as_of - limit).date().isoformat()
    return [m for m in measured if m.check != "unserved_days" or m.key >= since]
