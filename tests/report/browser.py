"""A real headless Chromium, driven over its own protocol: the requests, text and look of a page."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.sync.client import ClientConnection, connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--remote-allow-origins=*", "about:blank",
)  # fmt: skip
START_SECONDS = 30


class Tab:
    """One page: commands go in, events are kept by method in the order they came."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, 0
        self.events: dict[str, list[dict[str, Any]]] = {}

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = self._hear()
            if said.get("id") == self._number:
                assert "error" not in said, said
                return said["result"]

    def open(self, page: Path | str, width: int = 1000, height: int = 900, scheme: str = "light") -> None:
        """Loads a file or an address at a size and colour scheme, and waits until it is there."""
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.ask(f"{domain}.enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.ask("Page.navigate", url=page if isinstance(page, str) else page.as_uri())
        while "Page.loadEventFired" not in self.events:
            self._hear()

    def value(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def kept(self, file: Path) -> bytes:
        """A file that the page had the browser keep, once it is whole."""
        deadline = time.monotonic() + START_SECONDS
        while not file.exists():
            assert time.monotonic() < deadline, f"{file.name} was not kept"
            self.ask("Runtime.evaluate", expression="0")
            time.sleep(0.05)
        return file.read_bytes()

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=CODES[key])

    def _hear(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._socket.recv(timeout=START_SECONDS))
        if "method" in said:
            self.events.setdefault(said["method"], []).append(said["params"])
        return said


CODES = {"Tab": 9, "Enter": 13}


@contextmanager
def browse(profile: Path) -> Iterator[Tab]:
    """A tab of a browser of its own; without Chromium the test is skipped with that reason."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: install Debian's package chromium")
    with (profile / "log").open("wb") as log:
        process = subprocess.Popen([CHROMIUM, f"--user-data-dir={profile}", *FLAGS], stdout=log, stderr=log)
    try:
        port = _port(profile / "DevToolsActivePort", process)
        with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            address = next(tab for tab in json.load(answer) if tab["type"] == "page")["webSocketDebuggerUrl"]
        with connect(address, max_size=None) as socket:
            yield Tab(socket)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise AssertionError(f"Chromium did not come up: {file.with_name('log').read_text(errors='replace')[-2000:]}")
