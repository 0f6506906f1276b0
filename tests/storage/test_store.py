"""A home whose landed files and archive are in an object store: the same numbers as of any other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from connectors.storage import landing
from connectors.storage.home.objects import names_in
from flows import settings
from flows.operations import compact, reland
from flows.queries import doctor, upgrade
from flows.queries.trace import trace
from flows.queries.verify import verify
from tests.object_store import ObjectStore
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tests.storage.scenes import apart, numbers, silent
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.offsets import Range
from tokenshare.topics import USAGE_OBSERVED

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
BEGINNING = date(2026, 5, 4)
FIRST, SECOND = "2026-06-15T05:00:00+00:00", "2026-06-22T05:00:00+00:00"
SHARE = METRIC_BY_ID["china_share_origin_weekly"]


@dataclass
class Two:
    """A home with all inside, and one with its landed files and archive in a store; both saw the same."""

    local: Scene
    remote: Scene
    store: ObjectStore


@pytest.fixture(scope="module")
def two(home_of: Callable[..., Scene], shared_store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("worlds")
    early = write_rankings(folder / "early", small_rows(BEGINNING, 42))
    late = write_rankings(folder / "late", small_rows(BEGINNING, 49))
    local = home_of("local", **ROUTER_ALONE)
    remote = home_of("remote", **ROUTER_ALONE, **apart(shared_store))
    for scene in (local, remote):
        assert statuses(scene.refresh(FIRST, early))[SHARE.id] == "published"
        assert statuses(scene.refresh(SECOND, late))[SHARE.id] == "published"
    return Two(local, remote, shared_store)


def test_two_passes_publish_what_a_home_with_all_inside_publishes(two: Two) -> None:
    assert numbers(two.remote) == numbers(two.local)
    assert len(numbers(two.remote)[SHARE.id]) == 7
    assert [version["version"] for version in two.remote.catalog("publications", metric=SHARE.id)] == [1, 2]


def test_all_files_are_in_the_store_and_none_in_the_home(two: Two) -> None:
    inside = [path for kind in ("landing", "archive") for path in (two.remote.root / kind).rglob("*")]
    assert inside == []
    landed = [name for name in two.store.path("home", "landing").names() if name != ".home"]
    assert landed == names_in(two.local.home.landing)
    archived = [name.rpartition("/")[2] for name in two.store.path("home", "archive").names()]
    assert sorted({*archived} - {".home"}) == sorted({Path(name).name for name in names_in(two.local.home.archive)})


def test_it_keeps_every_promise_over_every_version(two: Two) -> None:
    told = verify(two.remote.home, silent, is_all=True)
    assert (told["status"], told["breaches"]) == ("ok", [])
    assert told["recomputed"]["passes"] == 2


def test_a_number_is_traced_to_its_offsets_and_made_again(two: Two) -> None:
    one, other = (trace(scene.home, SHARE, ["2026-W25"]) for scene in (two.remote, two.local))
    assert one.is_equal
    assert one.spans == other.spans
    assert one.row == other.row


def test_doctor_and_upgrade_look_there(two: Two) -> None:
    given = settings.load(two.remote.variables)
    said = {found.name: found for found in doctor.examine(given, two.remote.variables)}
    assert said["landing"].is_well
    assert said["landing"].said == str(two.store.path("home", "landing"))
    assert said["archive"].said == str(two.store.path("home", "archive"))
    assert upgrade.foresee(given)["status"] == "nothing to do"


def test_a_lost_object_is_named_and_landed_again(two: Two) -> None:
    given, home = settings.load(two.remote.variables), two.remote.home
    name = next(name for name in names_in(home.landing) if name.startswith(USAGE_OBSERVED.name))
    topic, partition, ends = name.removesuffix(".parquet").split("/")
    wanted = Range(topic, int(partition), *map(int, ends.split("-")))
    whole = landing.read_table(home.landing, wanted, USAGE_OBSERVED)
    (home.landing / name).unlink()
    told = {breach["observed"] for breach in verify(home, silent)["breaches"]}
    assert "no file" in told
    assert reland.reland(given, wanted, silent)["files"][0]["was"] == "replaced"
    assert landing.read_table(home.landing, wanted, USAGE_OBSERVED).equals(whole)
    assert verify(home, silent)["breaches"] == []


def test_a_torn_payload_is_named(two: Two) -> None:
    home = two.remote.home
    name = next(name for name in names_in(home.archive) if len(Path(name).name) == 64)
    body = (home.archive / name).read_bytes()
    (home.archive / name).write_bytes(body[:-1])
    try:
        first = verify(home, silent, is_all=True)["breaches"][0]
    finally:
        (home.archive / name).write_bytes(body)
    assert (first["promise"], first["where"]) == ("archive_is_whole", f"archive/{name}")


def test_compact_merges_objects_and_leaves_no_other(two: Two) -> None:
    home = two.remote.home
    before = len(names_in(home.landing))
    assert compact.compact(settings.load(two.remote.variables))["merged"]
    assert len(names_in(home.landing)) < before
    told = verify(home, silent, is_all=True)
    assert (told["status"], told["breaches"]) == ("ok", [])
    assert numbers(two.remote) == numbers(two.local)
