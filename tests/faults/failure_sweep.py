"""A home with one failing call after another, beside an undisturbed twin."""

import errno
import resource
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows import settings
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from tests.faults.daily_worlds import moment, ranked_world
from tests.faults.failing import Call, Effects, Further, Place, watched
from tests.faults.oracles import Shown, find_litter, find_losses, shown, versions
from tests.scene import Scene
from tokenshare.columns import columns_of
from tokenshare.metrics import METRICS

FULL = (errno.ENOSPC,)
LEADERBOARDS_ALONE = {"TOKENSHARE_SOURCES_OFF": "claims,disclosures,releases"}
MOST_DAYS = 60
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
    """The outcome of a pass with a refused call: an error, or the exit code if it finished all the same."""

    point: Point
    is_reached: bool
    said: str
    code: int | None
    shown: Shown


@dataclass(frozen=True)
class Day:
    """Failed passes, a successful one, and the twin's view after that day."""

    before: Shown
    failures: list[Failure]
    report: Report
    after: Shown
    expected: Shown
    litter: list[str]
    losses: list[str]


@dataclass
class FailureSweep:
    """Both homes, day by day from the first ones on."""

    scene: Scene
    twin: Scene
    world: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    seen: dict[tuple[int, int], Shown] = field(default_factory=dict)  # by the published file, which is never edited

    def begin(self, effects: Effects) -> None:
        """Run the first days in both homes and one more in the twin, noting all its effects."""
        for scene in (self.scene, self.twin):
            play(scene, 0, self.world)
        play(self.twin, 1, self.world, effects)

    def day(self, points: Iterable[Point]) -> Day:
        """Run a pass for each point, then one without a failure."""
        return self.live(lambda number: [self._fail_at(number, point) for point in points])

    def starve(self, spares: Sequence[int]) -> Day:
        """Run a pass for each number of remaining file descriptors, then one with enough of them."""
        return self.day(Point("descriptors", spare, errno.EMFILE) for spare in spares)

    def go_further(self, done: set[Call], among: Callable[[str], bool]) -> Day:
        """Run passes, each refused the first call not refused before, until one meets no such call."""
        return self.live(lambda number: list(self._fail_further(number, done, among)))

    def live(self, fail: Callable[[int], list[Failure]]) -> Day:
        """Run a day with passes failing as `fail` decides by their number, then one without a failure."""
        number = next(self.numbers)
        if number > 1:
            play(self.twin, number, self.world)
        before = shown(self.scene)
        failures = fail(number)
        report = play(self.scene, number, self.world)
        after, expected = shown(self.scene), shown(self.twin)
        return Day(before, failures, report, after, expected, find_litter(self.scene), find_losses(self.scene))

    def _fail_at(self, number: int, point: Point) -> Failure:
        effects = Effects(self.scene.root, fail=(point.place, point.number), error=point.error)
        spare = point.number if point.error == errno.EMFILE else None
        said, code = self.end_of(number, effects, spare)
        return Failure(point, bool(effects.refused or spare), said, code, self.look())

    def _fail_further(self, number: int, done: set[Call], among: Callable[[str], bool]) -> Iterator[Failure]:
        while True:
            effects = Further(self.scene.root, done=done, among=among)
            said, code = self.end_of(number, effects)
            if not effects.refused:
                return
            yield Failure(Point(*effects.refused[0], effects.error), True, said, code, self.look())

    def end_of(self, number: int, effects: Effects, spare: int | None = None) -> tuple[str, int | None]:
        """The message of a failing pass, or the exit code of a successful one."""
        try:
            with limited(spare):
                return "", int(play(self.scene, number, self.world, effects).exit_code)
        except Exception as error:  # noqa: BLE001  # whatever it is: what it leaves is what counts
            return f"{type(error).__name__}: {error}", None

    def look(self) -> Shown:
        """The published state now; a file already read is recognised by its inode and modification time."""
        told = self.scene.home.published_file.stat()
        if (told.st_ino, told.st_mtime_ns) not in self.seen:
            self.seen = {(told.st_ino, told.st_mtime_ns): shown(self.scene)}
        return self.seen[told.st_ino, told.st_mtime_ns]


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
    """Every place once, with its last call and one error after another; spread over days."""
    lanes: dict[str, list[Point]] = defaultdict(list)
    for index, (place, calls) in enumerate(effects.counts.items()):
        lanes[effects.stages[place]].append(Point(place, calls, DENIED[index % len(DENIED)]))
    days: list[list[Point]] = []
    while any(lanes.values()):
        days.append([lane.pop(0) for stage, lane in lanes.items() for _ in range(A_DAY[stage]) if lane])
    return days


@dataclass(frozen=True)
class Exhausted:
    """Days until every call was refused once: the calls of an undisturbed pass, and all refused ones."""

    days: list[Day]
    met: set[Call]
    done: set[Call]


def exhaust(broker: str, root: Path, among: Callable[[str], bool]) -> Exhausted:
    """Refuses every call in some stages of a pass over one leaderboard, day by day, as far as each day lets it."""
    scene, twin = (Scene(root / name, broker, LEADERBOARDS_ALONE) for name in ("home", "twin"))
    sweep = FailureSweep(scene, twin, ranked_world(root / "world", MOST_DAYS))
    undisturbed = Further(twin.root, among=among, is_patient=True)
    sweep.begin(undisturbed)
    done: set[Call] = set()
    days = [sweep.go_further(done, among)]
    while days[-1].failures and len(days) < MOST_DAYS:
        days.append(sweep.go_further(done, among))
    for made in (scene, twin):
        topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))
    return Exhausted(days, undisturbed.met, done)


def values(found: Shown) -> dict[str, list[tuple[Any, ...]]]:
    """The published rows of each metric, less the marks of its status."""
    return {metric.id: [row[: len(columns_of(metric.row))] for row in found.relations[metric.id]] for metric in METRICS}


def let_out(found: Shown) -> set[tuple[Any, ...]]:
    """Metric, version and digest of everything published; a holding pass has rows of its own besides."""
    return {row[:3] for row in versions(found) if row[3] != "held"}


def files_out(found: Shown) -> dict[str, str]:
    """The files of published versions; held candidates stay on record beside them."""
    return {path: digest for path, digest in found.files.items() if "/held/" not in path}


def held(day: Day, failures: list[Failure]) -> None:
    """Before or after at every instant, or before and marked as held; and then as the twin."""
    before, expected = values(day.before), values(day.expected)
    for failure in failures:
        for metric, rows in values(failure.shown).items():
            assert rows in (before[metric], expected[metric]), (failure.point, metric)
        assert let_out(failure.shown) <= let_out(day.before) | let_out(day.expected), failure.point
    assert day.report.exit_code == 0
    assert day.after.relations == day.expected.relations
    assert let_out(day.after) == let_out(day.expected)
    assert day.after.restatements == day.expected.restatements
    assert files_out(day.after) == files_out(day.expected)
    assert day.litter == day.losses == []


def told(failures: list[Failure]) -> str:
    reached = [failure for failure in failures if failure.is_reached]
    places = {failure.point.place for failure in reached}
    return f"{len(reached)} refused calls at {len(places)} places: before or after, then as the twin"
