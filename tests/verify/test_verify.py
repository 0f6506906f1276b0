"""`verify` keeps silent about a sound home, and names what was done to any other."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import lock
from connectors.storage.home import Home
from expectations.promises import PROMISES
from flows.verify import verify
from tests.cli.homes import HOLD, other_process
from tests.verify.corruptions import CORRUPTIONS
from tokenshare.errors import Busy, UsageError

pytestmark = pytest.mark.timeout(600)
CHEAP = tuple(promise for promise in PROMISES if promise.name != "numbers_come_from_their_offsets")


def examine(home: Home, **options: Any) -> dict[str, Any]:
    return verify(home, lambda _: None, **options)


def test_a_sound_home_keeps_every_promise(clean: Home) -> None:
    before = signature(clean)
    told = examine(clean, is_all=True)
    assert told["breaches"] == []
    assert told["status"] == "ok"
    assert {one["promise"]: one["status"] for one in told["promises"]} == {p.name: "kept" for p in PROMISES}
    assert told["recomputed"]["passes"] == 2
    assert told["recomputed"]["versions"] > told["recomputed"]["metrics"] > 10
    assert told["recomputed"]["not_by_these_models"] == []
    assert signature(clean) == before


def test_a_sample_computes_what_readers_see(clean: Home) -> None:
    told = examine(clean)
    assert (told["breaches"], told["recomputed"]["passes"]) == ([], 1)
    assert told["recomputed"]["versions"] == told["recomputed"]["metrics"] > 10


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_spoilt_home_is_told_by_name(name: str, copied: Callable[[], Home]) -> None:
    home, corruption = copied(), CORRUPTIONS[name]
    corruption.spoil(home)
    told = examine(home, is_all=corruption.is_all, promises=PROMISES if corruption.is_remade else CHEAP)
    assert {breach["promise"] for breach in told["breaches"]} == set(corruption.named), told["breaches"]
    assert any(corruption.where in breach["where"] for breach in told["breaches"]), told["breaches"]
    assert all(breach["observed"] and breach["expected"] and breach["mend"] for breach in told["breaches"])
    assert told["status"] == "broken"


def test_every_promise_is_seen_broken() -> None:
    assert {name for corruption in CORRUPTIONS.values() for name in corruption.named} == {p.name for p in PROMISES}


def test_a_home_without_decisions_says_what_to_restore(copied: Callable[[], Home]) -> None:
    home = copied()
    home.warehouse.unlink()
    with pytest.raises(UsageError, match=r"there is no .*warehouse\.duckdb: restore build"):
        examine(home)


def test_a_damaged_build_database_says_what_to_restore(copied: Callable[[], Home]) -> None:
    home = copied()
    home.warehouse.write_bytes(home.warehouse.read_bytes()[:5000])
    with pytest.raises(UsageError, match=r"warehouse\.duckdb is not readable: restore build"):
        examine(home)


def test_a_pass_at_work_is_named(copied: Callable[[], Home]) -> None:
    home = copied()
    with other_process(HOLD, home.lock) as holder, pytest.raises(Busy, match=f"pid {holder.pid}"):
        examine(home)


def signature(home: Home) -> dict[str, tuple[int, int]]:
    """Size and time of every file."""
    found = {str(path): path.stat() for path in sorted(home.root.rglob("*"))}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}
