"""Evidence from the landed rows, judged before any metric of a coherence group is published.

dbt measures (models `int_*_evidence`: check_name, key, observed); intervals and reasons stand with the group.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from tokenshare.metrics import Group, Interval
from tokenshare.publication import Breach
from tokenshare.topics import PUSHED


class DeadLetterRate(NamedTuple):
    """The dead letters among the newest records of a topic, without redriven and dropped ones."""

    topic: str
    dead_letters: int
    records: int

    @property
    def share(self) -> float:
        return self.dead_letters / self.records

    @property
    def is_spoilt(self) -> bool:
        """True if they may hide numbers that nobody has counted.

        A pushed record is a row of its own: a few bad ones are slips of their senders.
        """
        most = MOST_PUSHED if self.topic in PUSHED_NAMES else 0
        return self.share > MOST_DEAD_LETTERS and self.dead_letters > most


class Measured(NamedTuple):
    """One number of one check, for one key."""

    check: str
    key: str
    observed: float


HOURS = 3600.0
# The checks of what a pass met, whatever rows a group has.
OF_THE_PASS = (BUILD, GAPS, GONE, LETTERS) = ("dbt_build", "accepted_gaps", "missing_files", "dead_letter_share")
MOST_DEAD_LETTERS = 0.05  # part of the newest records of a topic
MOST_PUSHED = 20  # of a pushed topic, whatever part that is
PUSHED_NAMES = frozenset(topic.name for topic in PUSHED.values())
FEW_LETTERS = f"at most {MOST_DEAD_LETTERS:.0%} of a topic (see tokenshare dlq list)"
NO_DAY = "no day has landed"  # the key of freshness if no day has landed


def freshness(
    group: Group, measured: Sequence[Measured], as_of: datetime, limit: timedelta
) -> tuple[Measured, Interval]:
    """Hours between the end of the newest day and `as_of`; a day in the future makes nothing fresh."""
    days = [date.fromisoformat(m.key) for m in measured if m.check == group.dated_by]
    end = datetime.combine(max(days), time(), UTC) + timedelta(days=1) if days else datetime.min.replace(tzinfo=UTC)
    age = (as_of - end).total_seconds() / HOURS
    return Measured("freshness", "newest day" if days else NO_DAY, age), Interval(-24, limit.total_seconds() / HOURS)


def spoilt(letters: Sequence[DeadLetterRate]) -> tuple[str, tuple[Breach, ...]]:
    """The observed value of topics with too many dead letters, and a breach for each."""
    found = [rate for rate in letters if rate.is_spoilt]
    observed = "; ".join(f"{rate.share:.1%} of the newest {rate.records} records of {rate.topic}" for rate in found)
    return observed or "few or none", tuple(Breach(rate.topic, f"{rate.dead_letters} dead letters") for rate in found)


def in_force(measured: Sequence[Measured], as_of: datetime, limit: timedelta) -> list[Measured]:
    """All measured numbers but unserved days beyond the limit: nobody expects those days any more, they lack a row."""
    since = (as_of - limit).date().isoformat()
    return [m for m in measured if m.check != "unserved_days" or m.key >= since]
