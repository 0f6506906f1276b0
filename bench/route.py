"""Times and memory of the route: a cold pass, a warm one and one with nothing new on recorded July rows; a backfill of
eighteen synthetic months, and what a daily refresh costs on top of it against one on top of eight weeks.

Each pass is the command in a process of its own, as a scheduler runs it; the local broker is started before and is
not counted in memory. Needs the recorded data beside the checkout. Prints one JSON document with machine and versions.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil
from cost import machine

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TOKENSHARE_RECORDED_DATA", ROOT.parent / "shared" / "data"))
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
BUDGETS = {"cold_seconds": 40, "nothing_new_seconds": 20, "peak_mib": 1536, "daily_ratio": 1.5}
EIGHT_WEEKS = "2026-05-04"  # the first day of the short world
REPEATS = 3


def main() -> None:
    """Runs the passes and prints what they took."""
    world = DATA / "openrouter"
    if not world.is_dir():
        sys.exit("bench/route.py: the recorded July world is not beside this checkout; set TOKENSHARE_RECORDED_DATA")
    rounds = [_round(world) for _ in range(REPEATS)]
    middle = {name: round(median(found[name] for found in rounds), 1) for name in rounds[0] if name != "stages"}
    middle |= _grown()
    missed = {name: middle[name] for name, most in BUDGETS.items() if middle[name] > most}
    print(
        json.dumps(
            {
                **machine(),
                "median_of": REPEATS,
                **middle,
                "budgets": BUDGETS,
                "missed": missed,
                "stages": rounds[-1]["stages"],
            },
            indent=2,
        )
    )


def _round(world: Path) -> dict:
    """One fresh home: cold as of a day, warm as of the next, then the same moment again."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        subprocess.run([*COMMAND, "broker", "start"], env=environ, cwd=ROOT, check=True, capture_output=True)
        try:
            cold = _pass(world, "2026-08-02T06:00:00Z", environ)
            warm = _pass(world, "2026-08-03T06:00:00Z", environ)
            same = _pass(world, "2026-08-03T06:00:00Z", environ)
        finally:
            subprocess.run([*COMMAND, "broker", "stop"], env=environ, cwd=ROOT, check=True, capture_output=True)
    return {
        "cold_seconds": cold["seconds"],
        "next_day_seconds": warm["seconds"],
        "nothing_new_seconds": same["seconds"],
        "peak_mib": max(cold["peak_mib"], warm["peak_mib"], same["peak_mib"]),
        "stages": {"cold": cold["stages"], "next_day": warm["stages"], "nothing_new": same["stages"]},
    }


def _grown() -> dict:
    """The eighteen synthetic months and their last eight weeks: both backfilled, both refreshed on three mornings."""
    sys.path.insert(0, str(ROOT))
    from demo import world

    with tempfile.TemporaryDirectory() as folder:
        long, short = Path(folder) / "long", Path(folder) / "short"
        for directory in (long, short):
            world.write(directory)
        _shorten(short / "rankings_daily.csv")
        rows_count = (long / "rankings_daily.csv").read_text().count("\n") - 1
        moments = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (world.BACKFILL_AS_OF, *world.DAILY_AS_OFS)]
        passes = {directory.name: _follow(directory, moments) for directory in (short, long)}
    daily = {name: median(found["seconds"] for found in taken[1:]) for name, taken in passes.items()}
    backfill = passes["long"][0]
    return {
        "backfill_seconds": round(backfill["seconds"], 1),
        "backfill_rows_per_second": round(rows_count / backfill["seconds"]),
        "backfill_peak_mib": round(backfill["peak_mib"], 1),
        "daily_seconds": {name: round(seconds, 1) for name, seconds in daily.items()},
        "daily_ratio": round(daily["long"] / daily["short"], 2),
    }


def _shorten(path: Path) -> None:
    """Leaves the last eight weeks in a world's rankings."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    kept = [row for row in rows if row[1] >= EIGHT_WEEKS]
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])


def _follow(world: Path, moments: list[str]) -> list[dict]:
    """A fresh home, followed from pass to pass."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        subprocess.run([*COMMAND, "broker", "start"], env=environ, cwd=ROOT, check=True, capture_output=True)
        try:
            return [_pass(world, moment, environ) for moment in moments]
        finally:
            subprocess.run([*COMMAND, "broker", "stop"], env=environ, cwd=ROOT, check=True, capture_output=True)


def _pass(world: Path, as_of: str, environ: dict[str, str]) -> dict:
    command = [*COMMAND, "refresh", "--world", str(world), "--as-of", as_of, "--json"]
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak = _watch(process)
    answer = json.loads(process.stdout.read())  # type: ignore[union-attr]
    return {"seconds": time.monotonic() - begun, "peak_mib": peak, "stages": answer["seconds"]}


def _watch(process: subprocess.Popen) -> float:
    """The largest resident memory of the process and its children together, in MiB, until it ends."""
    peak = 0.0
    while process.poll() is None:
        with_children = [psutil.Process(process.pid)]
        try:
            with_children += with_children[0].children(recursive=True)
            peak = max(peak, sum(p.memory_info().rss for p in with_children) / 2**20)
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.1)
    return peak


if __name__ == "__main__":
    main()
