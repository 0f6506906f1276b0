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
from tests.faults.failing import Effects
from tests.faults.moving import moving_world
from tests.faults.walk import FULL, Day, Failure, Point, Walk, days_of, held, told
from tests.scene import ROUTER_ALONE, Scene
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]
Record = Callable[[str, Any], None]
# What `make test` tries of all that `make faults` walks over.
FEW = (
    Point("open in connectors/storage/archive.py:keep", 1, errno.ENOSPC),
    Point("os.rename in connectors/storage/landing.py:write_table", 1, errno.EIO),
    Point("commit in connectors/storage/decisions.py:record", 1, errno.ENOSPC),
    Point("os.rename in connectors/storage/published.py:publish", 1, errno.EROFS),
)


@dataclass(frozen=True)
class Walked:
    """The first day of a walk, and all that its twin did on it."""

    walk: Walk
    effects: Effects
    first: Day


@pytest.fixture(scope="module")
def walked(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    root = tmp_path_factory.mktemp("calls")
    scene, twin = (Scene(root / name, broker, ROUTER_ALONE) for name in ("home", "twin"))
    walk = Walk(scene, twin, moving_world(root / "world", 60))
    effects = Effects(twin.root)
    walk.begin(effects)
    yield Walked(walk, effects, walk.day(FEW))
    for made in (scene, twin):
        topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))


@pytest.fixture(scope="module")
def days(walked: Walked) -> list[Day]:
    """The whole walk."""
    return [walked.walk.day(points) for points in days_of(walked.effects)]


def of(failures: list[Failure], is_full: bool) -> list[Failure]:
    return [failure for failure in failures if (failure.point.error in FULL) == is_full]


def test_r01_no_space_at_a_few_writes(walked: Walked, record_property: Record) -> None:
    """ENOSPC while a page is kept, and when the decisions commit."""
    failures = of(walked.first.failures, is_full=True)
    held(walked.first, failures)
    assert all(failure.is_reached and failure.said for failure in failures)
    record_property("observed", told(failures))


def test_r02_a_read_only_and_a_broken_disk_at_a_few_writes(walked: Walked, record_property: Record) -> None:
    """EIO while a landed file is put in place, EROFS while the published file is."""
    failures = of(walked.first.failures, is_full=False)
    held(walked.first, failures)
    assert all(failure.is_reached and failure.said for failure in failures)
    record_property("observed", told(failures))


def test_k18_what_is_renamed_is_synced_before_and_its_folder_after(walked: Walked, record_property: Record) -> None:
    """A shim around fsync, rename and mkdir: what a power cut would find is what was synced."""
    seen = [entry for entry in walked.effects.seen if entry[0] in ("open", "fsync", "os.rename", "os.mkdir")]
    kinds, home = Counter(what for what, _, _ in seen), walked.walk.twin.home
    for index, (what, path, to) in enumerate(seen):
        if what == "os.rename":
            assert seen[index - 1][:2] == ("fsync", path), path
            assert seen[index + 1][:2] == ("fsync", str(Path(to).parent)), to
        if what == "os.mkdir" and Path(path) != home.root and not path.startswith(str(home.build)):
            assert seen[index + 1][:2] == ("fsync", str(Path(path).parent)), path
    assert kinds["os.rename"] > 20
    record_property("observed", f"{kinds['os.rename']} renames, {kinds['fsync']} syncs, in order")


def test_r02_another_error_at_every_place(walked: Walked, days: list[Day], record_property: Record) -> None:
    """EROFS, EACCES or EIO at the last call of every place of our code that writes, one place a pass."""
    for day in days:
        held(day, day.failures)
    record_property("observed", told([failure for day in days for failure in day.failures]))


def test_r04_no_file_descriptors_left(walked: Walked, record_property: Record) -> None:
    """RLIMIT_NOFILE so low that a pass may open four, then sixteen files more than it has."""
    day = walked.walk.starve((4, 16))
    held(day, day.failures)
    ends = [failure.said or f"exit {failure.code}" for failure in day.failures]
    assert all("oo many open files" in end or end == f"exit {ExitCode.HELD}" for end in ends), ends
    assert "oo many open files" in ends[0]
    assert "(ulimit -n)" in ends[0], "the error names what mends it"
    said = re.sub(r":[0-9]+ ", ":PORT ", ", ".join(dict.fromkeys(ends)))
    record_property("observed", f"passes end with {said}")
