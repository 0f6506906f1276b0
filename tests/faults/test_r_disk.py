"""A home on a really full file system of its own: no call is faked, the kernel refuses the writes."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.faults.daily_worlds import ranked_world
from tests.faults.failing import Effects
from tests.faults.failure_sweep import LEADERBOARDS_ALONE, Failure, FailureSweep, Point, held
from tests.faults.mounting import mount
from tests.scene import Scene

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]
SIZE = 128 * 2**20
FREE = (0, 16 * 2**10, 128 * 2**10, 512 * 2**10, 2 * 2**20, 6 * 2**20)  # from no byte at all to nearly enough


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory, of a fixed size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def crowded(disk: Path, free: int) -> Iterator[None]:
    """Somebody else's file leaves so many bytes."""
    told, filler = os.statvfs(disk), disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, told.f_bavail * told.f_frsize - free)
    try:
        yield
    finally:
        filler.unlink()


def test_r01_a_disk_that_is_full(disk: Path, broker: str, tmp_path: Path, record_property: Record) -> None:
    """A tmpfs of 128 MiB filled by somebody else, then with ever more room, up to 6 MiB."""
    scene, twin = Scene(disk / "home", broker, LEADERBOARDS_ALONE), Scene(tmp_path / "twin", broker, LEADERBOARDS_ALONE)
    sweep = FailureSweep(scene, twin, ranked_world(tmp_path / "world", 2))
    sweep.begin(Effects(twin.root))

    def fill(number: int) -> list[Failure]:
        failures = []
        for free in FREE:
            with crowded(disk, free):
                said, code = sweep.end_of(number, Effects(scene.root))
                failures.append(
                    Failure(Point("bytes left", free, errno.ENOSPC), code is None, said, code, sweep.look())
                )
        return failures

    day = sweep.live(fill)
    held(day, day.failures)
    ends = [failure.said or f"exit {failure.code}" for failure in day.failures]
    assert day.failures[0].said, ends
    for made in (scene, twin):
        topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))
    told = (f"{free // 1024} KiB left: {end.partition(':')[0]}" for free, end in zip(FREE, ends, strict=True))
    record_property("observed", f"{', '.join(told)}; then as the twin")
