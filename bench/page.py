"""The page of benchmarks: every program of this folder in turn, beside the commit before costs followed what is new.

    python bench/page.py FOLDER

FOLDER keeps what each program printed: one whose output is there does not run again, so the hour this takes can be
cut into pieces. Writes docs/reference/benchmarks.md. Leave the machine alone meanwhile.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cost import COMMAND, cost_of

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
BEFORE = "32e4bac"  # the last commit with a copy of every row for every version
ONE_BY_ONE = "0993e0b"  # the last commit that read and decoded records one by one
HEAD = """# Benchmarks

Written by `make bench` ([bench](../../bench/page.py)). CPU-seconds are user and system of a command with all of its
processes, without the broker; MB are bytes it had written to the disk; MiB are the memory of the largest process.
Columns named `before` are commit {before}, in turn with this checkout, `now`, in the same run;
`one by one` is {one_by_one}. Compare ratios: the machine is shared.
"""
VERSIONS = """The home of the demo, grown by a version of every metric a day, one row in five hundred restated. `decide`
commits the decisions, `publish` writes the published file and the Parquet. The published file is written
whole."""
LANDING = """Requests of some 530 bytes in four partitions. `limit` is written by hand, `dlt_arrow` is dlt over Arrow,
`quix` is quixstreams, `bytewax_flow` is bytewax and `elements` is Beam, these three an element a record. None of them
proves the writer, validates or deduplicates."""
SECTIONS = {
    "route": (
        "Passes over eighteen months",
        "Medians of three rounds. The emulator of the upstreams runs in the pass.",
    ),
    "commands": ("Commands that look", "Medians of three, each checkout over a home of its own."),
    "history": ("Versions kept", VERSIONS),
    "throughput": ("Landing at volume", LANDING),
    "throughput-bad": ("Landing with one record in a hundred malformed", ""),
    "volume": ("A million requests on top of many", "Cold passes; `all` is the build from the beginning."),
    "lookup": ("Ids looked up", "What the requests kept add to each turn of `stream`."),
    "gateway": ("The receiver of gateway requests", "Calls of a hundred requests, at the rate that is asked for."),
    "latency": ("From acknowledged to published", "The receiver and `stream` beside each other for ten minutes."),
}


def main(folder: Path) -> None:
    """Run what has not run, and write the page."""
    folder.mkdir(parents=True, exist_ok=True)
    before, one_by_one = _checked_out(folder / "before", BEFORE), _checked_out(folder / "one by one", ONE_BY_ONE)
    now = folder / "now"
    now.unlink(missing_ok=True)
    now.symlink_to(ROOT)
    homes = [_made(folder / f"home {checkout.name}", checkout) for checkout in (before, now)]
    peers = str(folder / "peers" / "bin" / "python")
    words: Mapping[str, list[object]] = {
        "route": ["route.py", before, now],
        "commands": ["commands.py", homes[0], before, homes[1], now],
        "history": ["history.py", homes[1], "6,30,120,365,1825", now],
        "throughput": ["throughput.py", "--peers", peers, one_by_one, now],
        "throughput-bad": ["throughput.py", "--bad", "10", now],
        "volume": ["volume.py", "1000000,10000000,100000000", now],
        "lookup": ["lookup.py"],
        "gateway": ["gateway.py"],
        "latency": ["latency.py"],
    }
    for name, command in words.items():
        _run(folder / f"{name}.out", [str(word) for word in command])
    PAGE.write_text(
        HEAD.format(before=BEFORE, one_by_one=ONE_BY_ONE) + "".join(_section(folder, name) for name in SECTIONS)
    )


def _checked_out(folder: Path, commit: str) -> Path:
    if not folder.exists():
        subprocess.run(["git", "worktree", "add", "--detach", "--force", str(folder), commit], cwd=ROOT, check=True)
    return folder


def _made(home: Path, checkout: Path) -> Path:
    """A home of the demo, made by a checkout, its broker stopped."""
    environ = {**os.environ, "TOKENSHARE_HOME": str(home)}
    for words in [["demo"], ["broker", "stop"]] if not home.exists() else []:
        cost_of([*COMMAND, *words], environ, checkout)
    return home


def _run(out: Path, command: list[str]) -> None:
    if not out.exists():
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT / "bench", stdout=subprocess.PIPE, text=True, check=True
        )
        out.write_text(done.stdout)


def _section(folder: Path, name: str) -> str:
    """A program's rows under its title, and its facts in a line of their own."""
    title, said = SECTIONS[name]
    table, _, facts = (folder / f"{name}.out").read_text().strip().rpartition("\n")
    parts = (f"## {title}", said, table.strip(), _described(json.loads(facts)))
    return "".join(f"\n{part}\n" for part in parts if part)


def _described(facts: dict) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in facts.pop("packages").items())
    return f"{'; '.join(f'{name} {value}' for name, value in facts.items())}; {packages}"


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
