"""Totals of all passes, added up from their logs; they keep counting after a log is removed."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.storage.home import atomic_files

NAME = "totals.json"
LANDED = "landed"  # the outcome of `tokenshare land`, which is no whole pass
ATTEMPTS = 5


@dataclass(frozen=True)
class Totals:
    """The passes that ended, by outcome, and the seconds of their stages, of all passes and of the last with each.

    `finished_at` is the end of the last one that reached it. `through` is the id of the newest pass whose log is gone.
    """

    outcomes: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    newest_seconds: Mapping[str, float] = field(default_factory=dict)
    finished_at: str | None = None
    through: str = ""

    @property
    def finished(self) -> datetime | None:
        """The moment of `finished_at`."""
        return datetime.fromisoformat(self.finished_at) if self.finished_at else None


def add(totals: Totals, facts: Iterable[Mapping[str, Any]]) -> Totals:
    """The totals with one more pass, by the facts of its log; pure."""
    outcome, finished, seconds = "killed", totals.finished_at, dict[str, float]()
    for fact in facts:
        if fact["event"] == "stage":
            seconds[fact["stage"]] = fact["seconds"]  # a stage that goes on has its whole time in the last one
        elif fact["event"] == "end":
            outcome = fact["status"]
            finished = finished if outcome == LANDED else fact["at"]
        elif fact["event"] == "error":
            outcome = "interrupted" if fact["type"] == "KeyboardInterrupt" else "failed"
    return replace(
        totals,
        outcomes={**totals.outcomes, outcome: totals.outcomes.get(outcome, 0) + 1},
        seconds={**totals.seconds, **{name: totals.seconds.get(name, 0.0) + took for name, took in seconds.items()}},
        newest_seconds={**totals.newest_seconds, **seconds},
        finished_at=finished,
    )


def read(folder: Path, running: Iterable[str] = ()) -> Totals:
    """The totals of all passes that have ended; `running` are the ids of those that may not have.

    A pass may remove a log meanwhile: then all is read again, so that no pass is left out or counted twice.
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(FileNotFoundError):
            return _read(folder, frozenset(running))
    return _read(folder, frozenset(running))


def fold(folder: Path, run_ids: Iterable[str]) -> None:
    """Add logs to the stored totals before they are removed; the home must be owned."""
    totals = _stored(folder)
    for run_id in sorted(run_ids):
        if run_id > totals.through:
            totals = replace(add(totals, _facts(folder, run_id)), through=run_id)
    atomic_files.write(folder / NAME, json.dumps(asdict(totals)).encode())


def _read(folder: Path, running: frozenset[str]) -> Totals:
    totals = _stored(folder)
    for run_id in sorted(path.stem for path in folder.glob("*.jsonl")):
        if run_id > totals.through and run_id not in running:
            totals = add(totals, _facts(folder, run_id))
    return totals


def _stored(folder: Path) -> Totals:
    """The stored totals; empty ones if the file is of another version or not readable: counters may begin anew."""
    with suppress(FileNotFoundError, ValueError, TypeError):
        return Totals(**json.loads((folder / NAME).read_text()))
    return Totals()


def _facts(folder: Path, run_id: str) -> list[dict[str, Any]]:
    """The facts that count; a line torn by a kill is left out."""
    facts = []
    for line in (folder / f"{run_id}.jsonl").read_text().splitlines():
        if '"event": "stage"' in line or '"event": "end"' in line or '"event": "error"' in line:
            with suppress(ValueError):
                facts.append(json.loads(line))
    return facts
