"""A coherence group: metrics published together, the evidence of their gate, and the fetches behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Interval:
    """The allowed interval of a measured number, both ends included."""

    minimum: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.minimum:g}" if self.minimum == self.maximum else f"{self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True)
class Evidence:
    """A check of landed rows: its name in the evidence model, the allowed interval, and the reason.

    An occasional check may find no key to judge; any other must read at least one. With `alerts_only` the check raises
    an alert and shuts no gate. With `is_named` its finding lists the number of breaking keys, the first of them, and
    the way to accept them. With `keeps_last` the models keep the last good statement by themselves while the finding
    stands, so there is nothing to leave out. A finding is `about` what these models of the provenance state; if none is
    named, about all the inputs of the group.
    """

    name: str
    within: Interval
    meaning: str
    is_occasional: bool = False
    alerts_only: bool = False
    is_named: bool = False
    keeps_last: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """A dbt model with the fetch behind each day; `dated` is its column of days.

    A group's findings hold back the statements of its own inputs, never those `is_borrowed` from another group. If
    `by_whole_days`, a finding about a part of a day holds all of it.
    """

    model: str
    dated: str
    is_borrowed: bool = False
    by_whole_days: bool = False


@dataclass(frozen=True)
class Following:
    """The groups another group depends on, row by row.

    `stands_on` is the column with the metric behind a row, `number` the column with its number, null if it has none.
    Without these columns every row depends on all the groups: if one is shut, this one is too.
    """

    groups: tuple[str, ...] = ()
    stands_on: str = ""
    number: str = ""


@dataclass(frozen=True)
class Group:
    """Metrics published or held together.

    `measured_by` is the dbt model (check_name, key, observed) of its `evidence`. The keys of the check `dated_by` are
    its days; freshness is measured by the newest. `listed` are the dbt models `status` lists. A group `follows` the
    groups it depends on: while one of them is shut, no row depending on it may change. `landed_in` is the dbt model of
    what landed of its pushed topic: fetch_id, topic, partition, first_offset, last_offset, records, digest.
    """

    id: str
    provenance: tuple[Provenance, ...] = ()
    measured_by: str = ""
    dated_by: str = ""
    evidence: tuple[Evidence, ...] = ()
    listed: tuple[str, ...] = ()
    follows: Following = Following()
    landed_in: str = ""


def about(models: Sequence[Provenance], *evidence: Evidence) -> tuple[Evidence, ...]:
    """The evidence, its findings about what these models state."""
    return tuple(replace(known, about=tuple(part.model for part in models)) for known in evidence)


NONE = Interval(0, 0)
# The evidence of every fetched group, in the same words.
INCOMPLETE_FETCHES = Evidence(
    "incomplete_fetches",
    NONE,
    "Fetches of which not everything landed that they promised, by count or by digest, and that no complete one has "
    "replaced.",
)
CONFLICTING_KEYS = Evidence("conflicting_keys", NONE, "Keys to which one fetch gave two values.")
DISAPPEARED_DAYS = Evidence(
    "disappeared_days",
    NONE,
    "Days that were stated once and that the newer complete answer no longer states.",
    is_occasional=True,
)
RESTATED_UNITS = Evidence(
    "restated_units",
    NONE,
    "Figures that are stated in another unit or currency than they were first stated in.",
    is_occasional=True,
)
RESTATED_RATIO = Evidence(
    "restated_ratio",
    Interval(1, 10),
    "How many times what is stated of a key is what was first stated of it, or the other way round. Corrections are "
    "smaller; a wrong unit is a hundredfold.",
    is_occasional=True,
)
RESTATED_MIDDLE = Evidence(
    "restated_middle",
    Interval(1, 1.6),
    "How many times the middle one of the days that an answer restates is what was first stated of it, or the other "
    "way round, from three days on. Corrections of months moved a day by a tenth; another unit moves all of them.",
    is_occasional=True,
)
WITHDRAWN_ROWS = Evidence(
    "withdrawn_rows",
    NONE,
    "Rows that the curated file once had and that its newest complete reading has no more: taken back or lost, which "
    "only a person can tell.",
    is_occasional=True,
    is_named=True,
)
SERIES_RATIO = Evidence(
    "series_ratio",
    Interval(1, 100),
    "How many times a figure is the middle one of the same fact and company known before it, or one end of its range "
    "is the other. Growth is smaller; thousands and billions are not.",
    is_occasional=True,
)
NEAREST_RATIO = Evidence(
    "nearest_ratio",
    Interval(1, 1000),
    "How many times a figure is the nearest one of its company, or of the same fact elsewhere, in that unit or in "
    "money. It judges the first row of a fact as well: 25 among billions is far from all of them.",
    is_occasional=True,
)
