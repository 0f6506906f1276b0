"""Stage 10 for a group that nothing has moved: its last judgement stands, and only its freshness is judged again.

So does that of a group that no row was ever stated for.

It saves the import of Great Expectations, too, if no group has moved.
"""

from collections.abc import Mapping, Sequence

from connectors.storage.landing import gaps
from connectors.storage.publications import history, releases
from connectors.storage.warehouse import Connection
from connectors.storage.warehouse.builds import Build
from expectations.evidence import OF_THE_PASS, freshness
from expectations.pins import pins
from flows.stages.graph import wanted
from flows.stages.judge import PassInputs, letters_of, read_measured
from tokenshare.metrics import GROUP_BY_ID, Metric
from tokenshare.publication import Check, Standing

STANDING = ("current", "released")
SOUND = ("passed", "released")
Stood = Mapping[str, tuple[Standing, Sequence[Check]]]  # the standing of each member, and its last checks


def find_carried(
    connection: Connection, active: Sequence[Metric], build: Build, inputs: PassInputs
) -> dict[str, tuple[Check, ...]]:
    """The checks of the last judgement of each metric whose group nothing has moved since, by id.

    A group is judged anew if dbt has built or failed anything below it, if it has a gap, a lost file or too many dead
    letters, if its suite is another one, or if it has rows and was held, or is not fresh.
    """
    found: dict[str, tuple[Check, ...]] = {}
    standings, judged = history.read_standings(connection), releases.read_checks(connection, active)
    for group in dict.fromkeys(metric.group for metric in active):
        members = [metric for metric in active if metric.group == group]
        followed = [metric.id for metric in active if metric.group in GROUP_BY_ID[group].follows.groups]
        stood = {metric.id: (standings.get(metric.id, Standing()), judged[metric.id]) for metric in members}
        is_still = set(followed) <= found.keys() and _is_still(connection, members, build, inputs)
        if is_still and _is_known(stood) and (_is_empty(stood) or _is_good(connection, members, stood, inputs)):
            found |= {id: tuple(checks) for id, (_, checks) in stood.items()}
    return found


def _is_still(connection: Connection, members: Sequence[Metric], build: Build, inputs: PassInputs) -> bool:
    """True if the evidence of this pass about a group is that of its last judgement."""
    below = inputs.graph.below(wanted(members))
    if build.built is None or build.built & below or build.failed or not below:
        return False
    needed = {id for metric in members for id in (*metric.sources, *metric.needed)}
    present = [source for source in inputs.present if source.id in needed]
    if needed & inputs.gone.keys() or gaps.read_open(connection, present):
        return False
    return not any(rate.is_spoilt for rate in letters_of(members, inputs))


def _is_known(stood: Stood) -> bool:
    """True if every member has been judged by its suite of today."""
    known = pins()
    versions = {id: standing.shown or standing.held for id, (standing, _) in stood.items()}
    return all(checks for _, checks in stood.values()) and all(
        version is not None and version.suite_digest == known.get(id, {}).get("digest")
        for id, version in versions.items()
    )


def _is_good(connection: Connection, members: Sequence[Metric], stood: Stood, inputs: PassInputs) -> bool:
    """True if the shown version of every member was let out by all checks of its last judgement, and is fresh."""
    return _is_fresh(connection, members, inputs) and all(
        standing.shown is not None
        and standing.shown.status in STANDING
        and all(check.outcome in SOUND or check.severity == "alert" for check in checks)
        for standing, checks in stood.values()
    )


def _is_fresh(connection: Connection, members: Sequence[Metric], inputs: PassInputs) -> bool:
    group, limit = GROUP_BY_ID[members[0].group], members[0].freshness
    if limit is None or not group.evidence:
        return True
    age, within = freshness(group, read_measured(connection, group, inputs), inputs.as_of, limit)
    return within.minimum <= age.observed <= within.maximum


def _is_empty(stood: Stood) -> bool:
    """True if no member ever had a row: that, and nothing of the pass that judged it, holds the group."""
    return all(
        standing.shown is None
        and standing.held is not None
        and not standing.held.rows
        and all(check.outcome in SOUND for check in checks if check.name in OF_THE_PASS)
        for standing, checks in stood.values()
    )
