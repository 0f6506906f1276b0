"""The receiver under load: requests acknowledged a second, how long a call waits, and what a restart of Kafka loses.

    python bench/gateway.py [--rate 5000] [--seconds 20] [--restart]

Starts a broker and a receiver in a home of their own. Calls of a hundred requests leave at their times, whether earlier
ones are answered or not; a call that is not acknowledged is sent again. With --restart the broker is stopped and
started in the middle. Prints a row of Markdown, and machine and versions.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles

import httpx
import psutil
from cost import COMMAND, heading, machine, row

ROOT = Path(__file__).parents[1]
BATCH = 100
CALLERS = 32


def main() -> None:
    """Run the load and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--restart", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        with subprocess.Popen(
            [*COMMAND, "gateway", "--port", "0", "--json"], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                facts = json.loads(process.stdout.readline())  # type: ignore[union-attr]
                found = _load(facts, process.pid, asked, environ)
                print(heading(*found), row(*found.values()), json.dumps(machine()), sep="\n")
            finally:
                process.terminate()
                process.wait()
                subprocess.run([*COMMAND, "broker", "stop"], env=environ, cwd=ROOT, check=False, capture_output=True)


def _load(facts: dict, pid: int, asked: argparse.Namespace, environ: dict[str, str]) -> dict:
    client = client_of(facts)
    calls = asked.rate * asked.seconds // BATCH
    bodies = [body_of(number) for number in range(calls)]
    client.post(facts["litellm"], content=bodies[0])  # a first call opens what is opened once
    waits: list[float] = []
    refused: list[int] = []
    receiver = psutil.Process(pid)
    before, begun = receiver.cpu_times(), time.monotonic()

    def send(number: int) -> None:
        due = begun + number * BATCH / asked.rate
        time.sleep(max(0.0, due - time.monotonic()))
        while (answer := client.post(facts["litellm"], content=bodies[number])).status_code != 200:
            refused.append(answer.status_code)
            time.sleep(1)
        waits.append(time.monotonic() - due)

    if asked.restart:
        threading.Timer(asked.seconds / 2, _restart, [environ]).start()
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(send, range(calls)))
    took, after = time.monotonic() - begun, receiver.cpu_times()
    cuts = quantiles(waits, n=100)
    return {
        "requests": calls * BATCH,
        "acknowledged a second": round(calls * BATCH / took),
        **{f"p{place} ms": round(cuts[place - 1] * 1000) for place in (50, 95, 99)},
        "CPU-s": round(after.user + after.system - before.user - before.system, 1),
        "MiB": round(receiver.memory_info().rss / 2**20),
        "calls sent again": len(refused),
        "lost": calls * BATCH - _landed(environ),
    }


def client_of(facts: dict) -> httpx.Client:
    token = Path(facts["tokens"]).read_text().strip()
    headers, limits = {"Authorization": f"Bearer {token}"}, httpx.Limits(max_connections=CALLERS)
    return httpx.Client(headers=headers, limits=limits, timeout=120)


def _landed(environ: dict[str, str]) -> int:
    """The distinct requests in the topic, read as landing reads them."""
    code = (
        "import json; from connectors.kafka import ranges; from flows import settings; "
        "from flows.setup.cluster import running_cluster; from tokenshare.offsets import Range; "
        "from tokenshare.topics import REQUEST_COMPLETED as topic; cluster = running_cluster(settings.load()); "
        "ends = ranges.positions(cluster, [topic.name]); "
        "print(len({json.loads(record.value)['request_id'] for at, (begin, end) in ends.items() if end > begin "
        "for record in ranges.read(cluster, Range(*at, begin, end))}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def body_of(number: int) -> bytes:
    """A call of LiteLLM's callback, with a prompt and an answer of some hundred letters."""
    now = time.time()
    words = [{"role": "user", "content": "how much of it is ours? " * 10}]
    return json.dumps(
        [
            {
                "id": f"chatcmpl-{number}-{place}",
                "status": "success",
                "custom_llm_provider": "openrouter",
                "model": f"deepseek/deepseek-chat-v{place % 7}",
                "startTime": now - 1,
                "endTime": now,
                "prompt_tokens": 1_000 + place,
                "completion_tokens": 200,
                "total_tokens": 1_200 + place,
                "response_cost": 0.000123,
                "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 500}}},
                "messages": words,
                "response": words,
            }
            for place in range(BATCH)
        ]
    ).encode()


def _restart(environ: dict[str, str]) -> None:
    for word in ("stop", "start"):
        subprocess.run([*COMMAND, "broker", word], env=environ, cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    main()
