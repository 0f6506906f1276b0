"""Operations on dead letters: list, show, redrive, drop."""

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
from flows.stages.proof import FindUnproven, rule_of
from tokenshare.codec import decode
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.metrics import METRICS
from tokenshare.offsets import RecordId
from tokenshare.record_batches import batch_of
from tokenshare.topics import TOPIC_BY_NAME


@dataclass(frozen=True)
class DeadLetterAction:
    """A decision to redrive or drop records, with its author and reason; no record named stands for all open ones."""

    records: tuple[RecordId, ...]
    by: str
    reason: str


def listed(settings: Settings, progress: Progress, with_closed: bool = False) -> dict[str, Any]:
    """The open dead letters, or all of them, each with its state and decision."""
    decided = _decided(Home(settings.home))
    found = dead_letter_reader.read(open_cluster(settings, progress), TOPIC_BY_NAME)
    rows = [_row(dead_letter, decided.get(dead_letter.id)) for dead_letter in found]
    return {"letters": [row for row in rows if with_closed or row["state"] == "open"]}


def shown(settings: Settings, id: RecordId, progress: Progress) -> dict[str, Any]:
    """One dead letter in full, with key, value and headers as sent; raises UsageError if there is none."""
    dead_letter = _find(dead_letter_reader.read(open_cluster(settings, progress), [id.topic]), id)
    record = dead_letter.record
    return {
        **_row(dead_letter, _decided(Home(settings.home)).get(id)),
        "stage": dead_letter.stage,
        "attempt": dead_letter.attempt,
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": {name: _text(value) for name, value in record.headers},
    }


def redrive(settings: Settings, action: DeadLetterAction, progress: Progress) -> dict[str, Any]:
    """Land the records obeying their contract by now, each once and under its own coordinates.

    A record still breaking its contract stays a dead letter, and so does one without the proof that this home wrote
    it: nothing here makes a proof. Raises UsageError if a record was dropped, is not a dead letter, or lies in a range
    not landed yet.
    """
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    found = dead_letter_reader.read(open_cluster(settings, progress), _topics(action))
    results = []
    with exclusive_pass(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        outcomes, unproven = dead_letters.read_outcomes(connection), rule_of(home, connection)
        for dead_letter in _chosen(found, action, outcomes):
            outcome = DeadLetterOutcome("redriven", action.by, action.reason, at)
            result = _doubt(unproven, dead_letter) or _land(
                connection, home, dead_letter, outcomes, Change(run_id, at), outcome
            )
            results.append({"record": str(dead_letter.id), "outcome": result})
        published.publish(connection, home, METRICS)
    return {"letters": results}


def drop(settings: Settings, action: DeadLetterAction, progress: Progress) -> dict[str, Any]:
    """Close dead letters without landing them, and record the author and the reason.

    Raises UsageError if a record is not a dead letter, or was redriven or dropped before.
    """
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    found = dead_letter_reader.read(open_cluster(settings, progress), _topics(action))
    with exclusive_pass(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        outcomes = dead_letters.read_outcomes(connection)
        chosen = [_find(found, id) for id in action.records]
        for dead_letter in chosen:
            if dead_letter.id in outcomes:
                raise UsageError(f"{dead_letter.id} was already {outcomes[dead_letter.id].outcome}", SEE)
        with transaction(connection):
            for dead_letter in chosen:
                dead_letters.record(
                    connection, dead_letter.id, DeadLetterOutcome("dropped", action.by, action.reason, at)
                )
        published.publish(connection, home, METRICS)
    return {"dropped": [str(dead_letter.id) for dead_letter in chosen], "by": action.by, "reason": action.reason}


SEE = "see `tokenshare dlq list --all`"


def _doubt(unproven: FindUnproven, dead_letter: DeadLetter) -> str:
    """The reason why a dead letter is not of this home, in words; empty if it is."""
    return unproven(batch_of([dead_letter.record])).get(dead_letter.id.offset, "")


def _land(
    connection: Connection,
    home: Home,
    dead_letter: DeadLetter,
    outcomes: dict[RecordId, DeadLetterOutcome],
    change: Change,
    outcome: DeadLetterOutcome,
) -> str:
    """Land one dead letter, and return the outcome in words."""
    if dead_letter.id in outcomes:
        return "landed already"
    range = dead_letters.containing(connection, dead_letter.id)
    if range is None:
        raise UsageError(f"the range of {dead_letter.id} has not landed", "run `tokenshare refresh` first")
    if dead_letters.is_landed(home.landing, range, dead_letter.id):
        return "landed already"
    try:
        event = decode(TOPIC_BY_NAME[dead_letter.record.topic], dead_letter.record.value)
    except ContractViolation as error:
        return f"still breaks its contract: {error}"
    dead_letters.land(
        connection,
        home.landing,
        range,
        (dead_letter.record, event),
        change,
        lambda: dead_letters.record(connection, dead_letter.id, outcome),
    )
    builds.delete(connection)
    return "landed"


def _chosen(
    found: Sequence[DeadLetter], action: DeadLetterAction, outcomes: dict[RecordId, DeadLetterOutcome]
) -> list[DeadLetter]:
    if not action.records:
        return [dead_letter for dead_letter in found if dead_letter.id not in outcomes]
    for id in action.records:
        known = outcomes.get(id)
        if known and known.outcome == "dropped":
            raise UsageError(f"{id} was dropped by {known.by} ({known.reason})", SEE)
    return [_find(found, id) for id in action.records]


def _find(found: Sequence[DeadLetter], id: RecordId) -> DeadLetter:
    dead_letter = next((dead_letter for dead_letter in found if dead_letter.id == id), None)
    if dead_letter is None:
        raise UsageError(f"there is no dead letter for {id}", SEE)
    return dead_letter


def _topics(action: DeadLetterAction) -> list[str]:
    return sorted({id.topic for id in action.records}) or list(TOPIC_BY_NAME)


def _decided(home: Home) -> dict[RecordId, dict[str, Any]]:
    rows = catalog.read_catalog(home, "dead_letter_outcomes")
    return {RecordId(row["topic"], row["partition"], row["offset"]): row for row in rows}


def _row(dead_letter: DeadLetter, decided: dict[str, Any] | None) -> dict[str, Any]:
    decision = decided or {"outcome": "open", "decided_by": None, "reason": None, "decided_at": None}
    return {
        "record": str(dead_letter.id),
        "state": decision["outcome"],
        "sent_at": datetime.fromtimestamp(dead_letter.record.timestamp / 1000, UTC),
        "error": dead_letter.error_class,
        "message": dead_letter.message,
        "by": decision["decided_by"],
        "reason": decision["reason"],
        "decided_at": decision["decided_at"],
    }


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")
