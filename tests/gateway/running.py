"""Commands that run until they are stopped, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from connectors.gateway.reading import Object
from tests.scene import Scene

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-P", "-c", "from flows.cli import main; main()"]
STOPPED_WITHIN = 60  # ten by promise, on a machine that does nothing else


def begin(scene: Scene, *words: str) -> "subprocess.Popen[str]":
    """A command of this home, with its stdout as text."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    return subprocess.Popen([*COMMAND, *words], env={**os.environ, **scene.variables}, cwd=ROOT, **pipes)  # type: ignore[call-overload,no-any-return]


def stop(process: "subprocess.Popen[str]") -> int:
    """Its exit code after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=STOPPED_WITHIN)


def kill(process: "subprocess.Popen[str]") -> None:
    """End it like a power cut."""
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


@dataclass
class Gateway:
    """A receiver that serves, and what it printed of itself."""

    process: "subprocess.Popen[str]"
    facts: dict[str, str]

    @classmethod
    def of(cls, scene: Scene, port: int = 0) -> "Gateway":
        process = begin(scene, "gateway", "--port", f"{port}", "--json")
        assert process.stdout
        return cls(process, json.loads(process.stdout.readline()))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {Path(self.facts['tokens']).read_text().strip()}"}

    def post(self, payloads: list[Object]) -> httpx.Response:
        return httpx.post(self.facts["litellm"], json=payloads, headers=self.headers, timeout=60)
