"""The check on dependent rows: a row made from another group's numbers may not move while their gate is shut."""

from collections.abc import Collection, Iterator, Sequence

from tokenshare.columns import columns_of
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, Metric
from tokenshare.publication import Check, Row

NAMED = 3  # rows named in a finding


def judge_dependencies(metric: Metric, rows: Sequence[Row], shown: Sequence[Row], shut: Collection[str]) -> Check:
    """The check on a candidate's rows: none depending on a `shut` group may differ from the `shown` ones."""
    if not GROUP_BY_ID[metric.group].follows.stands_on:
        observed = f"{', '.join(shut)} held" if shut else "all pass"
        return Check("followed_groups", "failed" if shut else "passed", observed, "all pass")
    moved = list(_moved(metric, rows, shown, shut))
    groups = ", ".join(dict.fromkeys(group for group, _ in moved))
    keys = ", ".join(key for _, key in moved[:NAMED])
    more = f" and {len(moved) - NAMED} more" if len(moved) > NAMED else ""
    quiet = f"{', '.join(shut)} held, nothing moves" if shut else "all pass"
    observed = f"{groups} held, would move {keys}{more}" if moved else quiet
    return Check("followed_groups", "failed" if moved else "passed", observed, "no row moved by a held group")


def _moved(
    metric: Metric, rows: Sequence[Row], shown: Sequence[Row], shut: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(group, key) of each row depending on a shut group and differing from the shown row, or new with a number."""
    follows, names = GROUP_BY_ID[metric.group].follows, [column.name for column in columns_of(metric.row)]
    stands_on, number = names.index(follows.stands_on), names.index(follows.number)
    key = [names.index(name) for name in metric.grain]
    known = {tuple(row[at] for at in key): row for row in shown}
    for row in rows:
        group = METRIC_BY_ID[row[stands_on]].group if row[stands_on] else ""
        before = known.get(named := tuple(row[at] for at in key))
        if group in shut and (row != before if before else row[number] is not None):
            yield group, " ".join(map(str, named))
