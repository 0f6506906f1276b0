"""Two homes with killed passes day after day, beside an undisturbed twin with the same days.

They run in the background while tests ask for days.

"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.settings import POINTS as NAMED
from tests.faults.daily_worlds import moment, moving_world
from tests.faults.oracles import Shown, find_litter, find_losses, find_torn, shown
from tests.faults.subprocess_runs import KILLED, log_of, run_pass
from tests.scene import ROUTER_ALONE, Scene

POINTS = [f"{point}.{when}" for point in NAMED for when in ("before", "during", "after")]
LANDS, BUILDS, ALERTS = (POINTS.index(f"{point}.before") for point in ("plan", "build", "alert"))
SHOWN = ("swap.after", *POINTS[ALERTS:])  # from here on readers see what was decided
HOMES = 2
at_once = BoundedSemaphore(2)  # passes that run side by side
ended = Event()  # no pass begins after that


@dataclass(frozen=True)
class Kill:
    """The state left by one killed pass."""

    code: int
    shown: Shown
    torn: list[str]


@dataclass(frozen=True)
class Accident:
    """A day with killed passes and a successful one; `expected` is the twin's state on that day."""

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
    """The undisturbed home: its state on each day, 0 being the first two weeks and the last for the epilogue."""

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
class KilledHome:
    """A home, and the points of the kills of its passes, day by day."""

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
    """The points of the kills, day by day.

    A pass is killed while it fetches, the next while it lands, the next while it builds or publishes, on some days
    another while it alerts. Each does the work of a rerun until its own kill.

    """
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
    """Run a pass and require success."""
    code = run(scene, number, world)
    assert code == 0, f"exit {code}: {log_of(scene).read_text()}"


def fulfil(promise: Future[Any], work: Callable[[], Any]) -> None:
    """Set the future's result, or its exception, from the work."""
    try:
        promise.set_result(work())
    except BaseException as error:  # noqa: BLE001  # raised where the promise is asked
        promise.set_exception(error)


def begin(homes: Sequence[Twin | KilledHome]) -> list[Thread]:
    """Starts all of them at once."""
    threads = [Thread(target=home.live, daemon=True) for home in homes]
    for thread in threads:
        thread.start()
    return threads


@dataclass(frozen=True)
class KilledHomes:
    """The homes, and the world they live in."""

    world: Path
    twin: Twin
    homes: list[KilledHome]

    def accident(self, point: str) -> Accident:
        """Wait for the day of the kill at that point."""
        days = {point: day for home in self.homes for points, day in home.days.items() for point in points}
        return days[point].result()

    @property
    def epilogue(self) -> int:
        """The day after the last accident."""
        return len(self.twin.days) - 1


def is_at_a_point(item: Any, path: Path) -> bool:
    """Whether a test is one of this file's kills."""
    return item.path == path and "point" in getattr(getattr(item, "callspec", None), "params", {})


@pytest.fixture(scope="module")
def killed_homes(
    broker: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[KilledHomes]:
    """Homes living through the requested points; their topics are deleted at the end."""
    asked = [item.callspec.params["point"] for item in request.session.items if is_at_a_point(item, request.path)]
    troubles = troubles_of(asked)
    last = -(-len(troubles) // HOMES) + 1
    root = tmp_path_factory.mktemp("kill")
    ended.clear()
    world = moving_world(root / "world", last + 2)
    twin = Twin(Scene(root / "twin", broker, ROUTER_ALONE), world, [Future() for _ in range(last + 1)])
    homes = [
        KilledHome(Scene(root / f"home{n}", broker, ROUTER_ALONE), world, twin, troubles[n::HOMES])
        for n in range(HOMES)
    ]
    threads = begin([twin, *homes])
    try:
        yield KilledHomes(world, twin, homes)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        for scene in (twin.scene, *(home.scene for home in homes)):
            topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def survived(killed_homes: KilledHomes, point: str) -> str:
    """Compare the day of that kill with the state before, after and in the twin; return a short summary."""
    accident = killed_homes.accident(point)
    left = _stood_at(accident, point)
    _ended_as_twin(accident)
    return f"{left}, {len(accident.after.relations)} relations; rerun as its twin, 0 lost, 0 doubled, 0 left over"


def _stood_at(accident: Accident, point: str) -> str:
    """Nothing torn, and all as before or all as after."""
    left, wanted = accident.kills[point], accident.expected if point in SHOWN else accident.before
    assert left.code == KILLED  # an ordinary end would mean that nobody came by
    assert accident.expected.relations != accident.before.relations  # the day had something to say
    for metric, rows in left.shown.relations.items():
        assert rows == wanted.relations[metric], metric
    assert left.shown.publications == wanted.publications
    assert left.torn == []
    return "all as after" if point in SHOWN else "all as before"


def _ended_as_twin(accident: Accident) -> None:
    assert accident.rerun == 0, accident.said
    for metric, rows in accident.expected.relations.items():
        assert accident.after.relations[metric] == rows, metric
    assert accident.after.publications == accident.expected.publications
    assert accident.after.restatements == accident.expected.restatements
    assert accident.after.files == accident.expected.files
    assert accident.litter == accident.losses == []
