"""A process counts as a home's broker by what it is and holds; its arguments alone prove nothing."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from connectors.kafka import broker as local
from connectors.kafka import java, process
from connectors.kafka.java import Java
from connectors.kafka.node import Node, Ports, last_cause
from connectors.kafka.process import Running
from tests.kafka.test_broker import formatter
from tests.prefect.server import free_port
from tokenshare.errors import BrokerUnavailable, UsageError

SOMEBODY = 65534  # the user that owns nothing
PORT = free_port()
WAITS = "echo ready; read line"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node that never ran."""
    found = Node.of(tmp_path)
    found.log.parent.mkdir(parents=True)
    return found


@contextmanager
def labelled(node: Node, program: Path, user: int | None = None, holds: bool = False) -> Iterator[int]:
    """A process with the labels of the node's broker, perhaps of another user, perhaps with the node's log open."""
    words = [program, "-c", WAITS, *process.labels(node, Ports(PORT), "17")]
    pipe = subprocess.PIPE
    with (
        node.log.open("w") as log,
        subprocess.Popen(words, user=user, stdin=pipe, stdout=pipe, stderr=log if holds else None) as one,
    ):
        assert one.stdin
        assert one.stdout
        assert one.stdout.readline() == b"ready\n"
        yield one.pid
        one.stdin.close()


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A program called java that every user may run."""
    return Path(shutil.copy(os.path.realpath("/bin/sh"), tmp_path / "java"))


@pytest.mark.threat("S8")
def test_a_program_that_is_not_java_is_not_the_broker(node: Node) -> None:
    with labelled(node, Path("/bin/sh"), holds=True) as pid:
        assert process.running(node) == []
        assert local.stop(node.root.parent) is False
        assert psutil.pid_exists(pid)


@pytest.mark.threat("S8")
def test_a_java_that_holds_neither_port_nor_file_is_not_the_broker(node: Node, shell: Path) -> None:
    with labelled(node, shell):
        assert process.running(node) == []


@pytest.mark.threat("S8")
def test_a_java_with_the_nodes_log_open_is_its_broker_and_not_yet_connected_to(node: Node, shell: Path) -> None:
    """So a broker that hangs while it starts can be stopped."""
    with labelled(node, shell, holds=True) as pid:
        (found,) = process.running(node)
        assert (found.pid, process.listens(found)) == (pid, False)
        with socket.create_server(("127.0.0.1", PORT)):  # another process answers at its port
            assert local.status(node.root.parent).running is False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")
@pytest.mark.threat("S8")
def test_a_process_of_another_user_is_not_the_broker(node: Node, shell: Path) -> None:
    for path in (shell.parent, *shell.parents[1:4]):
        path.chmod(path.stat().st_mode | 0o011)
    with labelled(node, shell, SOMEBODY, holds=True) as pid:
        assert process.running(node) == []
        assert local.stop(node.root.parent) is False
        assert psutil.pid_exists(pid)


@pytest.mark.threat("S8")
def test_a_port_belongs_to_the_process_that_listens_there() -> None:
    here = psutil.Process()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert process.listens(Running(here.pid, here.create_time(), port, "17"))
        assert not process.listens(Running(here.pid, here.create_time() - 60, port, "17"))
        assert not process.listens(Running(here.pid, here.create_time(), port, "17", owner_port=PORT))
        parent = psutil.Process(os.getppid())
        assert not process.listens(Running(parent.pid, parent.create_time(), port, "17"))


@pytest.mark.threat("S9")
def test_a_java_process_gets_an_environment_by_list() -> None:
    ours = {"PATH": "/bin", "HOME": "/nonexistent", "TMPDIR": "/scratch"}
    others = {"OPENROUTER_API_KEY": "a key", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    others |= {"JAVA_TOOL_OPTIONS": "-javaagent:other.jar", "CLASSPATH": "."}
    assert java.environment(ours | others) == ours | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@pytest.mark.parametrize("program", ["format", "version"])
@pytest.mark.threat("S9")
def test_no_key_reaches_a_java_process(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "a key")
    script = "env > seen" if program == "format" else f"env > {tmp_path}/seen; echo 'version \"17\"' >&2"
    found = formatter(tmp_path / "java", f"{script}; mkdir -p data.new")
    if program == "format":
        local.format_data(node, found, tmp_path)
        seen = node.root / "seen"
    else:
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
        (tmp_path / "bin").mkdir()
        found.path.rename(tmp_path / "bin" / "java")
        assert java.find(os.environ).path == tmp_path / "bin" / "java"
        seen = tmp_path / "seen"
    assert "LC_ALL=C.UTF-8" in seen.read_text()
    assert "a key" not in seen.read_text()


def test_the_last_cause_is_named_and_not_the_last_frame(node: Node, tmp_path: Path) -> None:
    trace = "Exception: outer\n\tat one\nCaused by: No enum constant CLASS\n\tat kafka.tools.main(Tool.scala)\n"
    assert last_cause(trace) == "Caused by: No enum constant CLASS"
    assert last_cause("") == ""
    (tmp_path / "trace").write_text(trace)
    failing = formatter(tmp_path / "java", f"cat {tmp_path}/trace >&2; exit 1")
    with pytest.raises(BrokerUnavailable, match="No enum constant"):
        local.format_data(node, failing, tmp_path)
    with pytest.raises(BrokerUnavailable, match="No such file"):
        local.format_data(node, Java(tmp_path / "gone", "17"), tmp_path)


def test_a_home_or_cache_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*broker"):
        local.start(tmp_path / "file", print)
    with pytest.raises(UsageError, match="set TOKENSHARE_CACHE"):
        local.start(tmp_path, print, cache=tmp_path / "file" / "cache", environ=os.environ)


@pytest.mark.threat("S8")
def test_a_process_that_does_not_end_is_not_waited_for_without_limit(
    node: Node, shell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.1)
    for signal in ("terminate", "kill"):
        monkeypatch.setattr(psutil.Process, signal, lambda _: None)  # as of a process in an uninterruptible wait
    with labelled(node, shell, holds=True) as pid, pytest.raises(BrokerUnavailable, match=f"{pid} does not end"):
        local.stop(node.root.parent)
