"""A Flink of one JobManager and two TaskManagers with Beam's job server, each a process on loopback."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from connectors.kafka import java

JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
JOB_SERVER = "org.apache.beam.runners.flink.FlinkJobServerDriver"
OPENED = "util lang util.concurrent net io nio text time"
MEMORY = {
    "framework.heap.size": "128m", "task.heap.size": "128m", "task.off-heap.size": "32m",
    "framework.off-heap.size": "128m", "network.min": "128m", "network.max": "128m", "managed.size": "64m",
    "jvm-metaspace.size": "128m", "jvm-overhead.min": "64m", "jvm-overhead.max": "64m",
}  # fmt: skip
CONFIGURATION = """
jobmanager.rpc.address: 127.0.0.1
jobmanager.bind-host: 127.0.0.1
jobmanager.rpc.port: {rpc}
jobmanager.memory.process.size: 700m
taskmanager.bind-host: 127.0.0.1
taskmanager.host: 127.0.0.1
taskmanager.numberOfTaskSlots: 1
taskmanager.network.sort-shuffle.min-buffers: 16
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: {rest}
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 10
restart-strategy.fixed-delay.delay: 1 s
heartbeat.timeout: 6000
heartbeat.interval: 1000
io.tmp.dirs: {folder}
"""


@dataclass
class FlinkCluster:
    """Addresses of a running cluster, and its TaskManagers by number; a killed one can be started again."""

    jars: Path
    folder: Path
    rpc: int
    rest: int
    server: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def master(self) -> str:
        return f"127.0.0.1:{self.rest}"

    @property
    def job_server(self) -> str:
        return f"127.0.0.1:{self.server}"

    def overview(self) -> dict[str, int]:
        """What the JobManager counts; nothing while it does not answer."""
        try:
            with urlopen(f"http://{self.master}/overview", timeout=5) as answer:
                return dict(json.load(answer))
        except OSError:
            return {}

    def start_task_manager(self, name: str) -> None:
        given = [f"-Dtaskmanager.memory.{key}={value}" for key, value in MEMORY.items()]
        more = ["-Dtaskmanager.cpu.cores=1", f"-Dtaskmanager.resource-id={name}"]
        self._start(name, "flink", TASK_MANAGER, "--configDir", str(self.folder), *given, *more)

    def kill_task_manager(self, name: str) -> None:
        """kill -9 of a TaskManager; its worker ends as its runner is gone."""
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def _start(self, name: str, jars: str, main: str, *words: str) -> None:
        found = java.find(os.environ)
        opened = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in OPENED.split()]
        opened.append("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
        command = [str(found.path), "-Xmx320m", *opened, "-cp", f"{self.jars / jars}/*", main, *words]
        log = (self.folder / f"{name}.log").open("ab")
        environ = {**found.environ, "FLINK_CONF_DIR": str(self.folder)}
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, env=environ, start_new_session=True)

    def begin(self) -> None:
        configuration = CONFIGURATION.format(rpc=self.rpc, rest=self.rest, folder=self.folder)
        (self.folder / "flink-conf.yaml").write_text(configuration)
        self._start("job manager", "flink", JOB_MANAGER, "--configDir", str(self.folder))
        for name in ("one", "two"):
            self.start_task_manager(name)
        ports = [
            "--job-host",
            "127.0.0.1",
            "--job-port",
            str(self.server),
            "--artifact-port",
            "0",
            "--expansion-port",
            "0",
        ]
        self._start(
            "job server", "beam", JOB_SERVER, "--flink-master", self.master, *ports, "--artifacts-dir", str(self.folder)
        )
        wait_for(lambda: self.overview().get("slots-available") == 2, seconds=90)
        wait_for(lambda: b"Job server now running" in (self.folder / "job server.log").read_bytes(), seconds=60)

    def end(self) -> None:
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(jars: Path, folder: Path) -> Iterator[FlinkCluster]:
    cluster = FlinkCluster(jars, folder, *free_ports(3))
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
