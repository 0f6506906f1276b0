"""Landing on a real Flink cluster with one worker and with two: records a second, beside the local runner.

    python bench/workers.py [--requests 2000000]

Fills `request.completed.v1` of a fresh home in four partitions, and starts the cluster of `make flink` on loopback: two
TaskManagers of a slot each. All of it then lands in this process, with one worker and with two, three times, in turn.
The start of each is part of its seconds. Prints rows of Markdown, and machine and versions.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from cost import broker_of, cost_of, heading, machine, row
from throughput import FILL, LAND, REPEATS, ROOT

sys.path.insert(0, str(ROOT))
from tests.flink.cluster import running

JARS = ROOT / ".venv" / "flink"
WAYS = {"local": "", "Flink, one worker": "1", "Flink, two workers": "2"}


def main() -> None:
    """Fill the topic, and land it each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(JARS, Path(folder)) as flink:
        environ = {**os.environ, "TOKENSHARE_HOME": f"{folder}/home", "TOKENSHARE_KAFKA_PARTITIONS": "4"}
        with broker_of(environ, ROOT):
            cost_of([sys.executable, "-c", FILL, str(asked.requests), "0"], environ, ROOT)
            turns = [
                {way: _land(environ | _settings(flink.settings, workers)) for way, workers in WAYS.items()}
                for _ in range(REPEATS)
            ]
    print(heading("runner", "records landed", "seconds", "records per second"))
    for way in WAYS:
        seconds = median(turn[way] for turn in turns)
        print(row(way, asked.requests, seconds, round(asked.requests / seconds)))
    print(json.dumps({"requests": asked.requests, "median_of": REPEATS, **machine()}))


def _settings(flink: dict[str, str], workers: str) -> dict[str, str]:
    own = {"TOKENSHARE_FLINK_WORKERS": ""}  # the pool on loopback serves both TaskManagers, and one stops the other's
    return {**flink, **own, "TOKENSHARE_FLINK_PARALLELISM": workers} if workers else {}


def _land(environ: dict[str, str]) -> float:
    """The seconds that it takes to land the topic into a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        found = cost_of([sys.executable, "-c", LAND, folder], environ, ROOT)
    if found.code:
        sys.exit(f"bench/workers.py: landing ended with {found.code}")
    print(f"{environ.get('TOKENSHARE_FLINK_PARALLELISM', 'local')}: {found.seconds:.1f} s", file=sys.stderr, flush=True)
    return found.seconds


if __name__ == "__main__":
    main()
