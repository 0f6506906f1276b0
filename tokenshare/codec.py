"""Bytes to events and back, strictly: input a lax JSON reader would accept is refused."""

import json
import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NoReturn

from pydantic import ValidationError

from tokenshare.columns import columns_of
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.fields import LARGEST_COUNT, STEERING
from tokenshare.topics import Topic

REFUSED = "refused"  # the key of the reason, in a record that stands for a request a receiver could not count
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def encode(event: Event) -> bytes:
    """The event as UTF-8 JSON."""
    return event.model_dump_json().encode()


def decode(topic: Topic, value: bytes | None) -> Event:
    """The event in the value of a record; raises ContractViolation with the field and its problem."""
    if value is None:
        raise ContractViolation(f"{topic.name}: a record without value (tombstone) is not an event")
    topic.event.check_size(len(value))
    document = read_json(value)  # pydantic keeps the last of duplicate keys; no option forbids it
    _check_refused(topic, document)
    _check_dates(topic, document)
    try:
        return topic.event.model_validate_json(value)
    except ValidationError as error:
        raise ContractViolation(f"{topic.name}: {_summary(error)}") from error


def read_json(value: bytes) -> Any:
    """UTF-8 JSON without BOM, duplicate keys, NaN or Infinity; raises ContractViolation."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContractViolation(f"not UTF-8 at byte {error.start}") from error
    if text.startswith("\ufeff"):
        raise ContractViolation("begins with a byte order mark")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise ContractViolation(f"not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise ContractViolation("nested too deeply") from error
    except ContractViolation:
        raise
    except ValueError as error:  # an integer of more digits than Python will read
        raise ContractViolation(f"not JSON we accept: {str(error).split(':')[0]}") from error


def read_count(value: Any, where: str) -> int:
    """A count from digits or an integer, up to 2^63-1; raises ContractViolation naming the place."""
    count = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
    if isinstance(count, bool) or not isinstance(count, int):
        raise ContractViolation(f"{where} is {value!r}: not a whole number in decimal digits")
    if not 0 <= count <= LARGEST_COUNT:
        raise ContractViolation(f"{where} is {value}: outside 0 to 2^63-1")
    return count


def read_day(value: Any, where: str) -> date:
    """An existing date written YYYY-MM-DD; raises ContractViolation naming the place."""
    try:
        if isinstance(value, str) and _DATED.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ContractViolation(f"{where} is {str(value)[:60]!r}: not a day written YYYY-MM-DD")


def read_moment(value: Any, where: str) -> datetime:
    """An ISO 8601 moment with its zone, in UTC; raises ContractViolation naming the place."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        pass
    raise ContractViolation(f"{where} is {str(value)[:60]!r}: not a moment with its zone, such as 2026-08-03T02:05:00Z")


def _check_refused(topic: Topic, document: Any) -> None:
    """Refuse a record by which a receiver passes on that it has refused a request, in the receiver's words."""
    if topic.pushed_by and isinstance(document, dict) and REFUSED in document:
        raise ContractViolation(f"{topic.name}: refused by the receiver: {document[REFUSED]}")


def _check_dates(topic: Topic, document: Any) -> None:
    """Refuse a string of digits as a date: pydantic would read it as seconds since 1970."""
    for name in _dated(topic.event) if isinstance(document, dict) else ():
        value = document.get(name)
        if isinstance(value, str) and not _DATED.match(value):
            raise ContractViolation(f"{topic.name}: {name} is not written as ISO 8601")


@cache
def _dated(event: type[Event]) -> tuple[str, ...]:
    return tuple(column.name for column in columns_of(event) if column.sql_type in ("DATE", "TIMESTAMPTZ"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise ContractViolation(f"duplicate key {next(name for name in names if names.count(name) > 1)!r}")
    return document


def _no_constant(name: str) -> NoReturn:
    raise ContractViolation(f"{name} is not a number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ContractViolation(f"{digits} is not a finite number")
    return number


def _summary(error: ValidationError) -> str:
    """The first three problems, each with its field."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'value'}: {worded(p['msg'])}" for p in problems[:3])


def worded(message: str) -> str:
    """A message of pydantic, with a word in place of the list of letters that steer a terminal."""
    return message.replace(STEERING, "(control characters)")
