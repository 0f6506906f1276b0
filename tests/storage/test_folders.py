"""Where landed files and archive may be: what a setting accepts, whose folder it is, and the move there."""

import pickle
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import home, landing
from connectors.storage.home import Home, relocation
from connectors.storage.home.objects import ObjectPath, names_in, path_of
from flows import settings
from flows.queries.verify import verify
from tests.cli.command import environment, run
from tests.object_store import LOGIN, ObjectStore
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings
from tests.storage.scenes import apart, numbers, silent
from tokenshare.errors import UsageError
from tokenshare.offsets import Range
from tokenshare.topics import USAGE_OBSERVED

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
AT = "2026-06-15T05:00:00+00:00"
NAMES = ("3-5.parquet", "completed.json")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/data/landing", Path("/data/landing")),
        ("file:///data/my%20landing", Path("/data/my landing")),
        ("here", Path("here").absolute()),
        ("s3://bucket", ObjectPath("bucket")),
        ("s3://bucket/a/b/", ObjectPath("bucket/a/b")),
    ],
)
def test_a_setting_names_a_folder_or_a_prefix(text: str, found: Any) -> None:
    assert path_of(text) == found
    assert path_of(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "gs://bucket/a",
        "s3:bucket",
        "s3:///a",
        "s3://B/a",
        "s3://bucket//a",
        "s3://bucket/../a",
        "file://host/a",
        "https://a",
    ],
)
def test_another_scheme_or_a_misspelt_one_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="TOKENSHARE_LANDING is not usable"):
        settings.load({"TOKENSHARE_LANDING": text})


@pytest.mark.parametrize("text", ["s3://key:canary-1@bucket/a", "s3://bucket/a?secret_key=canary-1"])
def test_a_login_in_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="no login") as caught:
        settings.load({"TOKENSHARE_ARCHIVE": text})
    assert "canary" not in str(caught.value)


def test_a_path_in_a_store_says_what_pathlib_says(store: ObjectStore) -> None:
    path = ObjectPath("bucket/a/b")
    other = Path("/bucket/a/b")
    assert (path.name, (path / "c.d").name) == (other.name, (other / "c.d").name)
    assert str(path.with_suffix(".json")) == "s3://bucket/a/b.json"
    assert pickle.loads(pickle.dumps(path)) == path
    made = store.path("x", "y")
    assert not made.exists()
    with pytest.raises(FileNotFoundError):
        made.read_bytes()
    with pytest.raises(FileNotFoundError):
        made.unlink()
    made.unlink(missing_ok=True)
    made.write_bytes(b"one")
    made.write_bytes(b"two")
    assert (made.exists(), made.read_text(), store.path("x").names()) == (True, "two", ["y"])
    assert not store.path("x").exists()
    made.unlink()
    assert store.path("x").names() == []


def test_an_object_has_the_bytes_of_the_file(store: ObjectStore, tmp_path: Path) -> None:
    """A folder outside is written as the home's own; both are whole or absent, and the file is its user's alone."""
    wanted = Range(USAGE_OBSERVED.name, 0, 3, 5)
    table = landing.table_of(USAGE_OBSERVED, ())
    folders = (tmp_path / "landing", store.path("landing"))
    tmp_path.chmod(0o700)
    for folder in folders:
        landing.write_tables(folder, wanted, [table], 2)
    one, other = ((folder / wanted.file_name).read_bytes() for folder in folders)
    assert one == other
    assert names_in(folders[0]) == names_in(folders[1]) == [wanted.file_name]
    assert stat.S_IMODE((folders[0] / wanted.file_name).stat().st_mode) == 0o600
    assert landing.read_manifest(folders[0], wanted) == landing.read_manifest(folders[1], wanted)


