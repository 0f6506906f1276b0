"""The Flink of docker-compose.yml as processes on loopback: its commands, on free ports, and one network for all.

So one pool of workers serves both TaskManagers here, and in containers each has its own.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from connectors.kafka import java
from tests.compose.given import PROFILE_SETTINGS, SCALE, interpolated
from tests.compose.services import SERVICES

# What starts in a container, as the main class that it is and the jars that it has.
JOB_MANAGER = ("flink", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")
TASK_MANAGER = ("flink", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner")
JOB_SERVER = ("beam", "org.apache.beam.runners.flink.FlinkJobServerDriver")
TASK_MANAGERS = ("flink-taskmanager", "flink-taskmanager-2")
PORTS = (6123, 8081, 8099, 8098, 8097, 50000)
HOST = re.compile(r"0\.0\.0\.0|localhost|(?<![\w-])flink-(?:jobmanager|job-server)(?![\w-])")
OPENED = "util lang util.concurrent net io nio text time"
MEMORY = {
    "framework.heap.size": "128m", "task.heap.size": "128m", "task.off-heap.size": "32m",
    "framework.off-heap.size": "128m", "network.min": "128m", "network.max": "128m", "managed.size": "64m",
    "jvm-metaspace.size": "128m", "jvm-overhead.min": "64m", "jvm-overhead.max": "64m",
}  # fmt: skip
# For one machine and for tests: beside the words of docker-compose.yml.
CONFIGURATION = """
taskmanager.host: 127.0.0.1
rest.address: 127.0.0.1
heartbeat.timeout: 6000
heartbeat.interval: 1000
io.tmp.dirs: {folder}
"""


@dataclass
class FlinkCluster:
    """A running cluster, and its processes by service; a killed TaskManager can be started again."""

    jars: Path
    folder: Path
    ports: dict[int, int]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """What tells tokenshare to land here."""
        told = SERVICES["tokenshare"]["environment"].items()
        flink = {name: self._here(str(value)) for name, value in told if "_FLINK_" in name}
        return flink | PROFILE_SETTINGS["scale"]

    @property
    def master(self) -> str:
        return self.settings["TOKENSHARE_FLINK_MASTER"]

    def _here(self, text: str) -> str:
        """The text as it is on this machine; TaskManagers share its ports, so each takes a free one."""
        text = HOST.sub("127.0.0.1", interpolated(text, SCALE)).replace("rpc.port=6122", "rpc.port=0")
        text = re.sub(r"(?<=[:=])\d{4,5}\b", lambda port: str(self.ports.get(int(port[0]), port[0])), text)
        return text.replace("/tmp/", f"{self.folder}/")

    def words(self, service: str) -> list[str]:
        """The command of a service."""
        return self._here(SERVICES[service]["command"]).split()

    def overview(self) -> dict[str, int]:
        """What the JobManager counts; nothing while it does not answer."""
        try:
            with urlopen(f"http://{self.master}/overview", timeout=5) as answer:
                return dict(json.load(answer))
        except OSError:
            return {}

    def start_task_manager(self, service: str) -> None:
        given = [f"-Dtaskmanager.memory.{key}={value}" for key, value in MEMORY.items()]
        self._start(service, TASK_MANAGER, *given, "-Dtaskmanager.cpu.cores=1", f"-Dtaskmanager.resource-id={service}")

    def kill_task_manager(self, service: str) -> None:
        """kill -9 of a TaskManager; its worker ends as its runner is gone."""
        self.processes[service].kill()
        self.processes.pop(service).wait()

    def _start(self, service: str, program: tuple[str, str], *more: str) -> None:
        found, (jars, main) = java.find(os.environ), program
        opened = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in OPENED.split()]
        opened.append("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
        words = [str(found.path), "-Xmx320m", *opened, "-cp", f"{self.jars / jars}/*", main, *self.words(service)]
        words += ["--configDir", str(self.folder), *more] if jars == "flink" else []
        self._run(service, words, {**found.environ, "FLINK_CONF_DIR": str(self.folder)})

    def _run(self, service: str, words: list[str], environ: dict[str, str]) -> None:
        log = (self.folder / f"{service}.log").open("ab")
        self.processes[service] = subprocess.Popen(words, stdout=log, stderr=log, env=environ, start_new_session=True)

    def _start_workers(self) -> None:
        python, *words = self.words("flink-worker")
        assert python == "python"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._run("flink-worker", [sys.executable, *words], {**os.environ, "PATH": path})

    def started_by_pool(self) -> bool:
        """True as soon as the pool has been told to start a worker."""
        return b"command ['tokenshare-beam-worker'" in (self.folder / "flink-worker.log").read_bytes()

    def begin(self) -> None:
        (self.folder / "flink-conf.yaml").write_text(CONFIGURATION.format(folder=self.folder))
        self._start("flink-jobmanager", JOB_MANAGER)
        self._start_workers()
        for service in TASK_MANAGERS:
            self.start_task_manager(service)
        self._start("flink-job-server", JOB_SERVER)
        wait_for(lambda: self.overview().get("slots-available") == 2, seconds=180)
        log = self.folder / "flink-job-server.log"
        wait_for(lambda: b"Job server now running" in log.read_bytes(), seconds=120)

    def end(self) -> None:
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(jars: Path, folder: Path) -> Iterator[FlinkCluster]:
    cluster = FlinkCluster(jars, folder, dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))
    try:
        cluster.begin()
        yield cluster
    finally:
        cluster.end()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(is_so: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.1)
