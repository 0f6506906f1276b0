"""Killed while alerts go out: each arrives once, under one key."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.home import Home
from flows import settings
from flows.setup.channels import open_channels
from flows.stages import notify
from tests.alerts.alerting import fault
from tests.alerts.outbox_home import AT, OutboxHome, outbox_home, receiver, told
from tests.receiver import Receiver

__all__ = ["outbox_home", "receiver"]
pytestmark = pytest.mark.kill
Record = Callable[[str, Any], None]


@contextmanager
def killed_at(moment: str, outbox_home: OutboxHome) -> Iterator[int]:
    """Run stage 12 in a process of its own, killed there; return its exit code."""
    process = multiprocessing.get_context("spawn").Process(
        target=stage, args=(outbox_home.root, outbox_home.variables, moment)
    )
    process.start()
    process.join(120)
    yield process.exitcode or 0


def stage(root: Path, variables: dict[str, str], moment: str) -> None:
    """The stage as a pass runs it, after its decisions."""
    from types import SimpleNamespace

    from flows.setup.context import PassContext

    found = settings.load({"TOKENSHARE_HOME": str(root), **variables, "TOKENSHARE_KILL_AT": moment})
    fields: Any = dict.fromkeys(("cluster", "upstreams"), SimpleNamespace())
    run = PassContext(
        id="rerun", as_of=AT, started_at=AT, settings=found, home=Home(root), sources=(), progress=print,
        clock=lambda: datetime.now(UTC), channels=open_channels(found), **fields,
    )  # fmt: skip
    notify.notify(run)


@pytest.mark.parametrize(
    "when", [pytest.param("before", marks=pytest.mark.long), "during", pytest.param("after", marks=pytest.mark.long)]
)
def test_k15_a_kill_while_delivering_and_a_rerun_deliver_each_message_once(
    outbox_home: OutboxHome, receiver: Receiver, when: str, record_property: Record
) -> None:
    """kill -9 before, between and after two alerts to a real receiver; then the round again."""
    outbox_home.see(fault("a"), fault("b"))
    with killed_at(f"alert.{when}", outbox_home) as code:
        assert code == -signal.SIGKILL
    assert len(receiver.taken()) == {"before": 0, "during": 1, "after": 2}[when]
    assert outbox_home.deliver() == 0
    assert sorted(told(receiver)) == [("trigger", "held/a"), ("trigger", "held/b")]
    record_property("observed", f"{len(receiver.taken())} alerts arrived, each once, each under its key")
