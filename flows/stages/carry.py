"""Stage 10 for a group that nothing has moved: its last judgement stands, and only its freshness is judged again.

It saves the import of Great Expectations, too, if no group has moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.storage.landing import gaps
from connectors.storage.publications import history, releases
from connectors.storage.warehouse import Connection
from connectors.storage.warehouse.builds import Build
from expectations.evidence import freshness
from expectations.pins import pins
from flows.stages.graph import wanted
from flows.stages.judge import PassInputs, letters_of, read_measured
from tokenshare.metrics import GROUP_BY_ID, Metric
from tokenshare.publication import Check, Publication, Standing

STANDING = ("current", "released")
SOUND = ("passed", "released")


@dataclass(frozen=True)
class Carried:
    """A metric whose shown version stands, with the checks of its last judgement."""

    shown: Publication
    checks: tuple[Check, ...]


def find_carried(
    connection: Connection, active: Sequence[Metric], build: Build, inputs: PassInputs
) -> dict[str, Carried]:
    """The metrics of the groups that nothing has moved since a judgement that held nothing, by id.

    A group is judged anew if dbt has built or failed anything below it, if it has a gap, a lost file or too many dead
    letters, if it is not fresh, or if its suite is another one.
    """
    found: dict[str, Carried] = {}
    standings, judged = history.read_standings(connection), releases.read_checks(connection, active)
    for group in dict.fromkeys(metric.group for metric in active):
        members = [metric for metric in active if metric.group == group]
        followed = [metric.id for metric in active if metric.group in GROUP_BY_ID[group].follows.groups]
        if set(followed) <= found.keys() and _is_still(connection, members, build, inputs):
            found |= _read_standing(members, standings, judged)
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
    is_spoilt = any(rate.is_spoilt for rate in letters_of(members, inputs))
    return not is_spoilt and _is_fresh(connection, members, inputs)


def _is_fresh(connection: Connection, members: Sequence[Metric], inputs: PassInputs) -> bool:
    group, limit = GROUP_BY_ID[members[0].group], members[0].freshness
    if limit is None or not group.evidence:
        return True
    age, within = freshness(group, read_measured(connection, group, inputs), inputs.as_of, limit)
    return within.minimum <= age.observed <= within.maximum


def _read_standing(
    members: Sequence[Metric], standings: Mapping[str, Standing], judged: Mapping[str, Sequence[Check]]
) -> dict[str, Carried]:
    """The members with their last checks; none if any has no shown version, or was not let out by all of them."""
    known, found = pins(), {}
    for metric in members:
        checks = judged[metric.id]
        pinned = known.get(metric.id, {}).get("digest")
        is_open = all(check.outcome in SOUND or check.severity == "alert" for check in checks)
        shown = standings.get(metric.id, Standing()).shown
        if not checks or not is_open or shown is None or shown.status not in STANDING or shown.suite_digest != pinned:
            return {}
        found[metric.id] = Carried(shown, tuple(checks))
    return found
