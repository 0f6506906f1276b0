"""Files of a folder filled by others: nothing outside it is read, and nothing that is no regular file is waited for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.sources import files
from connectors.sources.files import FileSession
from demo.emulator.world_files import available, read_origin
from flows import settings
from flows.setup.listed_lines import read_currencies
from flows.stages.maps import read_maps
from tokenshare.errors import SourceAbsent, UsageError
from tokenshare.folder_files import has_file, read_file

pytestmark = pytest.mark.threat("S6")

SECRET = b"a line that is not the folder's"
NAME = "claims.csv"
Plant = Callable[[Path, Path], object]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file beside the folder."""
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of somebody's files."""
    made = tmp_path / "facts"
    made.mkdir()
    return made


STRANGE: dict[str, Plant] = {
    "a link to a file outside": lambda path, outside: path.symlink_to(outside),
    "a link up and out": lambda path, outside: path.symlink_to(f"../{outside.name}"),
    "a link to the process's own environment": lambda path, _: path.symlink_to("/proc/self/environ"),
    "a link to a link outside": lambda path, outside: (
        path.with_name("other").symlink_to(outside),
        path.symlink_to("other"),
    ),
    "a link to itself": lambda path, _: path.symlink_to(path.name),
    "a link to nothing": lambda path, _: path.symlink_to("nothing"),
    "a pipe that nobody fills": lambda path, _: os.mkfifo(path),
    "a link to a device": lambda path, _: path.symlink_to("/dev/zero"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("plant", STRANGE.values(), ids=STRANGE)
def test_what_is_no_file_of_the_folder_is_refused_and_not_read(folder: Path, outside: Path, plant: Plant) -> None:
    plant(folder / NAME, outside)
    assert has_file(folder, NAME)
    with pytest.raises(OSError, match=r"link|file|levels"):
        read_file(folder, NAME)
    with pytest.raises(SourceAbsent, match=f"{NAME}: cannot be read"):
        FileSession([folder, files.SHIPPED]).get(NAME)  # the shipped file does not stand in for it


def test_links_inside_the_folder_are_followed(folder: Path) -> None:
    """Mounted configuration is laid so: a name is a link into a folder of versions, itself named by a link."""
    version = folder / "2026-07-13"
    version.mkdir()
    (version / NAME).write_bytes(b"inside")
    (folder / "data").symlink_to(version.name)
    (folder / NAME).symlink_to(f"data/{NAME}")
    by_link = folder.with_name("link")
    by_link.symlink_to(folder)
    assert [read_file(path, NAME) for path in (folder, by_link)] == [b"inside"] * 2


def test_a_part_that_becomes_a_link_after_the_look_is_not_followed(
    folder: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NAME).symlink_to(outside)
    monkeypatch.setattr("os.path.realpath", lambda path, **_: str(path))
    with pytest.raises(OSError, match="symbolic link"):
        read_file(folder, NAME)


def test_bytes_are_counted_while_they_are_read(folder: Path) -> None:
    """Files of the kernel state a size of 0 and have bytes."""
    process = Path("/proc/self")
    assert (process / "status").stat().st_size == 0 < len(read_file(process, "status"))
    with pytest.raises(OSError, match="larger than 0 MiB"):
        read_file(process, "status", 10)
    (folder / NAME).write_bytes(b"x" * 11)
    assert len(read_file(folder, NAME, 11)) == 11
    with pytest.raises(OSError, match="larger than"):
        read_file(folder, NAME, 10)


def test_every_reader_of_a_users_folder_refuses_a_link(folder: Path, outside: Path) -> None:
    for name in ("origins.csv", "company_lines.csv", "world.json"):
        (folder / name).symlink_to(outside)
    own = settings.load({"TOKENSHARE_CURATED": str(folder)})
    readers: tuple[Callable[[], object], ...] = (
        lambda: read_maps(folder),
        lambda: read_currencies(own),
        lambda: read_origin(folder),
    )
    for read in readers:
        with pytest.raises(UsageError, match="link that leaves its folder") as refusal:
            read()
        assert SECRET.decode() not in str(refusal.value)
    assert "world.json" in available(folder)
