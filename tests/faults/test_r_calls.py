"""One side effect of a pass after another is refused: before or after for readers, and then as if nothing had been."""

import errno
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.faults.daily_worlds import moving_world
from tests.faults.failing import Effects
from tests.faults.failure_sweep import FULL, Day, Failure, FailureSweep, Point, days_of, held, told
from tests.scene import ROUTER_ALONE, Scene
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]
Record = Callable[[str, Any], None]
# What `make test` tries of all that `make faults` goes through.
FEW = (
    Point("open in connectors/storage/archive.py:keep", 1, errno.ENOSPC),
    Point("os.rename in connectors/storage/landing/__init__.py:write_tables", 1, errno.EIO),
    Point("commit in connectors/storage/publications/decisions.py:record", 1, errno.ENOSPC),
    Point("os.rename in connectors/storage/publications/published.py:publish", 1, errno.EROFS),
)


@dataclass(frozen=True)
class Swept:
    """The first day of a sweep, and all effects of its twin on it."""

    sweep: FailureSweep
    effects: Effects
    first: Day


@pytest.fixture(scope="module")
def swept(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    root = tmp_path_factory.mktemp("calls")
    scene, twin = (Scene(root / name, broker, ROUTER_ALONE) for name in ("home", "twin"))
    sweep = FailureSweep(scene, twin, moving_world(root / "world", 60))
    effects = Effects(twin.root)
    sweep.begin(effects)
    yield Swept(sweep, effects, sweep.day(FEW))
    for made in (scene, twin):
        topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))


@pytest.fixture(scope="module")
def days(swept: Swept) -> list[Day]:
    """The whole sweep."""
    return [swept.sweep.day(points) for points in days_of(swept.effects)]


def of(failures: list[Failure], is_full: bool) -> list[Failure]:
    return [failure for failure in failures if (failure.point.error in FULL) == is_full]


def test_r01_no_space_at_a_few_writes(swept: Swept, record_property: Record) -> None:
    """ENOSPC while a page is kept, and when the decisions commit."""
    failures = of(swept.first.failures, is_full=True)
    held(swept.first, failures)
    assert all(failure.is_reached and failure.said for failure in failures)
    record_property("observed", told(failures))


def test_r02_a_read_only_and_a_broken_disk_at_a_few_writes(swept: Swept, record_property: Record) -> None:
    """EIO while a landed file is put in place, EROFS while the published file is."""
    failures = of(swept.first.failures, is_full=False)
    held(swept.first, failures)
    assert all(failure.is_reached and failure.said for failure in failures)
    record_property("observed", told(failures))


def test_k18_what_is_renamed_is_synced_before_and_its_folder_after(swept: Swept, record_property: Record) -> None:
    """A shim around fsync, rename and mkdir: only synced data would survive a power cut."""
    seen = [entry for entry in swept.effects.seen if entry[0] in ("open", "fsync", "os.rename", "os.mkdir")]
    kinds, home = Counter(what for what, _, _ in seen), swept.sweep.twin.home
    for index, (what, path, to) in enumerate(seen):
        if what == "os.rename":
            assert seen[index - 1][:2] == ("fsync", path), path
            assert seen[index + 1][:2] == ("fsync", str(Path(to).parent)), to
        if what == "os.mkdir" and Path(path) != home.root and not path.startswith(str(home.build)):
            assert seen[index + 1][:2] == ("fsync", str(Path(path).parent)), path
    assert kinds["os.rename"] > 20
    record_property("observed", f"{kinds['os.rename']} renames, {kinds['fsync']} syncs, in order")


def test_r02_another_error_at_every_place(swept: Swept, days: list[Day], record_property: Record) -> None:
    """EROFS, EACCES or EIO at the last call of every writing place of our code, one place a pass."""
    for day in days:
        held(day, day.failures)
    record_property("observed", told([failure for day in days for failure in day.failures]))


def test_r04_no_file_descriptors_left(swept: Swept, record_property: Record) -> None:
    """RLIMIT_NOFILE so low that a pass may open four, then sixteen more files."""
    day = swept.sweep.starve((4, 16))
    held(day, day.failures)
    ends = [failure.said or f"exit {failure.code}" for failure in day.failures]
    assert all("oo many open files" in end or end == f"exit {ExitCode.HELD}" for end in ends), ends
    assert "oo many open files" in ends[0]
    assert "(ulimit -n)" in ends[0], "the error names what mends it"
    said = re.sub(r":[0-9]+ ", ":PORT ", ", ".join(dict.fromkeys(ends)))
    record_property("observed", f"passes end with {said}")
