"""Kafka to validated, committed Parquet: records by a CPU-second, wall rate and memory, beside the peers in one run.

    python bench/throughput.py [--requests 1000000] [--bad 0] [--peers PYTHON] [CHECKOUT...]

Fills `request.completed.v1` of a fresh home once, in four partitions, through the project's own producer. Each way then
lands all of it, three times, in turn, in a process of its own: every checkout (by default this one), and with `--peers`
(a Python with bench/peers/peers.lock) the programs of bench/peers. `--bad` is how many in a thousand are malformed.
Only the checkouts prove the writer, validate and deduplicate. Prints rows of Markdown, and machine and versions.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from cost import Cost, broker_of, cost_of, heading, machine, row

ROOT = Path(__file__).parents[1]
PEERS = ("limit", "dlt_arrow", "quix", "bytewax_flow", "elements")
REPEATS = 3
FILL = """
import json, os, random, sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from connectors.kafka import producer, ranges
from connectors.storage.home import Home, add_secret, initialise, signature
from flows import settings
from flows.setup.cluster import open_cluster
from flows.setup.topic_ownership import sign_topics
from tokenshare.events import RequestCompleted
from tokenshare.noop import noop
from tokenshare.topics import REQUEST_COMPLETED as TOPIC
from dataclasses import replace
count, bad = map(int, sys.argv[1:])
given, chance, at = settings.load(), random.Random(1), datetime(2026, 7, 1, 6, tzinfo=UTC)
home = Home(given.home)
initialise(home, "live")
add_secret(home)
cluster = open_cluster(given, noop)
sign_topics(cluster, signature(home))
MODELS = "openai/gpt-5.4 anthropic/claude-opus-4.5 deepseek/deepseek-v4 qwen/qwen4-max google/gemini-3-pro".split()
def message(n):
    prompt, when = chance.randrange(100, 50_000), at + timedelta(milliseconds=n)
    event = RequestCompleted(
        event_id=f"{chance.getrandbits(128):032x}", source_id="gateway", observed_at=when, fetch_id=f"{n // 100:032x}",
        request_id=f"req_{chance.getrandbits(80):020x}", completed_at=when, gateway="litellm", model=MODELS[n % 5],
        provider="azure", app=f"app{n % 7}", prompt_tokens=prompt, completion_tokens=prompt // 7,
        reasoning_tokens=prompt // 20, cached_tokens=prompt // 2, cost_usd=f"0.00{prompt}", status="success",
        latency_ms=n % 5000,
    )
    made = producer.message_of(TOPIC, event)
    return replace(made, value=made.value.replace(b'"success"', b'"succeeded"')) if n % 1000 < bad else made
messages = map(message, range(count))
with producer.open_sender(cluster) as sender:
    while sender.send(islice(messages, producer.CHUNK)):
        pass
options, name = dict(cluster.options), cluster.physical(TOPIC.name)
ends = {partition: span for (_, partition), span in ranges.positions(cluster, [TOPIC.name]).items()}
print(json.dumps({
    "servers": cluster.bootstrap_servers, "topic": name, "ends": ends,
    "user": options["sasl_plain_username"], "password": options["sasl_plain_password"],
}))
"""
LAND = """
import sys
from functools import partial
from pathlib import Path
from connectors.beam import pipeline
from connectors.kafka import ranges
from connectors.storage import landing
from connectors.storage.home import Home
from flows import settings
from flows.setup.cluster import running_cluster
from flows.stages.land import WriteRange
from flows.stages.proof import FindUnproven
from tokenshare.noop import noop
from tokenshare.offsets import Range
from tokenshare.topics import REQUEST_COMPLETED as TOPIC
given, folder = settings.load(), Path(sys.argv[1])
cluster = running_cluster(given)
planned = [
    Range(whole.topic, whole.partition, start, min(start + given.range_records, whole.end))
    for whole in ranges.plan({}, ranges.positions(cluster, [TOPIC.name]))
    for start in range(whole.start, whole.end, given.range_records)
]
steps = ranges.RangeReader(cluster), FindUnproven(Home(given.home).secret, {}), noop, WriteRange(folder, noop)
try:
    from connectors.beam.transforms import LandRanges
    from flows.setup.flink import flink_of
    pipeline.run(planned, LandRanges(*steps), flink_of(given))
except (ImportError, TypeError):  # an older checkout
    pipeline.run(planned, *steps)
print(sum(landing.read_manifest(folder, wanted).rows for wanted in planned))
"""


def main(asked: argparse.Namespace) -> None:
    """Fill the topic and measure every way."""
    checkouts = [path.absolute() for path in asked.checkouts] or [ROOT]
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder, "TOKENSHARE_KAFKA_PARTITIONS": "4"}
        with broker_of(environ, ROOT):
            words = [sys.executable, "-c", FILL, str(asked.requests), str(asked.bad)]
            filled = json.loads(cost_of(words, environ, ROOT).out)
            ways = {checkout.name: [sys.executable, "-c", LAND, checkout] for checkout in checkouts}
            programs = PEERS if asked.peers else ()
            ways |= {name: [asked.peers, str(ROOT / "bench" / "peers" / f"{name}.py")] for name in programs}
            rounds = [
                {name: _measure(name, way, environ, filled) for name, way in ways.items()} for _ in range(REPEATS)
            ]
    print(heading("way", "records landed", "records per CPU-s", "CPU-s", "records per second", "MiB"))
    for name in ways:
        costs = [found[name] for found in rounds]
        cpu, seconds, peak = (
            median(getattr(cost, kind) for cost in costs) for kind in ("cpu_seconds", "seconds", "peak_mib")
        )
        print(
            row(
                name,
                costs[0].out.strip(),
                round(asked.requests / cpu),
                cpu,
                round(asked.requests / seconds),
                round(peak),
            )
        )
    print(json.dumps({"requests": asked.requests, "bad_per_thousand": asked.bad, "median_of": REPEATS, **machine()}))


def _measure(name: str, way: list, environ: dict[str, str], filled: dict) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        if len(way) > 2:
            *words, checkout = way
            found = cost_of([*words, folder], environ, checkout)
        else:
            found = cost_of(way, environ, ROOT, json.dumps({**filled, "folder": folder}))
    if found.code:
        sys.exit(f"bench/throughput.py: {name} ended with {found.code}")
    print(f"{name}: {found.cpu_seconds:.1f} CPU-s, {found.seconds:.1f} s", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--bad", type=int, default=0)
    parser.add_argument("--peers", default="")
    parser.add_argument("checkouts", type=Path, nargs="*")
    main(parser.parse_args())
