"""From the acknowledgement of a request to its place in the published file, while requests keep coming.

    python bench/latency.py [--rate 2000] [--seconds 600] [--every 2]

Starts a broker, the receiver and `stream` in a home of their own, and sends calls of a hundred requests at their times.
A reader looks at the published mart four times a second; a request is visible when as many are counted as had been
acknowledged with it. Prints a row of Markdown, and machine and versions.
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
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import duckdb
from cost import COMMAND, heading, machine, row
from gateway import BATCH, CALLERS, ROOT, body_of, client_of

LOOK_SECONDS = 0.25
SETTLE_SECONDS = 120
SHOWN = "SELECT sum(requests_count)::BIGINT FROM marts.fct_requests_hourly"


def main() -> None:
    """Run the load and print how long it took to be seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--every", default="2")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TOKENSHARE_HOME": folder}
        try:
            with _started(environ, "gateway", "--port", "0", "--json") as receiver:
                facts = json.loads(receiver.stdout.readline())  # type: ignore[union-attr]
                with _started(environ, "stream", "--every", asked.every, "--json") as stream:
                    found = _load(asked, facts, stream.pid, Path(folder) / "published" / "tokenshare.duckdb")
        finally:
            subprocess.run([*COMMAND, "broker", "stop"], env=environ, cwd=ROOT, check=False, capture_output=True)
    print(heading(*found), row(*found.values()), json.dumps(machine()), sep="\n")


@contextmanager
def _started(environ: dict[str, str], *words: str):  # type: ignore[no-untyped-def]
    with subprocess.Popen([*COMMAND, *words], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        if words[0] == "stream":  # what it says of each turn would fill the pipe
            threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def _load(asked: argparse.Namespace, facts: dict, stream: int, published: Path) -> dict:
    """Acknowledge the requests at their rate, and look meanwhile."""
    acknowledged: list[tuple[float, int]] = []
    looks: list[tuple[float, int]] = []
    peaks: list[int] = []
    ended = threading.Event()
    looking = threading.Thread(target=_look, args=(published, looks, ended))
    looking.start()
    client, begun = client_of(facts), time.monotonic()
    counting = threading.Lock()

    def send(number: int) -> None:
        time.sleep(max(0.0, begun + number * BATCH / asked.rate - time.monotonic()))
        client.post(facts["litellm"], content=body_of(number)).raise_for_status()
        with counting:
            acknowledged.append((time.monotonic(), (len(acknowledged) + 1) * BATCH))

    half = threading.Timer(asked.seconds / 2, lambda: peaks.append(_peak_of(stream)))
    half.start()
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(send, range(asked.rate * asked.seconds // BATCH)))
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until and (not looks or looks[-1][1] < acknowledged[-1][1]):
        time.sleep(LOOK_SECONDS)
    ended.set()
    looking.join()
    half.join()
    return _described(acknowledged, looks, begun) | {
        "peak MiB of stream in the first half": peaks[0],
        "peak MiB in the second half": _peak_of(stream),
    }


def _peak_of(pid: int) -> int:
    """The peak memory of a process in MiB since the last call; the kernel keeps it."""
    status = Path(f"/proc/{pid}/status").read_text()
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _look(published: Path, looks: list, ended: threading.Event) -> None:
    while not ended.wait(LOOK_SECONDS):
        if published.exists():
            with duckdb.connect(str(published), read_only=True) as connection:
                (count,) = connection.execute(SHOWN).fetchone() or (0,)
            looks.append((time.monotonic(), count or 0))


def _described(acknowledged: list, looks: list, begun: float) -> dict:
    waits, place = [], 0
    for at, count in acknowledged:
        while place < len(looks) and looks[place][1] < count:
            place += 1
        if place < len(looks):
            waits.append(max(0.0, looks[place][0] - at))
    if len(waits) < len(acknowledged):
        sys.exit(f"bench/latency.py: {len(acknowledged) - len(waits)} calls were not seen within {SETTLE_SECONDS} s")
    cuts, half = quantiles(waits, n=100), len(waits) // 2
    return {
        "requests": acknowledged[-1][1],
        "acknowledged a second": round(acknowledged[-1][1] / (acknowledged[-1][0] - begun)),
        **{f"p{cut} s": f"{cuts[cut - 1]:.1f}" for cut in (50, 95, 99)},
        "median of the first half, s": f"{median(waits[:half]):.1f}",
        "of the second half, s": f"{median(waits[half:]):.1f}",
    }


if __name__ == "__main__":
    main()
