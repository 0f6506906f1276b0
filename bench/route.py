"""CPU-seconds, bytes written, memory and stages of passes over eighteen synthetic months.

    python bench/route.py [CHECKOUT...]

Each checkout (by default this one) follows a home of its own through the passes of PASSES, three times, in turn. A pass
is the command in a process of its own, as a scheduler runs it, or in the process that made one before it ("warm").
The local broker is not counted; the emulator of the upstreams is, as it runs inside the pass. Prints rows of Markdown,
and machine and versions.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from cost import COMMAND, Cost, broker_of, cost_of, heading, machine, row

ROOT = Path(__file__).parents[1]
REPEATS = 3
PASSES = (
    ("backfill: everything at once", "2026-06-28T06:00:00Z", ()),
    ("a new day of all sources", "2026-06-29T06:00:00Z", ()),
    ("the catalogue alone", "2026-06-30T05:00:00Z", ("--source", "openrouter_models")),
    ("another new day", "2026-06-30T06:00:00Z", ()),
    ("nothing new", "2026-06-30T06:00:30Z", ()),
)
WARM = "a new day of all sources, warm"
WRITE = "import sys; from pathlib import Path; from demo import world; world.write(Path(sys.argv[1]))"
TWICE = """
import sys
from contextlib import redirect_stdout, suppress
from io import StringIO
from resource import RUSAGE_SELF, getrusage
from flows.cli import main
def used():
    found = getrusage(RUSAGE_SELF)
    return found.ru_utime + found.ru_stime
for as_of in ("2026-06-29T06:00:00Z", "2026-06-30T06:00:00Z"):
    before, sys.argv = used(), ["tokenshare", "refresh", "--world", world, "--as-of", as_of, "--json"]
    with suppress(SystemExit), redirect_stdout(StringIO()):
        main()
print(used() - before)
"""


def main(checkouts: list[Path]) -> None:
    """Measure every pass in every checkout; print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        cost_of([sys.executable, "-c", WRITE, str(world)], os.environ, ROOT)
        rounds = [{checkout: dict(_follow(checkout, world)) for checkout in checkouts} for _ in range(REPEATS)]
    measures = ("CPU-s", "MB written", "MiB")
    print(heading("pass", *(f"{measure}, {checkout.name}" for measure in measures for checkout in checkouts)))
    for name, *_ in PASSES:
        costs = {checkout: [found[checkout][name] for found in rounds] for checkout in checkouts}
        medians = [
            round(median(getattr(cost, kind) for cost in costs[checkout]), digits)
            for kind, digits in (("cpu_seconds", 1), ("written_mb", None), ("peak_mib", None))
            for checkout in checkouts
        ]
        print(row(name, *map(str, medians)))
    warm = [median(found[checkout][WARM].cpu_seconds for found in rounds) for checkout in checkouts]
    print(row(WARM, *(f"{cpu:.1f}" for cpu in warm), *[""] * (2 * len(checkouts))), "\n", sep="")
    _print_stages({name: rounds[-1][checkouts[-1]][name] for name, *_ in PASSES})
    print(json.dumps({"median_of": REPEATS, **machine()}))


def _follow(checkout: Path, world: Path) -> Iterator[tuple[str, Cost]]:
    """A fresh home from pass to pass, and another one in one process."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        with broker_of(environ, checkout):
            for name, as_of, more in PASSES:
                yield name, _pass(checkout, world, as_of, environ, more)
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        with broker_of(environ, checkout):
            _pass(checkout, world, PASSES[0][1], environ)
            found = cost_of([sys.executable, "-c", f"world = {str(world)!r}{TWICE}"], environ, checkout)
            yield WARM, Cost(found.code, float(found.out), 0, 0, 0, "")


def _pass(checkout: Path, world: Path, as_of: str, environ: dict[str, str], more: tuple[str, ...] = ()) -> Cost:
    words = ["refresh", "--world", str(world), "--as-of", as_of, "--json", *more]
    found = cost_of([*COMMAND, *words], environ, checkout)
    if found.code:
        sys.exit(f"bench/route.py: `{' '.join(words)}` in {checkout.name} ended with {found.code}")
    said = f"{checkout.name}, as of {as_of}: {found.cpu_seconds:.1f} CPU-s, {found.written_mb:.0f} MB written"
    print(said, file=sys.stderr, flush=True)
    return found


def _print_stages(costs: dict[str, Cost]) -> None:
    """The wall seconds of the stages in the last checkout."""
    seconds = {name: json.loads(cost.out)["seconds"] for name, cost in costs.items()}
    stages = [stage for stage in next(iter(seconds.values())) if stage != "total"]
    print(heading("seconds", "whole command", *stages))
    for name, found in seconds.items():
        print(row(name, f"{costs[name].seconds:.1f}", *(f"{found[stage]:.1f}" for stage in stages)))
    print()


if __name__ == "__main__":
    main([Path(word).absolute() for word in sys.argv[1:]] or [ROOT])
