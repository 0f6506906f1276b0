"""A stopped pass, replaced by another and continued: it changes nothing, wherever it was stopped."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest

from connectors import lock
from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.warehouse import WarehouseLocked
from flows.setup.clock import now
from tests.faults.daily_worlds import moment, moving_world
from tests.faults.oracles import Shown, find_litter, find_losses, shown
from tests.forked import PATIENCE_SECONDS, forks
from tests.receiver import listening
from tests.scene import ROUTER_ALONE, Scene
from tokenshare.errors import Busy, ExitCode

pytestmark = [pytest.mark.kill, pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]
STATIONS = ("ingest", "land", "transform", "publish")


def stop_at(variables: Mapping[str, str], as_of: str, world: Path, station: str) -> None:
    """A pass stopped, as by SIGSTOP from outside, at a station; runs in a process of its own."""
    from flows import settings
    from flows.cli.output import silence_libraries
    from flows.orchestration import runner

    def progress(text: str) -> None:
        if text == station:
            os.kill(os.getpid(), signal.SIGSTOP)

    silence_libraries()
    try:
        runner.run_once(settings.load(variables), datetime.fromisoformat(as_of), world, (), progress)
    except Busy as busy:
        print(busy, file=sys.stderr)
        sys.exit(int(busy.exit_code))


@contextmanager
def stopped(scene: Scene, number: int, world: Path, station: str) -> Iterator[BaseProcess]:
    """The process, once it has stopped; ended afterwards."""
    process = forks.Process(target=stop_at, args=(scene.variables, moment(number), world, station))
    process.start()
    try:
        deadline = monotonic() + PATIENCE_SECONDS
        while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
            assert process.is_alive(), f"it ended with {process.exitcode}"
            assert monotonic() < deadline, f"it did not come to {station}"
            sleep(0.05)
        yield process
    finally:
        process.kill()
        process.join()


def go_on(process: BaseProcess) -> int:
    """Continue a process; return its exit code."""
    os.kill(process.pid or 0, signal.SIGCONT)
    process.join(PATIENCE_SECONDS)
    assert process.exitcode is not None, "it hangs"
    return int(process.exitcode)


@dataclass(frozen=True)
class Ended:
    """The outcome of zombies by the station of their stop, and the published state before they went on."""

    codes: dict[str, int]
    before: Shown
    after: Shown
    litter: list[str]
    losses: list[str]


@pytest.fixture(scope="module")
def home_of(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Scene]]:
    """Makes homes; their topics are deleted at the end."""
    made: list[Scene] = []

    def make(name: str) -> Scene:
        made.append(Scene(tmp_path_factory.mktemp(name) / "home", broker, ROUTER_ALONE))
        return made[-1]

    yield make
    for scene in made:
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_world(tmp_path_factory.mktemp("zombies") / "world", 8)


@pytest.fixture(scope="module")
def ended(home_of: Callable[[str], Scene], world: Path) -> Ended:
    """Four passes, each stopped at another station and its locks taken from it; one goes through; then all go on."""
    scene, zombies = home_of("haunted"), {}
    scene.refresh(moment(0), world)
    with (
        stopped(scene, 1, world, STATIONS[0]) as zombies[STATIONS[0]],
        taken(scene),
        stopped(scene, 2, world, STATIONS[1]) as zombies[STATIONS[1]],
        taken(scene),
        stopped(scene, 3, world, STATIONS[2]) as zombies[STATIONS[2]],
        taken(scene),
        stopped(scene, 4, world, STATIONS[3]) as zombies[STATIONS[3]],
        taken(scene),
    ):
        assert scene.refresh(moment(5), world).exit_code == ExitCode.OK
        before = shown(scene)
        codes = {station: go_on(process) for station, process in zombies.items()}
        after = shown(scene)
    assert scene.refresh(moment(6), world).exit_code == ExitCode.OK
    return Ended(codes, before, after, find_litter(scene), find_losses(scene))


@contextmanager
def taken(scene: Scene) -> Iterator[None]:
    """No lock keeps anybody out: the lock file is removed, and the database is another file, as after a restore."""
    scene.home.lock.unlink()
    for path in scene.home.build.glob(f"{scene.home.warehouse.name}*"):
        shutil.copy2(path, copy := path.with_suffix(".restored"))
        copy.replace(path)
    yield


@pytest.mark.parametrize("station", STATIONS)
def test_k17_a_zombie_is_refused_where_it_goes_on(ended: Ended, station: str, record_property: Record) -> None:
    """SIGSTOP at a station, all locks taken away, four passes so in a row, one whole pass, then SIGCONT to all."""
    assert ended.codes[station] == ExitCode.BUSY
    record_property("observed", f"exit {ended.codes[station]}")


def test_k17_readers_see_nothing_of_zombies(ended: Ended, record_property: Record) -> None:
    """SIGCONT of four zombies after a whole pass."""
    assert ended.after == ended.before
    record_property("observed", f"{len(ended.after.relations)} relations unmoved")


def test_k17_the_next_pass_finds_every_record_once(ended: Ended, record_property: Record) -> None:
    """SIGCONT of four zombies, then a pass."""
    assert ended.litter == ended.losses == []
    record_property("observed", "0 lost, 0 doubled, 0 left over")


def test_k17_without_its_lock_file_a_stopped_pass_keeps_others_out(
    home_of: Callable[[str], Scene], world: Path, record_property: Record
) -> None:
    """SIGSTOP while it lands, the lock file removed, then a pass, SIGCONT and another pass."""
    scene = home_of("unlocked")
    scene.refresh(moment(0), world)
    before = shown(scene)
    with stopped(scene, 1, world, "land") as process:
        scene.home.lock.unlink()
        with pytest.raises(WarehouseLocked, match=rf"PID {process.pid}\): close that program"):
            scene.refresh(moment(2), world)
        assert go_on(process) == ExitCode.BUSY
        assert shown(scene) == before
    assert scene.refresh(moment(3), world).exit_code == ExitCode.OK
    assert find_litter(scene) == find_losses(scene) == []
    record_property("observed", "refused, and the pid named; the stopped one resumes and changes nothing")


def test_k17_take_over_ends_a_stopped_pass_and_does_its_work(
    home_of: Callable[[str], Scene], world: Path, record_property: Record
) -> None:
    """SIGSTOP while it lands; two passes with the lock in place after 90 s of silence, then one with --take-over."""
    scene = home_of("stuck")
    with listening() as receiver, stopped(scene, 0, world, "land") as process:
        os.utime(scene.home.lock, (now().timestamp() - 90,) * 2)
        hook = {"TOKENSHARE_ALERT_WEBHOOK_URL": f"{receiver.url}/hook"}
        turned_away = replace(scene, environ={**scene.environ, **hook})
        for _ in range(2):
            with pytest.raises(Busy, match=rf"pid {process.pid} owns the home and has sent no heartbeat") as caught:
                turned_away.refresh(moment(0), world)
            assert caught.value.exit_code == ExitCode.BUSY
        (told,) = [request.document for request in receiver.taken("/hook")]
        assert (told["action"], told["kind"]) == ("inform", "skipped")
        assert f"pid {process.pid}" in told["faults"][0]["reason"]
        assert scene.refresh(moment(0), world, take_over=True).exit_code == ExitCode.OK
        process.join(10)
        assert process.exitcode == -signal.SIGKILL
    assert not lock.is_held(scene.home.lock)
    assert find_litter(scene) == find_losses(scene) == []
    record_property("observed", "exit 75 twice, naming the pid, and one alert; taken over, exit 0")
