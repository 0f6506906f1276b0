"""Records landed by a CPU-second, and the memory that takes: one range, two partitions, as a pass lands them.

    python bench/landing.py [--records 200000] [--range 100000] [CHECKOUT...]

Sends the records to a local broker once; each landing is a process of its own, three times, in turn in every checkout
(by default this one). Prints rows of Markdown with the digest of the landed files, and machine and versions.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from cost import Cost, broker_of, cost_of, heading, machine, row

ROOT = Path(__file__).parents[1]
REPEATS = 3
SEND = """
import sys
from datetime import UTC, date, datetime, timedelta
from connectors.kafka import producer, topics
from connectors.kafka.cluster import Cluster
from tokenshare.codec import encode
from tokenshare.events import UsageObserved
from tokenshare.topics import USAGE_OBSERVED
cluster, count, at = Cluster(sys.argv[1], partitions=2), int(sys.argv[2]), datetime(2026, 7, 1, 6, tzinfo=UTC)
topics.create(cluster, [USAGE_OBSERVED.name])
def message(n):
    event = UsageObserved.identified(
        source_id="openrouter_rankings", observed_at=at, fetch_id=f"{n // 5000:032x}",
        usage_date=date(2024, 1, 1) + timedelta(days=n % 900), model_permaslug=f"author{n % 97}/model-{n % 5000}",
        tokens=n * 7919, as_of=at,
    )
    return producer.Message(USAGE_OBSERVED.name, str(n).encode(), encode(event))
producer.send(cluster, map(message, range(count)))
"""
LAND = """
import sys
from pathlib import Path
from hashlib import sha256
from connectors.beam import pipeline
from connectors.kafka import ranges
from connectors.kafka.cluster import Cluster
from flows.stages.land import WriteRange
from flows.stages.proof import FindUnproven
from tokenshare.noop import noop
from tokenshare.offsets import Range
from tokenshare.topics import USAGE_OBSERVED
cluster, size, folder = Cluster(sys.argv[1], partitions=2), int(sys.argv[2]), Path(sys.argv[3])
planned = [
    Range(whole.topic, whole.partition, start, min(start + size, whole.end))
    for whole in ranges.plan({}, ranges.positions(cluster, [USAGE_OBSERVED.name]))
    for start in range(whole.start, whole.end, size)
]
pipeline.run(planned, ranges.RangeReader(cluster), FindUnproven(None, {}), noop, WriteRange(folder, noop))
files = sorted(folder.rglob("*.parquet"))
print(sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:12])
"""


def main(records: int, size: int, checkouts: list[Path]) -> None:
    """Send the records and land them in every checkout."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        with broker_of(environ, ROOT) as answer:
            servers = json.loads(answer)["bootstrap_servers"]
            subprocess.run([sys.executable, "-c", SEND, servers, str(records)], env=environ, cwd=ROOT, check=True)
            print(heading("checkout", "records per CPU-s", "CPU-s", "MiB", "landed"))
            rounds = [[_land(servers, size, checkout) for checkout in checkouts] for _ in range(REPEATS)]
    for checkout, found in zip(checkouts, zip(*rounds, strict=True), strict=True):
        cpu, peak = (median(getattr(cost, name) for cost in found) for name in ("cpu_seconds", "peak_mib"))
        digests = " ".join({cost.out.strip() for cost in found})
        print(row(checkout.name, round(records / cpu), cpu, round(peak), digests))
    print(json.dumps({"records": records, "range": size, **machine()}))


def _land(servers: str, size: int, checkout: Path) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        found = cost_of([sys.executable, "-c", LAND, servers, str(size), folder], os.environ, checkout)
    if found.code:
        sys.exit(f"bench/landing.py: the landing in {checkout.name} ended with {found.code}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--range", type=int, default=100_000, dest="size")
    parser.add_argument("checkouts", type=Path, nargs="*", default=[ROOT])
    given = parser.parse_args()
    main(given.records, given.size, [checkout.absolute() for checkout in given.checkouts])
