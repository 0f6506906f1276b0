"""A coherence group: what is let out together, the evidence it is judged by, and the fetches behind it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """Where a measured number must lie, both ends included."""

    minimum: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.minimum:g}" if self.minimum == self.maximum else f"{self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True)
class Evidence:
    """A check of what landed: its name in the evidence model, where its numbers must lie, and why.

    One that is `occasional` may find no key to judge; every other must have read something. One that is `told` shuts
    no gate: people hear of it. One that is `named` says how many keys break it and which, and how that is accepted.
    """

    name: str
    within: Interval
    meaning: str
    is_occasional: bool = False
    is_told: bool = False
    is_named: bool = False


@dataclass(frozen=True)
class Provenance:
    """A dbt model that says which fetch speaks for which day; `dated` is its column with the day."""

    model: str
    dated: str


@dataclass(frozen=True)
class Following:
    """The groups whose numbers a group draws on, row by row.

    `stands_on` is its column with the metric that a row is drawn from; `told` is one that is null where a row tells no
    number. Without them every row is drawn from all of the groups: one that is shut shuts this one.
    """

    groups: tuple[str, ...] = ()
    stands_on: str = ""
    told: str = ""


@dataclass(frozen=True)
class Group:
    """Metrics that are published or held together.

    `measured_by` is the dbt model (check_name, key, observed) that measures `evidence`; the keys of the check
    `dated_by` are the days there are, by which freshness is told. `listed` are dbt models that `status` lists.
    It `follows` the groups whose numbers it draws on: while one of them is shut, nothing drawn from it may move.
    """

    id: str
    provenance: tuple[Provenance, ...] = ()
    measured_by: str = ""
    dated_by: str = ""
    evidence: tuple[Evidence, ...] = ()
    listed: tuple[str, ...] = ()
    follows: Following = Following()


NONE = Interval(0, 0)
# What every group that is fetched is judged by, in the same words.
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
WITHDRAWN_ROWS = Evidence(
    "withdrawn_rows",
    NONE,
    "Rows that the curated file once had and that its newest complete reading has no more: taken back or lost, which "
    "only a person can tell.",
    is_occasional=True,
    is_named=True,
)
