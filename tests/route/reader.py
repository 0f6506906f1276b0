"""A reader polling the published file during refreshes, with a new connection for each look."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# A BI tool in miniature: knows DuckDB and the contract, nothing of our code.
READER = '''
import json, os, stat, sys, time
import duckdb

path, stop = sys.argv[1:]
METRICS = "SELECT metric, relation FROM catalog.metrics WHERE state <> 'inactive'"
UNJUDGED = """SELECT count(*) FROM {relation} m WHERE NOT EXISTS (
    FROM catalog.publications p WHERE p.metric = ? AND p.version = m.version AND (p.status = m.status
        OR m.status = 'held' AND EXISTS (FROM catalog.held_periods h WHERE h.metric = p.metric))
    AND p.published_at IS NOT NULL AND p.checks_evaluated > 0 AND p.checks_evaluated <= (
        SELECT count(*) FROM catalog.gate_results g WHERE g.metric = p.metric AND g.candidate_version = p.version
        AND g.outcome IN ('passed', 'released')))"""
SHAPE = """SELECT (SELECT rows FROM catalog.publications p WHERE p.metric = ? AND p.version = any_value(m.version)),
    count(*), count(DISTINCT m.version), any_value(m.version) FROM {relation} m"""
SUMS = """SELECT max(abs(total - 1)) FROM (
    SELECT sum(vendor_share) AS total FROM {relation} GROUP BY {period})"""

def look():
    versions = {}
    with duckdb.connect(path, read_only=True) as connection:
        ask = lambda query, *values: connection.execute(query, list(values)).fetchone()
        for metric, relation in connection.execute(METRICS).fetchall():
            assert ask(UNJUDGED.format(relation=relation), metric) == (0,), f"{metric}: a version without its gate"
            promised, rows, distinct, version = ask(SHAPE.format(relation=relation), metric)
            assert (rows, distinct) == (promised, 1), f"{metric}: {rows} rows of {promised}, {distinct} versions"
            versions[metric] = version
        for relation, period in (("vendor_share_weekly", "week_start_date"), ("vendor_share_daily", "usage_date")):
            (off,) = ask(SUMS.format(relation=f"metrics.{relation}", period=period))
            assert off < 1e-9, f"{relation} sums to 1 but for {off}"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o444, "somebody may write"
    return versions

stopping = False
while not stopping:
    stopping = os.path.exists(stop)  # asked before the look, so that one comes after the last refresh
    try:
        print(json.dumps({"versions": look()}), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
    time.sleep(1.5)
'''


@contextmanager
def reading_along(published: Path, folder: Path) -> Iterator[list[dict[str, Any]]]:
    """A process looking until the end; afterwards the list has its observations, look by look."""
    said, stop, looks = folder / "said", folder / "stop", []
    with said.open("wb") as out:
        words = [sys.executable, "-c", READER, str(published), str(stop)]
        reader = subprocess.Popen(words, stdout=out, stderr=out)
        try:
            yield looks
        finally:
            stop.touch()
            reader.wait(timeout=30)
    looks += [json.loads(line) for line in said.read_text().splitlines()]
