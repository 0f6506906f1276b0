"""The cost of a refresh of a million new requests on top of many landed ones.

    python bench/volume.py ROWS[,ROWS...] [CHECKOUT...]

For each number of rows, a fresh home gets that many landed requests, a million a day, written by the project's own
writer; a pass builds them. Then a million of the next day are sent, landed and published, as `stream` would. Each
checkout (by default this one) does so by itself. Prints rows of Markdown, and machine and versions. A hundred million
rows take 20 GB of disk and half an hour.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cost import broker_of, cost_of, heading, machine, row

ROOT = Path(__file__).parents[1]
DAY = 1_000_000
FILE_ROWS = 100_000
COLUMNS = ("checkout", "landed before", "new", "CPU-s", "seconds", "MB written", "peak MiB", "build MB")
DRAW = """
import sys
from datetime import UTC, datetime, timedelta
import numpy, pyarrow
from tokenshare.topics import REQUEST_COMPLETED as TOPIC
MODELS = "openai/gpt-5.4 anthropic/claude-opus-4.5 deepseek/deepseek-v4 qwen/qwen4-max google/gemini-3-pro".split()
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
def texts(chance, count, width, prefix=""):
    drawn = chance.bytes(count * width // 2).hex()
    return pyarrow.array([prefix + drawn[at : at + width] for at in range(0, count * width, width)])
def draw(first, count):
    chance = numpy.random.default_rng(first)
    places = numpy.arange(first, first + count)
    day = (places // 1_000_000)
    ends = BEGIN.timestamp() * 1e6 + day * 86_400e6 + (places % 1_000_000) * 86_400.0
    late = numpy.where(chance.random(count) < 0.005, chance.random(count) * 86_400e6, 0)
    moments = pyarrow.array((ends - late).astype("int64")).cast(pyarrow.timestamp("us", tz="UTC"))
    seen = pyarrow.array(ends.astype("int64")).cast(pyarrow.timestamp("us", tz="UTC"))
    hours = [f"{int(hour):032x}" for hour in ends // 3_600e6]
    prompt = chance.lognormal(7, 1.2, count).astype("int64") + 1
    columns = {
        "event_id": texts(chance, count, 32), "source_id": ["gateway"] * count, "observed_at": seen, "fetch_id": hours,
        "request_id": texts(chance, count, 20, "req_"), "completed_at": moments, "gateway": ["litellm"] * count,
        "model": [MODELS[n] for n in chance.integers(0, 5, count)], "provider": ["azure"] * count,
        "app": [f"app{n}" for n in chance.integers(0, 7, count)], "prompt_tokens": prompt,
        "completion_tokens": prompt // 7, "reasoning_tokens": prompt // 20, "cached_tokens": prompt // 2,
        "cost_usd": [f"0.00{n}" for n in prompt], "status": ["success"] * count,
        "latency_ms": chance.integers(200, 5_000, count),
    }
    return columns
"""
FILL = (
    DRAW
    + """
from connectors.storage import landing, warehouse
from connectors.kafka import topics
from connectors.storage.home import Home, add_secret, initialise, signature
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.setup.cluster import open_cluster
from flows.setup.topic_ownership import sign_topics
from tokenshare.noop import noop
from tokenshare.offsets import RETIRED, Range
from tokenshare.topics import TOPIC_NAMES
rows, size = map(int, sys.argv[1:])
home = Home(settings.load().home)
initialise(home, "live")
add_secret(home)
cluster = open_cluster(settings.load(), noop)
topics.create(cluster, TOPIC_NAMES)
sign_topics(cluster, signature(home))
schema, name = landing.schema_of(TOPIC), f"{TOPIC.name}{RETIRED}1"  # an earlier life of the topic: nothing is in Kafka
with open_warehouse(home.warehouse) as connection:
    for first in range(0, rows, size):
        drawn = draw(first, size)
        drawn |= {"topic": [name] * size, "partition": [0] * size, "offset": range(first, first + size)}
        drawn["timestamp"] = drawn["observed_at"].cast(pyarrow.timestamp("ms", tz="UTC"), safe=False)
        arrays = [pyarrow.array(drawn.get(field.name, [None] * size), field.type) for field in schema]
        span = Range(name, 0, first, first + size)
        landing.write_table(home.landing, span, pyarrow.table(arrays, schema), 0)
        values = [name, 0, first, first + size, size, 0, "bench", BEGIN]
        connection.execute("INSERT INTO ledger.landed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    warehouse.show_landed(connection, home.landing)
"""
)
SEND = (
    DRAW
    + """
from connectors.kafka import producer
from flows import settings
from flows.setup.cluster import open_cluster
from tokenshare.noop import noop
rows, size = map(int, sys.argv[1:])
def messages():
    for first in range(rows, rows + 1_000_000, size):
        drawn = draw(first, size)
        table = pyarrow.table({name: column for name, column in drawn.items()})
        for found in table.to_pylist():
            yield producer.message_of(TOPIC, TOPIC.event.model_construct(**found))
producer.send(open_cluster(settings.load(), noop), messages())
"""
)
TURN = """
from flows import settings
from flows.orchestration.runner import run_once
from flows.setup.context import LANDS_ONLY
from tokenshare.noop import noop
report = run_once(settings.load(), None, None, [], noop, options=LANDS_ONLY)
outcomes = [metric.status for metric in report.metrics]
assert "published" in outcomes or "unchanged" in outcomes, outcomes
"""


def main(counts: list[int], checkouts: list[Path]) -> None:
    """Fill a home and refresh it, for each number of rows and checkout."""
    print(heading(*COLUMNS), flush=True)
    for count in counts:
        for checkout in checkouts:
            with tempfile.TemporaryDirectory() as folder:
                _measure(count, checkout, Path(folder))
    print(json.dumps(machine()))


def _measure(rows: int, checkout: Path, home: Path) -> None:
    environ = {**os.environ, "TOKENSHARE_HOME": str(home), "TOKENSHARE_KAFKA_PARTITIONS": "4"}
    with broker_of(environ, checkout):
        _run(FILL, rows, environ, checkout)
        _turn("all", rows, environ, checkout, home)
        for turn in ("a million", "a million more"):
            _run(SEND, rows, environ, checkout)
            _turn(turn, rows, environ, checkout, home)
            rows += DAY


def _run(code: str, rows: int, environ: dict[str, str], checkout: Path) -> None:
    words = [sys.executable, "-c", code, str(rows), str(FILE_ROWS)]
    subprocess.run(words, env=environ, cwd=checkout, check=True, stdout=subprocess.DEVNULL)


def _turn(what: str, rows: int, environ: dict[str, str], checkout: Path, home: Path) -> None:
    cost = cost_of([sys.executable, "-c", TURN], environ, checkout)
    if cost.code:
        sys.exit(f"bench/volume.py: the pass ended with {cost.code}")
    size = (home / "build" / "warehouse.duckdb").stat().st_size / 1e6
    print(
        row(checkout.name, rows, what, cost.cpu_seconds, cost.seconds, cost.written_mb, cost.peak_mib, size), flush=True
    )


if __name__ == "__main__":
    others = [Path(word).resolve() for word in sys.argv[2:]] or [ROOT]
    main([int(word) for word in sys.argv[1].split(",")], others)
