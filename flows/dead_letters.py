"""Dead letters looked at, landed after all, or dropped on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.kafka import letters
from connectors.kafka.letters import Letter
from connectors.storage import builds, catalog, dead_letters, fencing, published
from connectors.storage.dead_letters import Outcome, Place
from connectors.storage.home import Home
from connectors.storage.rearranged import Work
from connectors.storage.warehouse import Connection, transaction
from flows.deployments import alone
from flows.settings import Settings
from flows.surroundings import new_run_id, now, open_cluster
from tokenshare.codec import decode
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.metrics import METRICS
from tokenshare.topics import TOPIC_BY_NAME

Document = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Deed:
    """Who does something about which dead letters, and why; all open ones where none is named."""

    places: tuple[Place, ...]
    by: str
    reason: str


def listed(settings: Settings, progress: Progress, with_closed: bool = False) -> Document:
    """The open dead letters, or all of them with what became of each."""
    decided = _decided(Home(settings.home))
    found = letters.read(open_cluster(settings, progress), TOPIC_BY_NAME)
    rows = [_row(letter, decided.get(letter.place)) for letter in found]
    return {"letters": [row for row in rows if with_closed or row["state"] == "open"]}


def shown(settings: Settings, place: Place, progress: Progress) -> Document:
    """One dead letter whole: key, value and headers as they were sent."""
    letter = _find(letters.read(open_cluster(settings, progress), [place[0]]), place)
    record = letter.record
    return {
        **_row(letter, _decided(Home(settings.home)).get(place)),
        "stage": letter.stage,
        "attempt": letter.attempt,
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": {name: _text(value) for name, value in record.headers},
    }


def redrive(settings: Settings, deed: Deed, progress: Progress) -> Document:
    """Lands what obeys its contract by now, each record once and under its own coordinates.

    Raises UsageError for one that was dropped, or that there is not. What still breaks its contract stays where it is.
    """
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    found = letters.read(open_cluster(settings, progress), _topics(deed))
    told = []
    with alone(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        outcomes = dead_letters.read_outcomes(connection)
        for letter in _chosen(found, deed, outcomes):
            outcome = Outcome("redriven", deed.by, deed.reason, at)
            said = _land(connection, home, letter, outcomes, Work(run_id, at), outcome)
            told.append({"record": _name(letter.place), "outcome": said})
        published.publish(connection, home, METRICS)
    return {"letters": told}


def drop(settings: Settings, deed: Deed, progress: Progress) -> Document:
    """Leaves dead letters where they are, for good: a row says who did so and why."""
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    found = letters.read(open_cluster(settings, progress), _topics(deed))
    with alone(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        outcomes = dead_letters.read_outcomes(connection)
        chosen = [_find(found, place) for place in deed.places]
        for letter in chosen:
            if letter.place in outcomes:
                raise UsageError(f"{_name(letter.place)} was already {outcomes[letter.place].outcome}", SEE)
        with transaction(connection):
            for letter in chosen:
                dead_letters.record(connection, letter.place, Outcome("dropped", deed.by, deed.reason, at))
        published.publish(connection, home, METRICS)
    return {"dropped": [_name(letter.place) for letter in chosen], "by": deed.by, "reason": deed.reason}


SEE = "see `tokenshare dlq list --all`"


def _land(
    connection: Connection, home: Home, letter: Letter, outcomes: dict[Place, Outcome], work: Work, outcome: Outcome
) -> str:
    """Lands one letter; what became of it, in words."""
    if letter.place in outcomes:
        return "landed already"
    whole = dead_letters.containing(connection, letter.place)
    if whole is None:
        raise UsageError(f"the range of {_name(letter.place)} has not landed", "run `tokenshare refresh` first")
    if dead_letters.is_landed(home.landing, whole, letter.place):
        return "landed already"
    try:
        event = decode(TOPIC_BY_NAME[letter.record.topic], letter.record.value)
    except ContractViolation as error:
        return f"still breaks its contract: {error}"
    dead_letters.land(
        connection, home.landing, whole, (letter.record, event), work,
        lambda: dead_letters.record(connection, letter.place, outcome),
    )  # fmt: skip
    builds.forget(connection)
    return "landed"


def _chosen(found: Sequence[Letter], deed: Deed, outcomes: dict[Place, Outcome]) -> list[Letter]:
    if not deed.places:
        return [letter for letter in found if letter.place not in outcomes]
    for place in deed.places:
        known = outcomes.get(place)
        if known and known.outcome == "dropped":
            raise UsageError(f"{_name(place)} was dropped by {known.by} ({known.reason})", SEE)
    return [_find(found, place) for place in deed.places]


def _find(found: Sequence[Letter], place: Place) -> Letter:
    letter = next((letter for letter in found if letter.place == place), None)
    if letter is None:
        raise UsageError(f"there is no dead letter for {_name(place)}", SEE)
    return letter


def _topics(deed: Deed) -> list[str]:
    return sorted({place[0] for place in deed.places}) or list(TOPIC_BY_NAME)


def _decided(home: Home) -> dict[Place, Document]:
    rows = catalog.read_catalog(home, "dead_letter_outcomes")
    return {(row["topic"], row["partition"], row["offset"]): row for row in rows}


def _row(letter: Letter, decided: Document | None) -> Document:
    said = decided or {"outcome": "open", "decided_by": None, "reason": None, "decided_at": None}
    return {
        "record": _name(letter.place),
        "state": said["outcome"],
        "sent_at": datetime.fromtimestamp(letter.record.timestamp / 1000, UTC),
        "error": letter.error_class,
        "message": letter.message,
        "by": said["decided_by"],
        "reason": said["reason"],
        "decided_at": said["decided_at"],
    }


def _name(place: Place) -> str:
    return ":".join(map(str, place))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")
