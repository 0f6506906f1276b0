"""The cost of a decision and its publication after many daily versions, and their size on the disk.

    python bench/history.py HOME VERSIONS[,VERSIONS...] [CHECKOUT...]

HOME is a home with the demo's metrics, such as `.tokenshare`; no pass may run. A copy of it gains a version of every
metric a day, one row in five hundred restated, by the project's own functions, up to each of the numbers of versions.
Each checkout (by default this one) works on a copy of its own. Prints rows of Markdown, and machine and versions.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from cost import heading, machine, row

ROOT = Path(__file__).parents[1]
COLUMNS = (
    *("checkout", "versions", "decide CPU-s", "publish CPU-s", "MB written by publish", "peak MiB"),
    *("build MB", "published file MB", "other published MB"),
)
RESTATED = 500  # one row in so many
SHOWN = 'SELECT "check", outcome, observed, expected, severity FROM decisions.gate_results WHERE run = ? AND metric = ?'


def main(home: Path, counts: list[int], checkouts: list[Path]) -> None:
    """Let a copy of the home grow in every checkout, one after the other."""
    print(heading(*COLUMNS), flush=True)
    for checkout in checkouts:
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(home, Path(folder) / "home")
            words = [sys.executable, __file__, "--grow", str(checkout), str(copy), *map(str, counts)]
            subprocess.run(words, check=True)
    print(json.dumps(machine()))


def grow(checkout: Path, root: Path, counts: list[int]) -> None:
    """Add the versions with the functions of a checkout; print a row at each number of versions."""
    sys.path.insert(0, str(checkout))
    from connectors.storage.home import Home
    from connectors.storage.publications import decisions, history, published
    from connectors.storage.warehouse import has_relation, open_warehouse
    from tokenshare.metrics import METRICS

    home = Home(root)
    with open_warehouse(home.warehouse) as connection:
        decisions.gain_columns(connection, METRICS)
        inputs = history.read_inputs(connection)
        shown = {m.id: history.read_standing(connection, m).shown for m in METRICS}
        active = [m for m in METRICS if shown[m.id] and has_relation(connection, m.schema, m.id)]
        checks = {m.id: _checks(connection, m.id) for m in active}
        begun = max(shown[m.id].version for m in active)
        for version in range(begun + 1, max(counts) + 1):
            made = [_decision(connection, m, shown, checks[m.id], version - begun) for m in active]
            run = decisions.DecisionContext(f"z{version:08d}", made[0].outcome.publications[-1].as_of, *inputs, {})
            passed = [run.id, run.at, run.at, run.at]
            connection.execute("INSERT INTO ledger.runs VALUES (?, ?, ?, ?, 'finished')", passed)
            before = _used()
            decisions.record(connection, run, made, lambda: None, lambda: None)
            decided = _used()
            if version in counts:
                connection.execute("CHECKPOINT")
                begin, written = _used(), _written()
                published.publish(connection, home, METRICS)
                cost = (decided - before, _used() - begin, (_written() - written) / 1e6)
                peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
                print(row(checkout.name, version, *cost, peak, *_megabytes(home)), flush=True)


def _megabytes(home):  # type: ignore[no-untyped-def]
    """The build database, the published file, and everything else that is published."""
    build, file = home.warehouse.stat().st_size, home.published_file.stat().st_size
    every = sum(path.stat().st_size for path in home.published.rglob("*") if path.is_file())
    return build / 1e6, file / 1e6, (every - file) / 1e6


def _decision(connection, metric, shown, checks, step):  # type: ignore[no-untyped-def]
    """The publication of a metric's rows on the next day, a few of them restated."""
    from dataclasses import replace
    from datetime import timedelta

    from connectors.storage.publications.decisions import Decision
    from tokenshare.columns import columns_of
    from tokenshare.publication import GateOutcome

    numbers = [column.name for column in columns_of(metric.row) if column.is_number and column.name not in metric.grain]
    if numbers:
        grain = ", ".join(f'"{name}"' for name in metric.grain)
        connection.execute(
            f'UPDATE {metric.relation} SET "{numbers[0]}" = "{numbers[0]}" + 1 WHERE hash(({grain}), {step}) '
            f"% {RESTATED} = 0 OR rowid = (SELECT max(rowid) FROM {metric.relation})"
        )
    old, (count,) = shown[metric.id], connection.execute(f"SELECT count(*) FROM {metric.relation}").fetchone()
    day = old.as_of + timedelta(days=1)
    new = replace(old, version=old.version + 1, as_of=day, valid_through=day, rows=count, digest=str(step))
    shown[metric.id] = new = replace(new, status="current", held_since=None)
    return Decision(metric, GateOutcome("published", (replace(old, status="superseded"), new)), checks, "")


def _checks(connection, metric):  # type: ignore[no-untyped-def]
    from tokenshare.publication import Check

    newest = "SELECT max(run) FROM decisions.gate_results WHERE metric = ?"
    (run,) = connection.execute(newest, [metric]).fetchone()
    return tuple(Check(*found) for found in connection.execute(SHOWN, [run, metric]).fetchall())


def _used() -> float:
    usage = getrusage(RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _written() -> int:
    """The bytes this process has had written to the disk."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


if __name__ == "__main__":
    if sys.argv[1] == "--grow":
        grow(Path(sys.argv[2]), Path(sys.argv[3]), [int(word) for word in sys.argv[4:]])
    else:
        others = [Path(word).resolve() for word in sys.argv[3:]] or [ROOT]
        main(Path(sys.argv[1]), [int(word) for word in sys.argv[2].split(",")], others)
