"""Stage 10, second half: hold back the periods that findings name, and judge what is left.

A finding that names a day holds what the selected fetches state of it. The candidates are then built again: the last
statement before speaks for that day, or none does. What has no day holds the whole metric.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.storage.publications import candidates
from connectors.storage.warehouse import Connection, builds, fencing, holds
from connectors.storage.warehouse.builds import Build
from flows.setup import counter
from flows.setup.context import PassContext
from flows.stages.carry import find_carried
from flows.stages.judge import Candidates, Checks, judge_groups, read_inputs
from flows.stages.transform import rebuild
from tokenshare.held_periods import HeldStatement, PeriodFinding, find_periods
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, Metric


@dataclass(frozen=True)
class Judged:
    """The candidates to publish with their checks, the findings that hold periods, and the `refused` candidates.

    A refused candidate is built from every statement; a person may release it. `carried` metrics were not judged: the
    checks are those of their last judgement.
    """

    found: Candidates
    checks: Checks
    findings: tuple[PeriodFinding, ...]
    refused: Candidates
    carried: frozenset[str] = frozenset()


def judge_periods(
    run: PassContext,
    active: Sequence[Metric],
    build: Build,
    variables: Mapping[str, Any],
    midway: Callable[[], None],
) -> Judged:
    """Judge the candidates; if a period is wrong, hold what is stated of it, build without that and judge again.

    It ends, since each round holds statements that no round before has held.
    """
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        inputs = read_inputs(run, connection, build)
        carried = find_carried(connection, active, build, inputs)
        rest = [metric for metric in active if metric.id not in carried]
        built = [metric for metric in active if metric.id not in build.failed] if rest else []
        found = candidates.read_candidates(connection, built)
        count = counter(run.progress, "publish", "metrics", len(rest))
        judged = judge_groups(connection, rest, found, inputs, midway, count) if rest else {}
        checks = {m.id: list(carried[m.id]) if m.id in carried else judged[m.id] for m in active}
        fresh, statements = _find_wrong(connection, checks)
        if not statements:
            return replace(_judged(connection, found, checks, build), carried=frozenset(carried))
        if not build.findings:
            holds.keep(connection, active)
        holds.add(connection, statements)
        builds.delete(connection)
    again = rebuild(run, build, variables, (*build.findings, *fresh))
    return judge_periods(run, active, again, variables, midway)


def _find_wrong(connection: Connection, checks: Checks) -> tuple[tuple[PeriodFinding, ...], frozenset[HeldStatement]]:
    """The findings with statements not held yet, and these statements.

    Findings about inputs come first, and those of a group before those of a group that follows it: what is broken by
    them may hold once they are left out.
    """
    for is_evidence in (True, False):
        stated = holds.find(connection, _findings(checks, "failed", is_evidence))
        fresh = {finding: statements for finding, statements in stated.items() if statements}
        groups = {finding.group for finding in fresh}
        first = [finding for finding in fresh if groups.isdisjoint(GROUP_BY_ID[finding.group].follows.groups)]
        if first:
            return tuple(first), frozenset().union(*(fresh[finding] for finding in first))
    return (), frozenset()


def _findings(checks: Checks, outcome: str, is_evidence: bool) -> Iterator[PeriodFinding]:
    """The findings of the checks with that outcome, those about a group's inputs once."""
    known = set()
    for id, judged in checks.items():
        metric = METRIC_BY_ID[id]
        group = GROUP_BY_ID[metric.group]
        evidence = {evidence.name: evidence for evidence in group.evidence}
        for check in judged:
            if check.name in evidence and evidence[check.name].is_named:
                continue  # rows that are gone: nothing stated is wrong
            if check.outcome == outcome and check.severity == "hold" and (check.name in evidence) == is_evidence:
                known |= set(find_periods(group, metric, check, is_evidence))
    yield from sorted(known, key=lambda finding: (finding.group, finding.metric, finding.check, finding.key))


def _judged(connection: Connection, found: Candidates, checks: Checks, build: Build) -> Judged:
    standing = tuple(_findings(checks, "held", is_evidence=True))  # the models keep the last statement themselves
    refused = candidates.read_kept(connection, found) if build.findings else {}
    return Judged(found, checks, (*build.findings, *standing), refused)
