"""A Flink cluster as a place to land ranges: the options of Beam's portable runner, and its failures in words."""

import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from tokenshare.errors import RunnerFailed

WORKER = "tokenshare-beam-worker"  # beside the Python that submits, at the same path on every TaskManager


CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Flink:
    """A Flink cluster by the address of its REST API.

    `job_server` is the HOST:PORT of Beam's job server for it, or its jar, which runs beside us under `java` then. If it
    is empty, Beam fetches the jar of its own version. `workers` is the HOST:PORT at which a TaskManager finds a pool of
    Beam's workers; if it is empty, a TaskManager starts ours by itself, at the path that it has here.
    """

    master: str
    job_server: str = ""
    java: str = "java"
    workers: str = ""
    parallelism: int = 2

    @property
    def _has_endpoint(self) -> bool:
        return bool(self.job_server) and not self.job_server.endswith(".jar")

    def options(self) -> list[str]:
        """The options of the pipeline, as Beam reads them."""
        return [
            *self._submission(),
            f"--flink_master={self.master}",
            f"--parallelism={self.parallelism}",
            *self._environment(),
        ]

    def _submission(self) -> list[str]:
        if self._has_endpoint:
            return ["--runner=PortableRunner", f"--job_endpoint={self.job_server}"]
        jar = [f"--flink_job_server_jar={self.job_server}"] if self.job_server else []
        return ["--runner=FlinkRunner", f"--job_server_java_launcher={self.java}", *jar]

    def _environment(self) -> list[str]:
        if self.workers:
            return ["--environment_type=EXTERNAL", f"--environment_config={self.workers}"]
        worker = {"command": str(Path(sys.executable).with_name(WORKER))}
        return ["--environment_type=PROCESS", f"--environment_config={json.dumps(worker)}"]

    def check(self) -> None:
        """Raise RunnerFailed if nobody listens at an address: Beam would wait for it without a limit."""
        for address in [self.master, self.job_server] if self._has_endpoint else [self.master]:
            host, _, port = address.removeprefix("http://").rpartition(":")
            try:
                socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
            except (OSError, ValueError, OverflowError) as error:
                said = f"nobody answers at {address} ({type(error).__name__})"
                raise RunnerFailed(f"Flink at {self.master} did not land the ranges: {said}", "start it") from error

    def failure(self, error: Exception) -> RunnerFailed:
        """The error of a failed job. It quotes our own error if the job raised one, else the last line."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        ours = [line.partition("tokenshare.errors.")[2] for line in lines if "tokenshare.errors." in line]
        said = (ours or lines[-1:] or [type(error).__name__])[-1][:500]
        return RunnerFailed(
            f"Flink at {self.master} did not land the ranges ({said})",
            "look at its log, then run again: the ranges are planned, and files that are there are written alike",
        )
