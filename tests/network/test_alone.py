"""Nothing leaves this machine: a pass, its Kafka, `serve` and the Prefect server in a network with loopback alone."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.orchestration.serve import GUARDED
from tests.cli.command import COMMAND, ROOT
from tests.network.alone import COUNT, UNSHARED
from tests.scene import MODELS, small_rows, write_prices, write_rankings

pytestmark = pytest.mark.slow

OPT_OUTS = (
    *("DO_NOT_TRACK", "DBT_SEND_ANONYMOUS_USAGE_STATS", "GX_ANALYTICS_ENABLED", "PREFECT_SERVER_ANALYTICS_ENABLED"),
)
OURS = ("TOKENSHARE_", "PREFECT_", "OPENROUTER_")
SERVED = ("test_every_source_is_served_by_its_schedule", "test_a_scheduled_pass_waits_for_the_home")
Record = Callable[[str, Any], None]


@dataclass(frozen=True)
class Done:
    """A command that ran alone: its code, what it printed, and how often something was asked outside."""

    code: int
    out: str
    asked: int


def alone(words: list[str], **variables: str) -> Done:
    """Run it without any opt-out of a library; skip where the kernel allows no network of one's own."""
    if not shutil.which("unshare") or subprocess.run((*UNSHARED[:3], "true"), check=False).returncode:
        pytest.skip("this kernel gives no network of one's own to a process")
    others = {n: v for n, v in os.environ.items() if n not in OPT_OUTS and not n.startswith(OURS)}
    run = subprocess.run(
        [*UNSHARED, *words], cwd=ROOT, env=others | variables, capture_output=True, text=True, check=False
    )
    found = re.search(rf"^{COUNT} (\d+)$", run.stdout, re.MULTILINE)
    assert found, run.stdout + run.stderr
    return Done(run.returncode, run.stdout + run.stderr, int(found[1]))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_one_try_is_counted(host: str) -> None:
    asking = f"import socket; socket.create_connection(('{host}', 443), 5)"
    done = alone([sys.executable, "-c", asking])
    assert (done.code, done.asked > 0) == (1, True), done


@pytest.mark.threat("X18", "X19")
@pytest.mark.timeout(900)
def test_a_pass_with_a_kafka_of_its_own_asks_nobody_outside(
    broker: str, tmp_path: Path, record_property: Record
) -> None:
    """A first pass over a world, its broker and its page, without any opt-out of a library; the jars are cached."""
    assert broker
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 6, 29), 14))
    write_prices(world, "2026-07-01T00:00:00Z", dict.fromkeys(MODELS, ("0.000001", "0.000002")))
    say = shlex.join(COMMAND)
    refresh = f"{say} refresh --world {shlex.quote(str(world))} --as-of 2026-07-13T06:00:00Z --json"
    stop = f"code=$?; {say} broker stop; exit $code"
    done = alone(["sh", "-c", f"{refresh}; {stop}"], TOKENSHARE_HOME=str(tmp_path / "home"))
    assert (done.code, done.asked) == (0, 0), done.out
    assert '"status": "ok"' in done.out
    record_property("observed", f"exit code {done.code}, {done.asked} packets or connections outside loopback")


@pytest.mark.threat("X19")
@pytest.mark.long
@pytest.mark.timeout(1200)
def test_serve_and_a_guarded_server_ask_nobody_outside(broker: str, record_property: Record) -> None:
    """A Prefect server as documented, `tokenshare serve` and a scheduled pass, with a Kafka of their own."""
    assert broker
    chosen = ["-k", " or ".join(SERVED), "-m", "slow or not slow", "tests/prefect/test_schedule.py"]
    done = alone([sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *chosen])
    assert (done.code, done.asked) == (0, 0), done.out
    assert f"{len(SERVED)} passed" in done.out
    record_property("observed", f"{len(SERVED)} tests passed, {done.asked} packets or connections outside loopback")


def test_the_documented_server_sends_no_statistics() -> None:
    for text in (GUARDED, (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")):
        assert "PREFECT_SERVER_ANALYTICS_ENABLED=false" in text
