"""Stage 10: judge each coherence group by the evidence of the warehouse and the pass."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.sources import SOURCES
from connectors.storage.alert_log import alert_inputs
from connectors.storage.landing import gaps
from connectors.storage.publications import candidates, history
from connectors.storage.warehouse import Connection, Relations, relations_of
from connectors.storage.warehouse.builds import Build
from expectations.evidence import DeadLetterRate, Measured
from flows.setup.context import PassContext
from flows.stages import source_selection
from flows.stages.dbt import read_graph
from flows.stages.graph import Graph
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, Group, Metric
from tokenshare.noop import noop
from tokenshare.publication import Breach, Candidate, Check, Row
from tokenshare.sources import Source

if TYPE_CHECKING:
    from expectations.gates import Case, Observed

Candidates = Mapping[str, Candidate]
Checks = dict[str, list[Check]]


@dataclass(frozen=True)
class PassInputs:
    """Evidence for every group, besides its own rows.

    `as_of` is the moment that freshness is judged at, `present` are the sources of the set-up, `gone` the reasons for
    lost files by source, `failed` the models and tests of dbt without success, each with its message, `relations` what
    the build database has, and `letters` the dead letters among the newest records of each topic that has any.
    """

    as_of: datetime
    present: tuple[Source, ...]
    gone: Mapping[str, str]
    failed: Mapping[str, str]
    graph: Graph
    relations: Relations
    letters: tuple[DeadLetterRate, ...]


def read_inputs(run: PassContext, connection: Connection, build: Build) -> PassInputs:
    """The evidence of this pass for every group."""
    gone, graph = source_selection.missing_reasons(run), read_graph(run.home.build / "dbt")
    present = source_selection.active_sources(run)
    letters = tuple(DeadLetterRate(*row) for row in alert_inputs.read_dead_letter_counts(connection))
    return PassInputs(run.judged_at, present, gone, build.failed, graph, relations_of(connection), letters)


def judge_groups(
    connection: Connection,
    active: Sequence[Metric],
    found: Candidates,
    inputs: PassInputs,
    midway: Callable[[], None],
    count: Callable[[int], None] = noop,
) -> Checks:
    """The checks of each active metric; a group comes after the groups it follows. `count` takes a group's metrics."""
    from expectations.gates import judge, observe  # Great Expectations: seven seconds
    from expectations.validation import find_sound

    observed = []
    for group in dict.fromkeys(metric.group for metric in active):
        members = tuple(metric for metric in active if metric.group == group)
        observed.append(observe(_case(connection, members, found, inputs)))
        midway()
        count(len(members))
    checks: Checks = {}
    for own, sound in zip(observed, find_sound([own.lines for own in observed]), strict=True):
        checks |= judge(_behind(connection, own, checks), sound)
    return checks


def _case(
    connection: Connection,
    members: tuple[Metric, ...],
    found: Candidates,
    inputs: PassInputs,
) -> "Case":
    from expectations.gates import Case

    group = GROUP_BY_ID[members[0].group]
    return Case(
        metrics=members,
        candidates=found,
        measured=read_measured(connection, group, inputs),
        failed_nodes={name: inputs.failed[name] for name in inputs.graph.concerning(inputs.failed, members)},
        released=history.read_releases(connection, group.id),
        as_of=inputs.as_of,
        gaps=_gaps(connection, members, inputs.present),
        gone=_gone(members, inputs.gone),
        letters=letters_of(members, inputs),
    )


def _behind(connection: Connection, own: "Observed", checks: Mapping[str, Sequence[Check]]) -> "Observed":
    """A group with those that it follows and that are shut in this pass."""
    shut = {METRIC_BY_ID[id].group for id, judged in checks.items() if any(check.shuts for check in judged)}
    members = own.case.metrics
    groups = tuple(id for id in GROUP_BY_ID[members[0].group].follows.groups if id in shut)
    shown = _shown(connection, members) if groups else {}
    return replace(own, case=replace(own.case, shut=groups, shown=shown))


def _shown(connection: Connection, metrics: Sequence[Metric]) -> dict[str, tuple[Row, ...]]:
    """The published rows of each metric; a metric without a version is left out."""
    standing = {metric: history.read_standing(connection, metric).shown for metric in metrics}
    return {m.id: history.read_version(connection, m, shown.version) for m, shown in standing.items() if shown}


def _gaps(connection: Connection, members: Sequence[Metric], present: Sequence[Source]) -> tuple[Breach, ...]:
    """Accepted losses in the sources of these metrics, not yet stated again."""
    needed = {id for metric in members for id in metric.sources}
    asked = [source for source in present if source.id in needed]
    return tuple(Breach(gap.place, gap.source_id) for gap in gaps.read_open(connection, asked))


def _gone(members: Sequence[Metric], gone: Mapping[str, str]) -> tuple[Breach, ...]:
    """The files lost by the world and needed by these metrics; verdicts need all files of the metrics they follow."""
    follows = GROUP_BY_ID[members[0].group].follows
    needed = {id for metric in members for id in (metric.needed if follows.stands_on else metric.sources)}
    lost = {source.world_file: gone[source.id] for source in SOURCES if source.id in needed & gone.keys()}
    return tuple(Breach(file, reason) for file, reason in lost.items())


def read_measured(connection: Connection, group: Group, inputs: PassInputs) -> tuple[Measured, ...]:
    """dbt's measurements for a group."""
    return tuple(Measured(*row) for row in candidates.read_evidence(connection, group, inputs.relations))


def letters_of(members: Sequence[Metric], inputs: PassInputs) -> tuple[DeadLetterRate, ...]:
    """The dead letters among the newest records of the topics that these metrics are made from."""
    topics = {topic.name for metric in members for topic in metric.topics}
    return tuple(rate for rate in inputs.letters if rate.topic in topics)
