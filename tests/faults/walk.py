"""A home in which one call after another fails, beside a twin in which none does."""

import errno
import resource
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from pathlib import Path

from flows import settings
from flows.deployments import run_once
from flows.refresh import Report
from tests.faults.failing import Effects, Place, watched
from tests.faults.moving import moment
from tests.faults.oracles import Shown, find_litter, find_losses, shown
from tests.scene import Scene

FULL = (errno.ENOSPC,)
DENIED = (errno.EROFS, errno.EACCES, errno.EIO)
# How many calls fail a day, by the stage in which they are met: each pass gets a little further than the one before.
A_DAY = {"begin": 1, "ingest": 2, "land": 2, "transform": 2, "publish": 6, "notify": 1}


@dataclass(frozen=True)
class Point:
    """The n-th call at a place, refused with an error number."""

    place: Place
    number: int
    error: int


@dataclass(frozen=True)
class Failure:
    """What a pass with a refused call left: an error, or the exit code where it went through all the same."""

    point: Point
    is_reached: bool
    said: str
    code: int | None
    shown: Shown


@dataclass(frozen=True)
class Day:
    """Passes that failed, one that went through, and what the twin shows after that day."""

    before: Shown
    failures: list[Failure]
    report: Report
    after: Shown
    expected: Shown
    litter: list[str]
    losses: list[str]


@dataclass
class Walk:
    """Both homes, day by day from the first two weeks on."""

    scene: Scene
    twin: Scene
    world: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self) -> Effects:
        """Both live the first weeks, and the twin a day more, of which all effects are noted."""
        for scene in (self.scene, self.twin):
            play(scene, 0, self.world)
        effects = Effects(self.twin.root)
        play(self.twin, 1, self.world, effects)
        return effects

    def day(self, points: Sequence[Point]) -> Day:
        """A pass for each point, then one that is left alone."""
        number = next(self.numbers)
        if number > 1:
            play(self.twin, number, self.world)
        before = shown(self.scene)
        failures = [self._fail(number, point) for point in points]
        report = play(self.scene, number, self.world)
        after, expected = shown(self.scene), shown(self.twin)
        return Day(before, failures, report, after, expected, find_litter(self.scene), find_losses(self.scene))

    def starve(self, spares: Sequence[int]) -> Day:
        """A pass for each number of file descriptors that it has left, then one that has enough."""
        number = next(self.numbers)
        play(self.twin, number, self.world)
        before = shown(self.scene)
        failures = [self._fail(number, Point("descriptors", spare, errno.EMFILE)) for spare in spares]
        report = play(self.scene, number, self.world)
        after, expected = shown(self.scene), shown(self.twin)
        return Day(before, failures, report, after, expected, find_litter(self.scene), find_losses(self.scene))

    def _fail(self, number: int, point: Point) -> Failure:
        effects = Effects(self.scene.root, fail=(point.place, point.number), error=point.error)
        said, code = "", None
        spare = point.number if point.error == errno.EMFILE else None
        try:
            with limited(spare):
                code = int(play(self.scene, number, self.world, effects).exit_code)
        except Exception as error:  # noqa: BLE001  # whatever it is: what it leaves is what counts
            said = f"{type(error).__name__}: {error}"
        return Failure(point, bool(effects.refused or spare), said, code, shown(self.scene))


@contextmanager
def limited(spare: int | None) -> Iterator[None]:
    """This process may open no more files than so many besides those it has open; all it likes for None."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if spare is not None:
        taken = {int(handle.name) for handle in Path("/proc/self/fd").iterdir()}
        free = (number for number in count() if number not in taken)
        resource.setrlimit(resource.RLIMIT_NOFILE, (next(islice(free, spare, None)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def play(scene: Scene, number: int, world: Path, effects: Effects | None = None) -> Report:
    """A pass on the n-th day, in this process."""
    effects = effects or Effects(scene.root)
    with watched(effects):
        moment_ = datetime.fromisoformat(moment(number))
        return run_once(settings.load(scene.variables), moment_, world, (), effects.hear)


def days_of(effects: Effects) -> list[list[Point]]:
    """Every place twice: its first call without space, its last one with another error; spread over days."""
    lanes: dict[str, list[Point]] = defaultdict(list)
    for index, (place, calls) in enumerate(effects.counts.items()):
        lane = lanes[effects.stages[place]]
        lane.append(Point(place, 1, FULL[0]))
        lane.append(Point(place, calls, DENIED[index % len(DENIED)]))
    days: list[list[Point]] = []
    while any(lanes.values()):
        days.append([lane.pop(0) for stage, lane in lanes.items() for _ in range(A_DAY[stage]) if lane])
    return days
