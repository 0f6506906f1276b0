"""Dead letters looked at, landed after all, or dropped on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.kafka import dead_letter_reader
from connectors.kafka.dead_letter_reader import DeadLetter
from connectors.storage.home import Home
from connectors.storage.landing import dead_letters
from connectors.storage.landing.dead_letters import DeadLetterOutcome
from connectors.storage.landing.file_replacement import Change
from connectors.storage.publications import catalog, published
from connectors.storage.warehouse import Connection, builds, fencing, transaction
from flows.orchestration.runner import exclusive_pass
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import new_run_id, now
from flows.setup.cluster import open_cluster
from tokenshare.codec import decode
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.metrics import METRICS
from tokenshare.offsets import RecordId
from tokenshare.topics import TOPIC_BY_NAME


@dataclass(frozen=True)
class DeadLetterAction:
    """Who redrives or drops which dead letters, and why; all open ones if none is named."""

    records: tuple[RecordId, ...]
    by: str
    reason: str


def listed(settings: Settings, progress: Progress, with_closed: bool = False) -> dict[str, Any]:
    """The open dead letters, or all of them with what became of each."""
    decided = _decided(Home(settings.home))
    found = dead_letter_reader.read(open_cluster(settings, progress), TOPIC_BY_NAME)
    rows = [_row(letter, decided.get(letter.id)) for letter in found]
    return {"letters": [row for row in rows if with_closed or row["state"] == "open"]}


def shown(settings: Settings, id: RecordId, progress: Progress) -> dict[str, Any]:
    """One dead letter whole: key, value and headers as they were sent."""
    letter = _find(dead_letter_reader.read(open_cluster(settings, progress), [id.topic]), id)
    record = letter.record
    return {
        **_row(letter, _decided(Home(settings.home)).get(id)),
        "stage": letter.stage,
        "attempt": letter.attempt,
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": {name: _text(value) for name, value in record.headers},
    }


def redrive(settings: Settings, action: DeadLetterAction, progress: Progress) -> dict[str, Any]:
    """Lands what obeys its contract by now, each record once and under its own coordinates.

    Raises UsageError for one that was dropped, or that there is not. What still breaks its contract stays where it is.
    """
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    found = dead_letter_reader.read(open_cluster(settings, progress), _topics(action))
    told = []
    with exclusive_pass(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        outcomes = dead_letters.read_outcomes(connection)
        for letter in _chosen(found, action, outcomes):
            outcome = DeadLetterOutcome("redriven", action.by, action.reason, at)
            said = _land(connection, home, letter, outcomes, Change(run_id, at), outcome)
            told.append({"record": str(letter.id), "outcome": said})
        published.publish(connection, home, METRICS)
    return {"letters": told}


def drop(settings: Settings, action: DeadLetterAction, progress: Progress) -> dict[str, Any]:
    """Leaves dead letters where they are, for good: a row says who did so and why."""
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    found = dead_letter_reader.read(open_cluster(settings, progress), _topics(action))
    with exclusive_pass(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        outcomes = dead_letters.read_outcomes(connection)
        chosen = [_find(found, id) for id in action.records]
        for letter in chosen:
            if letter.id in outcomes:
                raise UsageError(f"{letter.id} was already {outcomes[letter.id].outcome}", SEE)
        with transaction(connection):
            for letter in chosen:
                dead_letters.record(connection, letter.id, DeadLetterOutcome("dropped", action.by, action.reason, at))
        published.publish(connection, home, METRICS)
    return {"dropped": [str(letter.id) for letter in chosen], "by": action.by, "reason": action.reason}


SEE = "see `tokenshare dlq list --all`"


def _land(
    connection: Connection,
    home: Home,
    letter: DeadLetter,
    outcomes: dict[RecordId, DeadLetterOutcome],
    change: Change,
    outcome: DeadLetterOutcome,
) -> str:
    """Lands one letter; what became of it, in words."""
    if letter.id in outcomes:
        return "landed already"
    whole = dead_letters.containing(connection, letter.id)
    if whole is None:
        raise UsageError(f"the range of {letter.id} has not landed", "run `tokenshare refresh` first")
    if dead_letters.is_landed(home.landing, whole, letter.id):
        return "landed already"
    try:
        event = decode(TOPIC_BY_NAME[letter.record.topic], letter.record.value)
    except ContractViolation as error:
        return f"still breaks its contract: {error}"
    dead_letters.land(
        connection,
        home.landing,
        whole,
        (letter.record, event),
        change,
        lambda: dead_letters.record(connection, letter.id, outcome),
    )
    builds.delete(connection)
    return "landed"


def _chosen(
    found: Sequence[DeadLetter], action: DeadLetterAction, outcomes: dict[RecordId, DeadLetterOutcome]
) -> list[DeadLetter]:
    if not action.records:
        return [letter for letter in found if letter.id not in outcomes]
    for id in action.records:
        known = outcomes.get(id)
        if known and known.outcome == "dropped":
            raise UsageError(f"{id} was dropped by {known.by} ({known.reason})", SEE)
    return [_find(found, id) for id in action.records]


def _find(found: Sequence[DeadLetter], id: RecordId) -> DeadLetter:
    letter = next((letter for letter in found if letter.id == id), None)
    if letter is None:
        raise UsageError(f"there is no dead letter for {id}", SEE)
    return letter


def _topics(action: DeadLetterAction) -> list[str]:
    return sorted({id.topic for id in action.records}) or list(TOPIC_BY_NAME)


def _decided(home: Home) -> dict[RecordId, dict[str, Any]]:
    rows = catalog.read_catalog(home, "dead_letter_outcomes")
    return {RecordId(row["topic"], row["partition"], row["offset"]): row for row in rows}


def _row(letter: DeadLetter, decided: dict[str, Any] | None) -> dict[str, Any]:
    said = decided or {"outcome": "open", "decided_by": None, "reason": None, "decided_at": None}
    return {
        "record": str(letter.id),
        "state": said["outcome"],
        "sent_at": datetime.fromtimestamp(letter.record.timestamp / 1000, UTC),
        "error": letter.error_class,
        "message": letter.message,
        "by": said["decided_by"],
        "reason": said["reason"],
        "decided_at": said["decided_at"],
    }


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")
