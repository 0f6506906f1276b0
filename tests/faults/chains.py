"""Homes that live through one accident a day, beside a twin that lives the same days undisturbed."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from typing import Any

from flows.settings import POINTS as NAMED
from tests.faults.moving import moment
from tests.faults.oracles import Shown, find_litter, find_losses, find_torn, shown
from tests.faults.passes import log_of, run_pass
from tests.scene import Scene

POINTS = [f"{point}.{when}" for point in NAMED for when in ("before", "during", "after")]
LANDS, BUILDS, ALERTS = (POINTS.index(f"{point}.before") for point in ("plan", "build", "alert"))
SHOWN = ("swap.after", *POINTS[ALERTS:])  # from here on readers see what was decided
HOMES = 2
at_once = BoundedSemaphore(2)  # passes that run side by side
ended = Event()  # no pass begins after that


@dataclass(frozen=True)
class Kill:
    """What one killed pass left."""

    code: int
    shown: Shown
    torn: list[str]


@dataclass(frozen=True)
class Accident:
    """A day on which passes were killed and one went through; `expected` is what the twin shows on that day."""

    before: Shown
    kills: dict[str, Kill]
    rerun: int
    said: str
    after: Shown
    expected: Shown
    litter: list[str]
    losses: list[str]


@dataclass
class Twin:
    """The undisturbed home: what it shows on each day, 0 being the first two weeks and the last for the epilogue."""

    scene: Scene
    world: Path
    days: list[Future[Shown]]

    def live(self) -> None:
        for number, day in enumerate(self.days):
            fulfil(day, lambda number=number: self._day(number))

    def _day(self, number: int) -> Shown:
        run_well(self.scene, number, self.world)
        return shown(self.scene)


@dataclass
class Chain:
    """A home, and the points at which its passes are killed, day by day."""

    scene: Scene
    world: Path
    twin: Twin
    troubles: Sequence[tuple[str, ...]]
    days: dict[tuple[str, ...], Future[Accident]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = {points: Future() for points in self.troubles}

    def live(self) -> None:
        first: Future[None] = Future()
        fulfil(first, lambda: run_well(self.scene, 0, self.world))
        for number, (points, day) in enumerate(self.days.items(), start=1):
            fulfil(day, lambda number=number, points=points: first.result() or self._day(number, points))

    def _day(self, number: int, points: Sequence[str]) -> Accident:
        before = shown(self.scene)
        kills = {point: self._kill(number, point) for point in points}
        rerun = run(self.scene, number, self.world)
        return Accident(
            before, kills, rerun, log_of(self.scene).read_text(), shown(self.scene),
            self.twin.days[number].result(), find_litter(self.scene), find_losses(self.scene),
        )  # fmt: skip

    def _kill(self, number: int, point: str) -> Kill:
        code = run(self.scene, number, self.world, point)
        return Kill(code, shown(self.scene), find_torn(self.scene))


def troubles_of(points: Sequence[str]) -> list[tuple[str, ...]]:
    """What happens day by day: a pass is killed while it fetches, the next while it lands, the next while it builds or
    publishes, on some days another while it alerts; each does what a rerun does, until it dies itself."""
    stages = pairwise((0, LANDS, BUILDS, ALERTS, len(POINTS)))
    kills = [[point for point in POINTS[first:end] if point in points] for first, end in stages]
    return [tuple(point for point in day if point) for day in zip_longest(*kills)]


def run(scene: Scene, number: int, world: Path, kill_at: str = "") -> int:
    """A pass on the n-th day, two at most at a time."""
    with at_once:
        if ended.is_set():
            raise InterruptedError("the tests have ended")
        return run_pass(scene, moment(number), world, kill_at)


def run_well(scene: Scene, number: int, world: Path) -> None:
    """A pass that must go through."""
    code = run(scene, number, world)
    assert code == 0, f"exit {code}: {log_of(scene).read_text()}"


def fulfil(promise: Future[Any], work: Callable[[], Any]) -> None:
    """What the work gives or raises becomes the promise's."""
    try:
        promise.set_result(work())
    except BaseException as error:  # noqa: BLE001  # raised where the promise is asked
        promise.set_exception(error)


def begin(lives: Sequence[Twin | Chain]) -> list[Thread]:
    """All lives at once."""
    threads = [Thread(target=life.live, daemon=True) for life in lives]
    for thread in threads:
        thread.start()
    return threads
