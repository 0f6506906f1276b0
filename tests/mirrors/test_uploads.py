"""What is published in a folder or an object store: files of one pass for whoever reads the list first."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pytest
from pyarrow import parquet

from connectors.storage.home import Home, atomic_files
from connectors.storage.home.objects import AnyPath, names_in, opened
from connectors.storage.publications.uploads import KEPT, POINTER, files_of, read_pointer, upload
from tests.object_store import ObjectStore
from tokenshare.errors import MirrorFailed

AT, AS_OF = datetime(2026, 6, 16, 7, tzinfo=UTC), "2026-06-16T06:00:00+00:00"
Send = Callable[..., int]


@pytest.fixture
def home(clean: Home, tmp_path: Path) -> Home:
    """A published home whose page is drawn."""
    found = Home(shutil.copytree(clean.root, tmp_path / "home"))
    atomic_files.write(found.page, b"<main>a page</main>")
    return found


@pytest.fixture(params=["folder", "store"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> AnyPath:
    if request.param == "folder":
        return tmp_path / "elsewhere"
    found: ObjectStore = request.getfixturevalue("store")
    return found.path("published")


def send(home: Home, target: AnyPath, at: datetime = AT, as_of: str = AS_OF, owner: str = "a home") -> int:
    return upload(home, owner, target, as_of, at).moved


def move(home: Home, text: str = "moved") -> None:
    """Another pass: the page and one file of a metric are other bytes."""
    atomic_files.write(home.page, text.encode())
    atomic_files.write(home.published / "vendor_share_weekly" / "manifest.json", json.dumps({"is": text}).encode())


def test_every_file_is_there_by_both_names_and_only_what_moved_is_sent(home: Home, target: AnyPath) -> None:
    files = files_of(home)
    assert {"tokenshare.duckdb", "index.html", "vendor_share_weekly/current.parquet"} <= files.keys()
    assert send(home, target) == len(files)
    listed = read_pointer(target)["files"]
    for name, path in files.items():
        assert (target / name).read_bytes() == (target / listed[name]["object"]).read_bytes() == path.read_bytes()
        assert (listed[name]["sha256"], listed[name]["bytes"]) == (atomic_files.digest_of(path), path.stat().st_size)
    assert send(home, target, AT + timedelta(days=1)) == 0
    assert read_pointer(target)["published_at"] == AT.isoformat()
    move(home)
    assert send(home, target, AT + timedelta(days=1)) == 2
    assert (target / "index.html").read_bytes() == b"moved"


def test_old_files_stay_for_their_readers_and_then_go(home: Home, target: AnyPath) -> None:
    send(home, target)
    old = read_pointer(target)["files"]["index.html"]["object"]
    move(home)
    send(home, target, AT + timedelta(minutes=1))
    assert (target / old).exists()
    shutil.rmtree(home.published / "router_tokens_weekly")
    atomic_files.write(target / "theirs.txt", b"of somebody else")
    move(home, "again")
    send(home, target, AT + timedelta(minutes=1) + KEPT + timedelta(seconds=1))
    assert not (target / old).exists()
    assert not (target / "router_tokens_weekly/current.parquet").exists()
    assert (target / "theirs.txt").exists()
    listed = read_pointer(target)
    names = {name for file, found in listed["files"].items() for name in (file, found["object"])}
    assert {*names_in(target)} == {*names, *listed["retired"], POINTER, "theirs.txt"}


def test_m02_a_killed_upload_leaves_the_files_that_are_listed(home: Home, tmp_path: Path) -> None:
    """kill -9 when a file is in the folder and the list does not name it yet."""
    target = tmp_path / "elsewhere"
    send(home, target)
    before = read_pointer(target)
    move(home)
    child = get_context("fork").Process(target=_send_and_die, args=(home, target))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert read_pointer(target) == before
    assert_whole(target)
    (orphan,) = {name for name in names_in(target) if name.startswith("index.")} - {
        *("index.html", before["files"]["index.html"]["object"])
    }
    move(home, "again")
    assert send(home, target) == 2
    assert not (target / orphan).exists()
    assert [name for name in names_in(target) if name.endswith(".tmp")] == []


def _send_and_die(home: Home, target: Path) -> None:
    written = atomic_files.write

    def write(path: AnyPath, body: bytes) -> None:
        written(path, body)
        if ".html" in str(path):
            os.kill(os.getpid(), signal.SIGKILL)

    atomic_files.write = write  # type: ignore[assignment]
    send(home, target)


def assert_whole(target: AnyPath) -> str:
    """Read the list and then every file in it, as a client does; the moment that it states."""
    listed = read_pointer(target)
    for found in listed["files"].values():
        assert sha256((target / found["object"]).read_bytes()).hexdigest() == found["sha256"]
    return str(listed["as_of"])


def test_m03_a_reader_of_the_list_never_sees_a_mix(home: Home, target: AnyPath) -> None:
    """The list and then every file of it, in a folder and in a store, while eight passes are copied."""
    send(home, target)
    ended, wrong, seen = Event(), list[BaseException](), list[str]()

    def read() -> None:
        try:
            while not ended.is_set():
                seen.append(assert_whole(target))
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    reader = Thread(target=read)
    reader.start()
    for turn in range(8):
        move(home, f"turn {turn}")
        send(home, target, AT + timedelta(minutes=turn), f"turn {turn}")
    ended.set()
    reader.join()
    assert wrong == []
    assert seen


def test_m04_another_home_and_a_store_that_is_gone_are_named(home: Home, store: ObjectStore, tmp_path: Path) -> None:
    """A second home, no bucket, no server, and a file where the folder should be."""
    send(home, store.path("published"))
    with pytest.raises(MirrorFailed, match="what another home has published"):
        send(home, store.path("published"), owner="another")
    with pytest.raises(MirrorFailed, match="there is no bucket"):
        send(home, type(store.path())("no-such-bucket-here/published"))
    store.stop()
    with pytest.raises(MirrorFailed, match="does not answer"):
        send(home, store.path("published"))
    store.start()
    (tmp_path / "file").write_text("")
    with pytest.raises(MirrorFailed, match=r"cannot read .* make it writable, or correct TOKENSHARE_PUBLISH_TO"):
        send(home, tmp_path / "file" / "inside")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "vendor_share_weekly").write_text("")
    with pytest.raises(MirrorFailed, match=r"cannot write .* make it writable, or correct TOKENSHARE_PUBLISH_TO"):
        send(home, tmp_path / "taken")


@pytest.mark.parametrize("theirs", [b"", b"[]", b"{}", b"\xff", b'{"schema": "another.v1"}'])
def test_m04_what_is_no_list_of_ours_is_left_alone(home: Home, target: AnyPath, theirs: bytes) -> None:
    """A `current.json` of somebody else, or cut off."""
    atomic_files.write(target / POINTER, theirs)
    with pytest.raises(MirrorFailed, match="is no list of published files"):
        send(home, target)
    assert {name: (target / name).read_bytes() for name in names_in(target)} == {POINTER: theirs}


def test_m03_an_object_that_is_replaced_while_it_is_read_is_of_one_version(store: ObjectStore) -> None:
    """An object replaced between the client's two calls: its size, and then so many bytes of what is there."""
    path, ended = store.path("replaced"), Event()
    path.write_bytes(bytes(4))

    def replace() -> None:
        for number in count(1):  # no version comes twice: a reader could not tell it from one that stayed
            if ended.is_set():
                return
            path.write_bytes(number.to_bytes(4) * 250 * (number % 8 + 1))

    writer = Thread(target=replace)
    writer.start()
    found = [path.read_bytes() for _ in range(60)]
    ended.set()
    writer.join()
    assert all(body == body[:4] * (len(body) // 4) for body in found)


def test_clients_read_the_store(home: Home, store: ObjectStore, tmp_path: Path) -> None:
    """DuckDB and pyarrow over the objects that the list names; the database as a file of any client."""
    target = store.path("published")
    send(home, target)
    listed = read_pointer(target)["files"]
    place = target / listed["vendor_share_weekly/current.parquet"]["object"]
    query = "SELECT * EXCLUDE (citation) FROM {} ORDER BY ALL"
    with duckdb.connect(home.published_file, read_only=True) as connection:
        wanted = connection.execute(
            query.format("(SELECT *, '' AS citation FROM metrics.vendor_share_weekly)")
        ).fetchall()
    with duckdb.connect() as client:
        client.register_filesystem(target.file_system())
        assert client.execute(query.format(f"'{place}'")).fetchall() == wanted != []
    assert parquet.read_table(opened(place)).num_rows == len(wanted)
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes((target / "tokenshare.duckdb").read_bytes())
    with duckdb.connect(copy, read_only=True) as client:
        found: list[tuple[Any, ...]] = client.execute("SELECT count(*) FROM metrics.vendor_share_weekly").fetchall()
    assert found == [(len(wanted),)]
