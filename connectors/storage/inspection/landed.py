"""Landed files read against the ledger, and the lineages of versions read again from them."""

import json
from collections.abc import Collection, Iterator, Sequence
from functools import cache, partial
from itertools import groupby

import duckdb
import pyarrow as pa

from connectors.storage import landing as files
from connectors.storage.home.objects import AnyPath
from connectors.storage.inspection import reading
from connectors.storage.publications.lineage import BLOCK, LINEAGE, WHOLE_HOURS, parts_sql
from connectors.storage.warehouse import Connection
from connectors.storage.warehouse.ledger import READ_UP_TO
from tokenshare.inspected import LandedFile, LineageDiff
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.offsets import Landed, Loss, Range
from tokenshare.topics import Topic

RESTORE = "restore landing from a backup"
FileCounts = tuple[int, int, int]  # rows, distinct offsets, rows outside the range
Lineage = tuple[tuple[object, ...], ...]
Bounds = dict[str, list[tuple[str, int, int]]]  # by landed table: topic, partition, end


def read_ledger(connection: Connection) -> list[Landed]:
    """The landed ranges, by topic, partition and offset."""
    rows = connection.execute(
        'SELECT topic, "partition", start_offset, end_offset, rows, rejected FROM ledger.landed ORDER BY ALL'
    ).fetchall()
    return [Landed(Range(*row[:4]), *row[4:]) for row in rows]


def read_gaps(connection: Connection) -> list[Loss]:
    """The losses accepted by people, under the present names of their topics."""
    rows = connection.execute(
        'SELECT topic, "partition", start_offset, end_offset, resumed_at, cause FROM ledger.gaps ORDER BY ALL'
    ).fetchall()
    return [Loss(*row) for row in rows]


def read_obsolete(connection: Connection) -> list[str]:
    """Landed files to be removed by the next owner of the home."""
    return [row[0] for row in connection.execute("SELECT file_name FROM ledger.obsolete").fetchall()]


def read_files(connection: Connection, landing: AnyPath, ledger: Sequence[Landed]) -> Iterator[LandedFile]:
    """The file of each range: the counts of its rows and of its own manifest."""
    for _, found in groupby(ledger, key=lambda landed: landed.range.topic):
        ranges = [landed.range for landed in found]
        counts = _count(connection, landing, ranges)
        yield from (_read(connection, landing, range, counts) for range in ranges)


def read_traced(connection: Connection, versions: Collection[tuple[str, int]]) -> Iterator[LineageDiff]:
    """The recorded lineage of versions beside that of the same fetches in the landed files; each is read once."""
    recorded: dict[tuple[str, int], list[tuple[object, ...]]] = {at: [] for at in versions}
    for metric, version, *row in connection.execute("SELECT * FROM decisions.lineage ORDER BY ALL").fetchall():
        recorded.setdefault((metric, version), []).append(tuple(row))
    runs = {
        (metric, version): run
        for metric, version, run in connection.execute(
            "SELECT metric, version, run_id FROM decisions.publications"
        ).fetchall()
    }
    read = cache(partial(_lineage, connection))
    for id, version in sorted(versions):
        metric, known = METRIC_BY_ID[id], tuple(recorded[id, version])
        source = (runs[id, version], metric.group, metric.topics)
        found = read(*source, BLOCK)
        if known != found and known == read(*source, WHOLE_HOURS):
            found = known
        yield LineageDiff(id, version, known, found)


def _count(connection: Connection, landing: AnyPath, ranges: Sequence[Range]) -> dict[str, FileCounts] | None:
    """Counts of all files of a topic by path, in one query; None if any of them is not readable."""
    paths = [str(landing / range.file_name) for range in ranges]
    try:
        return _query(connection, paths)
    except duckdb.Error:
        return None


def _query(connection: Connection, paths: Sequence[str]) -> dict[str, FileCounts]:
    rows = connection.execute(
        r"""WITH rows AS (
            SELECT filename, topic, "partition", "offset",
                regexp_extract(filename, '([^/]+)/(\d+)/(\d+)-(\d+)\.parquet$', ['t', 'p', 'low', 'high']) AS named
            FROM read_parquet(?, filename = true)
        )
        SELECT filename, count(*), count(DISTINCT "offset"), count(*) FILTER (
            topic <> named.t OR "partition" <> named.p::BIGINT
            OR "offset" < named.low::BIGINT OR "offset" >= named.high::BIGINT
        ) FROM rows GROUP BY filename""",
        [list(paths)],
    ).fetchall()
    return {path: (rows, distinct, outside) for path, rows, distinct, outside in rows}


def _read(connection: Connection, landing: AnyPath, range: Range, counts: dict[str, FileCounts] | None) -> LandedFile:
    path = landing / range.file_name
    if not path.exists():
        return LandedFile(range, problem="no file")
    try:
        manifest = files.read_manifest(landing, range)
        known = counts if counts is not None else _query(connection, [str(path)])
    except (duckdb.Error, pa.ArrowException, OSError, KeyError, ValueError) as error:
        return LandedFile(range, problem=f"not readable: {str(error).splitlines()[0][:80]}")
    rows, distinct, outside = known.get(str(path), (0, 0, 0))
    return LandedFile(range, rows, manifest.rejected, distinct, outside)


def _lineage(connection: Connection, run: str, group: str, topics: tuple[Topic, ...], block: int) -> Lineage:
    """The lineage of the fetches selected for a group by a pass, in the form recorded with each version."""
    if not topics:
        return ()
    bounds = _read_up_to(connection, run)
    parts = " UNION ALL ".join(parts_sql(topic, _within(topic, bounds), block) for topic in topics)
    query = f"""SELECT {LINEAGE} FROM ({parts})
        WHERE fetch_id IN (SELECT fetch_id FROM decisions.selected WHERE run = ? AND coherence_group = ?)
        GROUP BY topic, "partition" ORDER BY ALL"""
    with reading("a landed file", RESTORE):
        return tuple(connection.execute(query, [run, group]).fetchall())


def _read_up_to(connection: Connection, run: str) -> Bounds:
    """The offsets up to which a pass read what is pushed, by landed table: more of the same hour may have landed."""
    ((variables,),) = connection.execute("SELECT variables FROM decisions.inputs WHERE run = ?", [run]).fetchall()
    found: Bounds = json.loads(variables).get(READ_UP_TO, {})
    return found


def _within(topic: Topic, bounds: Bounds) -> str:
    if not topic.pushed_by:
        return "true"
    places = (f'(topic = \'{at}\' AND "partition" = {n} AND "offset" < {end})' for at, n, end in bounds[topic.table])
    return " OR ".join(places) or "false"
