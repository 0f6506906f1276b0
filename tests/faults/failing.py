"""Every side effect of a pass in this process, counted by its place in our code; one of them may fail.

Files by Python's audit events, raised before the call and able to refuse it; fsync, statements writing to a database
of the home, dbt's among them, and the calls that write to Kafka.

"""

import errno
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaTimeoutError

from flows.setup import Count

ROOT = Path(__file__).parents[2]
OURS = tuple(f"{ROOT}/{layer}/" for layer in ("connectors", "expectations", "flows", "tokenshare"))
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STATEMENTS = ("INSERT", "UPDATE", "DELETE", "CREATE", "COPY", "ATTACH", "CHECKPOINT", "ALTER", "DROP", "COMMIT")
IN_THE_WAY = ("connectors/drafts.py", "home/atomic_files.py", "warehouse/__init__.py")  # of many places
EVENTS = ("os.rename", "os.mkdir", "os.remove", "os.chmod")
TO_KAFKA = ((KafkaProducer, "send"), (KafkaProducer, "flush"), (KafkaAdminClient, "alter_group_offsets"))
REMARK = re.compile(r"\s*(/\*.*?\*/)?\s*", re.DOTALL)  # dbt says above each statement whose it is
VARYING = re.compile(r"[0-9a-f]{8,}|[0-9]+")  # digests, processes, versions, offsets
Place = str  # what is called, and where in our code
Call = tuple[Place, str, int]  # to what it is done, and which of its kind it is: the same in every pass of a day


@dataclass
class Effects:
    """Side effects below a folder, as they come. `fail` names the place and the count of the refused one."""

    below: Path
    stage: str = "begin"
    fail: tuple[Place, int] | None = None
    error: int = 0
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    stages: dict[Place, str] = field(default_factory=dict)  # in which each place is met first
    counts: Counter[Place] = field(default_factory=Counter)
    refused: list[tuple[Place, int]] = field(default_factory=list)

    def note(self, what: str, path: str, kind: type[Exception] = OSError, to: str = "") -> None:
        """Count one, or raise as the operating system, DuckDB or Kafka would; `to` is the target of a file."""
        place = f"{what} in {_caller()}"
        self.counts[place] += 1
        self.stages.setdefault(place, self.stage)
        self.seen.append((what, path, to))
        if self.refuses(place, path):
            self.refused.append((place, self.counts[place]))
            said = os.strerror(self.error)
            raise OSError(self.error, said, path) if kind is OSError else kind(f"{path}: {said}")

    def refuses(self, place: Place, path: str) -> bool:
        """Whether this call is the one."""
        return self.fail == (place, self.counts[place])

    def hear(self, text: str) -> None:
        """Note the stage of the pass, unless a line counts within one."""
        if not isinstance(text, Count):
            self.begin(text)

    def begin(self, stage: str) -> None:
        """Note the stage of the pass."""
        self.stage = stage


@dataclass
class Further(Effects):
    """Refuse the first call, in some stages, not refused in any pass before, and note it in `done`.

    If patient, only note the calls met in `met`.

    """

    error: int = errno.ENOSPC
    is_patient: bool = False
    among: Callable[[str], bool] = lambda _: True
    done: set[Call] = field(default_factory=set)
    met: set[Call] = field(default_factory=set)
    alike: Counter[tuple[Place, str]] = field(default_factory=Counter)

    def refuses(self, place: Place, path: str) -> bool:
        kind = place, VARYING.sub("#", path.replace(str(self.below), ""))
        self.alike[kind] += 1
        call = (*kind, self.alike[kind])
        if not self.among(self.stage):
            return False
        self.met.add(call)
        if self.is_patient or self.refused or call in self.done:
            return False
        self.done.add(call)
        return True

    def begin(self, stage: str) -> None:
        """Note the stage, and count its calls anew: a pass first repeats the calls left undone by the one before."""
        super().begin(stage)
        self.alike.clear()


heard: list[Effects] = []  # listeners of the audit hook, which stays for the life of the process


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not heard or event not in ("open", *EVENTS):
        return
    path = str(arguments[0])
    if path.startswith(str(heard[0].below)) and (event != "open" or (arguments[2] or 0) & WRITES):
        heard[0].note(event, path, to=str(arguments[1]) if event == "os.rename" else "")


@contextmanager
def watched(effects: Effects) -> Iterator[Effects]:
    """The effects of the block are noted."""
    if not _audit.__dict__.get("is_hooked"):
        sys.addaudithook(_audit)
        _audit.__dict__["is_hooked"] = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", _synced(effects, os.fsync))
        patch.setattr(duckdb, "connect", _connected(effects, duckdb.connect))
        for client, name in TO_KAFKA:
            patch.setattr(client, name, _written(effects, name, getattr(client, name)))
        heard.append(effects)
        try:
            yield effects
        finally:
            heard.clear()


def _synced(effects: Effects, fsync: Any) -> Any:
    def noted(handle: int) -> None:
        effects.note("fsync", str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    return noted


def _written(effects: Effects, name: str, write: Any) -> Any:
    def noted(client: Any, *arguments: Any, **options: Any) -> Any:
        effects.note(name, str(arguments[0]) if name == "send" else "Kafka", KafkaTimeoutError)
        return write(client, *arguments, **options)

    return noted


def _connected(effects: Effects, connect: Any) -> Any:
    def noted(*arguments: Any, **options: Any) -> Any:
        made = connect(*arguments, **options)
        return Watched(made, effects) if str(arguments[0]).startswith(str(effects.below)) else made

    return noted


class Watched:
    """A connection noting its writing statements."""

    def __init__(self, connection: Any, effects: Effects) -> None:
        self._connection, self._effects = connection, effects

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> "Watched":
        return Watched(self._connection.cursor(), self._effects)

    def execute(self, query: str, *arguments: Any) -> Any:
        self._mind(query)
        return self._connection.execute(query, *arguments)

    def executemany(self, query: str, *arguments: Any) -> Any:
        self._mind(query)
        return self._connection.executemany(query, *arguments)

    def commit(self) -> Any:
        self._effects.note("commit", "the database", duckdb.IOException)
        return self._connection.commit()

    def _mind(self, query: str) -> None:
        said = " ".join(REMARK.sub("", query, count=1).split())
        word = said.partition(" ")[0].upper()
        if word in STATEMENTS:
            self._effects.note(word, said[:200], duckdb.IOException)


def _caller() -> str:
    """The calling function of ours, less the modules in the way of many; none for dbt's own files."""
    frame: FrameType | None = sys._getframe(2)
    while frame:
        name = frame.f_code.co_filename
        if name.startswith(OURS) and not name.endswith(IN_THE_WAY):
            return f"{name.removeprefix(f'{ROOT}/')}:{frame.f_code.co_name}"
        frame = frame.f_back
    return "dbt"