def test_a_home_moves_to_a_store_to_a_folder_and_back(
    new_scene: Callable[..., Scene], store: ObjectStore, tmp_path: Path
) -> None:
    """Nothing changes but the place: names, bytes, numbers and promises stay, and the former place is empty."""
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 5, 4), 42))
    scene = new_scene(**ROUTER_ALONE)
    scene.refresh(AT, world)
    before, shown = bytes_of(scene.home), numbers(scene)
    outside = {kind: str(tmp_path / "outside" / kind) for kind in home.KINDS}
    inside = {kind: str(scene.root / kind) for kind in home.KINDS}
    for wanted in (apart(store), {f"TOKENSHARE_{kind.upper()}": path for kind, path in outside.items()}):
        former = [scene.home.folder(kind) for kind in home.KINDS]
        scene.environ |= wanted
        scene.refresh(AT, world)
        assert [str(scene.home.folder(kind)) for kind in home.KINDS] == [*wanted.values()]
        assert all(names_in(folder) == [] for folder in former)
        assert landed_of(before) == landed_of(bytes_of(scene.home))
        assert numbers(scene) == shown
        assert verify(scene.home, silent, is_all=True)["breaches"] == []
        assert home.describe(scene.home)["layout"] == home.LAYOUT  # type: ignore[index]
    for name in apart(store):
        del scene.environ[name]
    scene.refresh(AT, world)  # a pass that names no folder finds them where they are
    assert [str(scene.home.folder(kind)) for kind in home.KINDS] == [*outside.values()]
    scene.environ |= {f"TOKENSHARE_{kind.upper()}": path for kind, path in inside.items()}
    scene.refresh(AT, world)
    assert landed_of(before) == landed_of(bytes_of(scene.home))
    assert home.describe(scene.home)["layout"] == home.LAYOUT - 1  # type: ignore[index]
    assert verify(scene.home, silent, is_all=True)["breaches"] == []


def bytes_of(found: Home) -> dict[str, bytes]:
    return {
        f"{kind}/{name}": (found.folder(kind) / name).read_bytes()
        for kind in home.KINDS
        for name in names_in(found.folder(kind))
        if name != relocation.MARKER
    }


def landed_of(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: body for name, body in files.items() if name.startswith("landing/")}


def test_a_folder_is_one_homes_and_another_may_take_it_over(store: ObjectStore, tmp_path: Path) -> None:
    one, other = (Home(tmp_path / name) for name in ("one", "other"))
    for found in (one, other):
        home.initialise(found, "synthetic")
    folder = store.path("shared")
    relocation.settle(one, {"landing": folder})
    with pytest.raises(UsageError, match=r"is the landing of the home .*/one, and not the landing of .*/other: name"):
        relocation.settle(other, {"landing": folder})
    with pytest.raises(UsageError, match="and not the archive of"):
        relocation.settle(other, {"archive": folder}, take_over=True)
    relocation.settle(other, {"landing": folder}, take_over=True)
    relocation.require_own(other)
    with pytest.raises(UsageError, match="--take-over"):
        relocation.require_own(one)


def test_a_folder_with_other_files_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    found = Home(tmp_path / "home")
    home.initialise(found, "synthetic")
    (store.path("full") / "notes").write_bytes(b"mine")
    with pytest.raises(UsageError, match="has files already: name an empty folder in TOKENSHARE_ARCHIVE"):
        relocation.settle(found, {"archive": store.path("full")})
    with pytest.raises(UsageError, match="is inside the home"):
        relocation.settle(found, {"archive": found.root / "build" / "archive"})
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot write"):
        relocation.settle(found, {"archive": tmp_path / "file" / "archive"})
    assert found.archive == found.root / "archive"


def test_an_emptied_folder_is_named_before_anything_is_fetched_again(store: ObjectStore, tmp_path: Path) -> None:
    found = Home(tmp_path / "home")
    home.initialise(found, "synthetic")
    relocation.settle(found, {"archive": store.path("archive")})
    (store.path("archive") / relocation.MARKER).unlink()
    with pytest.raises(UsageError, match="restore it from a backup"):
        relocation.settle(found, {})


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"TOKENSHARE_LANDING": "gs://bucket/a"}, 2, "is neither a folder nor s3://bucket/prefix"),
        ({"TOKENSHARE_LANDING": "s3://no-such-bucket/a"}, 2, "there is no bucket no-such-bucket: create it, or"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 2, "refuses us in s3://"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, 14, "does not answer (network connection): start it, or"),
    ],
)
def test_a_command_says_in_one_sentence_what_is_wrong(
    broker: str, store: ObjectStore, tmp_path: Path, changed: dict[str, str], code: int, said: str
) -> None:
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 5, 4), 3))
    environ = environment(tmp_path / "home", broker, **{**store.environ, **apart(store), **changed})
    environ = {name: value for name, value in environ.items() if value}
    told = run(environ, "refresh", "--world", str(world), "--as-of", AT)
    assert (told.code, told.out) == (code, "")
    assert said in told.err
    assert "Traceback" not in told.err
    assert not any(secret in told.err for secret in LOGIN.values())


def test_secrets_of_the_store_are_hidden_in_all_output(store: ObjectStore) -> None:
    from flows.setup.redaction import redact

    assert redact(f"with {LOGIN['AWS_SECRET_ACCESS_KEY']}") == redact(f"with {LOGIN['AWS_ACCESS_KEY_ID']}")
    assert settings.environment_of_pass(store.environ).items() >= store.environ.items()
