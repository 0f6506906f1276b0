"""CPU-seconds and memory of every look, each in a process of its own as a person runs it, over one home.

    python bench/commands.py HOME [CHECKOUT HOME CHECKOUT...]

HOME is a home with the demo's metrics that a pass of the checkout after it (at the end: of this one) has made; its
broker may run or not. Each look runs once unmeasured and then three times, in turn in every checkout, so that a noisy
machine is noisy for all of them.
Prints the medians as rows of Markdown, and machine and versions.
"""

import compileall
import contextlib
import json
import os
import sys
from pathlib import Path
from statistics import median

from cost import COMMAND, Cost, cost_of, heading, machine, row

ROOT = Path(__file__).parents[1]
PACKAGES = ("tokenshare", "connectors", "expectations", "flows", "demo")
SHARE, WEEK = "china_share_origin_weekly", "2026-W22"
LOOKS = (
    "--help",
    "status",
    "metrics",
    f"metrics {SHARE}",
    "restatements",
    "gates",
    "mappings",
    "logs",
    "alerts list",
    f"cite {SHARE} {WEEK}",
    "check 0.61 --about china_share --period 2026-05",
    "check 0.61 --about china_share",
    f"trace {SHARE} {WEEK}",
    "doctor",
    "report",
)
REPEATS = 3


def main(homes: dict[Path, Path]) -> None:
    """Measure every look in every checkout, over its own home."""
    checkouts = list(homes)
    for checkout in checkouts:  # not every environment keeps what it compiles
        with contextlib.redirect_stdout(sys.stderr):
            compileall.compile_dir(checkout, maxlevels=0, quiet=1)
            [compileall.compile_dir(checkout / package, quiet=1) for package in PACKAGES]
    names = [name for checkout in checkouts for name in (f"CPU-s, {checkout.name}", f"MiB, {checkout.name}")]
    print(heading("command", *names))
    for words in LOOKS:
        _measure(words, homes)  # what a cold disk costs is not counted
        rounds = [_measure(words, homes) for _ in range(REPEATS)]
        medians = [
            round(middle, digits)
            for found in zip(*rounds, strict=True)
            for middle, digits in ((median(c.cpu_seconds for c in found), 2), (median(c.peak_mib for c in found), None))
        ]
        print(row(f"`{words}`", *medians), flush=True)
    print(json.dumps(machine()))


def _measure(words: str, homes: dict[Path, Path]) -> list[Cost]:
    command = [*COMMAND, *words.split()]
    found = [
        cost_of(command, {**os.environ, "TOKENSHARE_HOME": str(home)}, checkout) for checkout, home in homes.items()
    ]
    failed = [cost.code for cost in found if cost.code]
    if failed:
        sys.exit(f"bench/commands.py: `{words}` ended with {failed[0]}: give it a home with the demo's metrics")
    return found


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("bench/commands.py: name a home: python bench/commands.py HOME [CHECKOUT HOME CHECKOUT...]")
    words = sys.argv[1:] if len(sys.argv) % 2 else [*sys.argv[1:], str(ROOT)]
    paths = [Path(word).absolute() for word in words]
    main(dict(zip(paths[1::2], paths[::2], strict=True)))
