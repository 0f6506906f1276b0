"""A home is its user's alone, whatever the umask and however old the home; what is published has its readers."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.storage import home
from connectors.storage.home import Home, atomic_files, modes
from connectors.storage.home.modes import Readers

pytestmark = pytest.mark.threat("X33")

OPEN_TO: dict[Readers, tuple[str, str, str]] = {
    "owner": ("0700", "0700", "0600"),
    "group": ("0710", "0750", "0640"),
    "everyone": ("0711", "0755", "0644"),
}


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda umask: f"{umask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The umask of this process, set back afterwards."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def filled(root: Path) -> Home:
    """A home with a file in its archive and one that is published."""
    found = Home(root)
    home.initialise(found, "live")
    atomic_files.write(found.archive / "claims" / "2026-07-13" / "a payload", b"licensed")
    return found


def publish(found: Home) -> Path:
    """A published file beside the database."""
    path = found.published / "a_metric" / "manifest.json"
    atomic_files.write(path, b"{}")
    found.published_file.touch()
    found.published_file.chmod(0o444)
    return path


@pytest.mark.parametrize("readers", OPEN_TO)
def test_a_new_home_is_closed_but_for_its_readers(tmp_path: Path, umask: int, readers: Readers) -> None:
    found = filled(tmp_path / "missing" / "home")
    assert mode(found.root) == "0700"
    modes.restrict(found.root, found.published, readers)
    root, folder, file = OPEN_TO[readers]
    path = publish(found)  # after it: a reader need not wait for the next pass
    assert [mode(one) for one in (found.root, found.published, path.parent, path)] == [root, folder, folder, file]
    assert mode(found.published_file) == "0444"
    assert mode(tmp_path / "missing") == "0755"
    below = [path for path in found.root.rglob("*") if not path.is_relative_to(found.published)]
    assert {mode(path) for path in below if path.is_dir()} == {"0700"}
    assert {mode(path) for path in below if path.is_file()} == {"0600"}


@pytest.mark.parametrize("readers", OPEN_TO)
def test_a_home_of_an_earlier_version_is_closed_by_the_next_pass(tmp_path: Path, readers: Readers) -> None:
    found = filled(tmp_path / "home")
    path = publish(found)
    other = found.root / "of somebody else"
    other.touch()
    (tmp_path / "outside").touch()
    for one in (found.root, *found.root.rglob("*"), tmp_path / "outside"):
        one.chmod(0o777 if one.is_dir() else 0o666)
    found.published_file.chmod(0o444)
    (found.archive / "link").symlink_to(tmp_path / "outside")
    modes.restrict(found.root, found.published, readers)
    root, folder, file = OPEN_TO[readers]
    assert [mode(one) for one in (found.root, path.parent, path, found.published_file)] == [root, folder, file, "0444"]
    payload = found.archive / "claims" / "2026-07-13" / "a payload"
    assert [mode(one) for one in (found.archive, payload.parent, payload)] == ["0700", "0700", "0600"]
    assert [mode(one) for one in (other, tmp_path / "outside")] == ["0666", "0666"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_owns_is_left(tmp_path: Path) -> None:
    found = filled(tmp_path / "home")
    found.archive.chmod(0o770)
    os.chown(found.archive, 65534, 65534)
    modes.restrict(found.root, found.published, "owner")
    assert mode(found.archive) == "0770"


def test_a_draft_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("kept")
    (tmp_path / f".file.{os.getpid()}.tmp").symlink_to(tmp_path / "outside")
    with pytest.raises(OSError, match="symbolic link"):
        atomic_files.write(tmp_path / "file", b"x")
    assert (tmp_path / "outside").read_text() == "kept"
