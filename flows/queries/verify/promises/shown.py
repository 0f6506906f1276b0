"""Promises about published files: they agree with the decisions, and their numbers with their offsets."""

import json
from collections.abc import Iterable, Iterator

from flows.queries.verify.promises.promise import MOST, PromiseBreach
from flows.queries.verify.state import HomeReader
from tokenshare.columns import columns_of
from tokenshare.inspected import Difference, Recomputation
from tokenshare.publication import Row
from tokenshare.restatements import key_json


def published_file_is_the_decision(home: HomeReader) -> Iterator[PromiseBreach]:
    """Relation by relation, the published file contains the decided rows."""
    yield from _differences(home.unpublished())


def version_files_are_the_versions(home: HomeReader) -> Iterator[PromiseBreach]:
    """Each shown version, and each held candidate, lies in its file, row by row; manifests agree with the decisions."""
    yield from _differences(home.unfiled())


def vintages_give_every_version(home: HomeReader) -> Iterator[PromiseBreach]:
    """The vintages of each version equal the rows shown to readers at the time."""
    yield from _differences(home.unvintaged())


def numbers_come_from_their_offsets(home: HomeReader) -> Iterator[PromiseBreach]:
    """The same models over nothing but the offsets of a version give it again, to the digit."""
    for remade in home.remade():
        where = f"{remade.metric.id} version {remade.version}"
        if remade.problem:
            yield PromiseBreach(where, remade.problem, "rows computed from its offsets")
        cells = list(_cells(remade))
        yield from (PromiseBreach(f"{where}: {at}", observed, expected) for at, observed, expected in cells[:MOST])
        if len(cells) > MOST:
            yield PromiseBreach(
                where, f"{len(cells) - MOST} more numbers differ", "the numbers computed from its offsets"
            )


def _differences(found: Iterable[Difference]) -> Iterator[PromiseBreach]:
    for difference in found:
        if difference.problem:
            yield PromiseBreach(difference.where, difference.problem, difference.example)
            continue
        observed = [f"{difference.extra} rows that were not decided"] if difference.extra else []
        observed += [f"{difference.lacking} decided rows lacking"] if difference.lacking else []
        yield PromiseBreach(difference.where, " and ".join(observed), f"the decided rows, such as {difference.example}")


def _cells(remade: Recomputation) -> Iterator[tuple[str, str, str]]:
    """Each differing cell: key and column, published value, computed value."""
    names = [column.name for column in columns_of(remade.metric.row)]
    places = [names.index(name) for name in remade.metric.grain]
    published, computed = (
        {tuple(row[p] for p in places): row for row in rows} for rows in (remade.published, remade.computed)
    )
    for key in sorted(published.keys() | computed.keys(), key=str):
        yield from _of_key(key_json(remade.metric, key), names, published.get(key), computed.get(key))


def _of_key(key: str, names: list[str], published: Row | None, computed: Row | None) -> Iterator[tuple[str, str, str]]:
    if published is None or computed is None:
        yield key, "no row" if published is None else "a row", "a row" if published is None else "no row"
        return
    for name, was, now in zip(names, published, computed, strict=True):
        if was != now:
            yield f"{key} {name}", json.dumps(was, default=str), json.dumps(now, default=str)
