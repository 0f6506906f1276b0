"""A consistent case to judge, and ways to break it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from expectations import gates
from expectations.evidence import Measured
from expectations.gates import Case, ReleasedFindings
from expectations.validation import find_sound
from tests.gates.tables import DAYS, TABLES, Table
from tests.gates.tables_claims import CLAIM_EVIDENCE
from tests.gates.tables_curated import CURATED_EVIDENCE
from tests.gates.tables_gateway import GATEWAY_EVIDENCE
from tests.gates.tables_hub import HUB_EVIDENCE
from tests.gates.tables_markets import MARKET_EVIDENCE
from tests.gates.tables_prices import PRICE_EVIDENCE
from tokenshare.columns import columns_of
from tokenshare.metrics import METRIC_BY_ID, METRICS
from tokenshare.publication import Candidate, Check

AS_OF = datetime(2026, 1, 12, 6, tzinfo=UTC)
Break = Callable[[Table], Table]
EVIDENCE: Mapping[str, tuple[Measured, ...]] = {
    "router": (
        *(Measured("other_rows", day.isoformat(), 1) for day in DAYS),
        *(Measured("missing_rows", day.isoformat(), 0) for day in DAYS),
        *(Measured("conflicting_keys", day.isoformat(), 0) for day in DAYS),
        *(Measured("volume_ratio", day.isoformat(), 1) for day in DAYS[1:]),
        *(Measured("unknown_share", day.isoformat(), 0.2) for day in DAYS),
        *(Measured("unknown_wide", day.isoformat(), 0.2) for day in DAYS),
        *(Measured("unmapped_share", day.isoformat(), 0.01) for day in DAYS),
        *(Measured("unmapped_openness_share", day.isoformat(), 0.05) for day in DAYS),
        *(Measured("disappeared_days", day.isoformat(), 0) for day in DAYS),
        Measured("incomplete_fetches", "openrouter_rankings", 0),
        Measured("restated_middle", DAYS[0].isoformat(), 1.02),
        Measured("twin_difference", DAYS[0].isoformat(), 0.0001),
    ),
    "list_price_daily": PRICE_EVIDENCE,
    "claims": CLAIM_EVIDENCE,
    **CURATED_EVIDENCE,
    **HUB_EVIDENCE,
    **GATEWAY_EVIDENCE,
    **MARKET_EVIDENCE,
    "programming": (
        Measured("other_rows", DAYS[0].isoformat(), 1),
        Measured("conflicting_keys", DAYS[0].isoformat(), 0),
        Measured("volume_ratio", DAYS[0].isoformat(), 1.1),
        Measured("disappeared_days", DAYS[0].isoformat(), 0),
        Measured("incomplete_fetches", "openrouter_categories", 0),
        Measured("restated_middle", DAYS[0].isoformat(), 1.02),
    ),
    "router_spend_share_estimated_weekly": (
        Measured("dearest_price", DAYS[0].isoformat(), 15),
        Measured("priced_share", DAYS[0].isoformat(), 0.9),
        Measured("unpriced_share", DAYS[0].isoformat(), 0.1),
        Measured("conflicting_keys", DAYS[-1].isoformat(), 0),
        Measured("catalogue_moved", DAYS[-1].isoformat(), 1),
        Measured("zero_price", f"{DAYS[-1]} deepseek/d", 0),
        Measured("batch_ratio", f"{DAYS[-1]} deepseek/d", 1200),
        Measured("model_moved", f"{DAYS[-1]} deepseek/d", 2),
        Measured("incomplete_fetches", "openrouter_models", 0),
    ),
}


def candidate(id: str, table: Iterable[Mapping[str, Any]]) -> Candidate:
    """A candidate with its rows in the order of the metric's contract."""
    names = [column.name for column in columns_of(METRIC_BY_ID[id].row)]
    return Candidate(METRIC_BY_ID[id], tuple(tuple(row[name] for name in names) for row in table))


def case(*ids: str, released: ReleasedFindings = frozenset(), **broken: Break) -> Case:
    """The metrics `ids` of one group, among all candidates, with the tables of `broken` broken."""
    tables = {id: broken.get(id, list)([dict(row) for row in table]) for id, table in TABLES.items()}
    group = METRIC_BY_ID[ids[0]].group
    return Case(
        metrics=tuple(METRIC_BY_ID[id] for id in ids),
        candidates={id: candidate(id, table) for id, table in tables.items()},
        measured=EVIDENCE.get(group, ()),
        failed_nodes={},
        released=released,
        as_of=AS_OF,
    )


def unlanded(case: Case) -> Case:
    """The case without evidence, for checks of its rows: evidence takes the longest to judge."""
    return replace(case, measured=())


def members(group: str) -> list[str]:
    return [metric.id for metric in METRICS if metric.group == group]


def measuring(case: Case, check: str, key: str, observed: float) -> Case:
    """The case with one check's observation at one key replaced or added."""
    kept = [m for m in case.measured if (m.check, m.key) != (check, key)]
    return replace(case, measured=(*kept, Measured(check, key, observed)))


def judge(case: Case) -> dict[str, list[Check]]:
    """The checks of each metric of the group, validated alone."""
    observed = gates.observe(case)
    (sound,) = find_sound([observed.lines])
    return gates.judge(observed, sound)


def shut(case: Case) -> dict[str, list[str]]:
    """The names of the checks shutting its gate, by metric."""
    return {id: [check.name for check in checks if check.shuts] for id, checks in judge(case).items()}


def found(checks: Iterable[Check], name: str) -> Check:
    """The one check of that name."""
    (check,) = [check for check in checks if check.name == name]
    return check


def setting(column: str, value: Any, row: int = 0) -> Break:
    """Puts a value into one cell."""
    return lambda table: [{**r, column: value} if n == row else r for n, r in enumerate(table)]
