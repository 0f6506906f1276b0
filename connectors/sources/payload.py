"""The checks of every parser before it accepts a payload."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.http.reasons import read_reason
from tokenshare.codec import read_json, worded
from tokenshare.errors import ContractViolation, PayloadRefused
from tokenshare.events import Event
from tokenshare.sources import Fetch, Page, Parsed

Object = dict[str, Any]
Asked = TypeVar("Asked")
Made = TypeVar("Made", bound=Event)

_NAMED = {dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"}
_REPORTED = 40  # unknown fields named per fetch: enough to see what changed, too few to flood a log
_READ, _QUOTED = 64 * 1024, 120  # bytes of a page read for its words, and letters of them quoted
_FEW, _PART = 20, 0.05  # rows put aside: up to so many, or up to this part of all, are slips in single rows


def refuses_payload(parse: Callable[[Fetch], Parsed]) -> Callable[[Fetch], Parsed]:
    """The same parser with every ContractViolation raised as PayloadRefused, naming the source."""

    @functools.wraps(parse)
    def parse_or_refuse(fetch: Fetch) -> Parsed:
        try:
            return parse(fetch)
        except ContractViolation as error:
            raise PayloadRefused(f"{fetch.source_id}: {printable(str(error))}") from error

    return parse_or_refuse


def require_one_page(fetch: Fetch) -> Page:
    """The only page of a fetch. Raises ContractViolation unless there is exactly one."""
    if len(fetch.pages) != 1:
        raise ContractViolation(f"{len(fetch.pages)} pages: one file was expected")
    return fetch.pages[0]


def require_files(fetch: Fetch) -> tuple[Page, ...]:
    """The pages of a file: it alone, or the user's own and the shipped one. Raises ContractViolation."""
    if len(fetch.pages) not in (1, 2):
        raise ContractViolation(f"{len(fetch.pages)} pages: one file was expected, or one's own and the shipped one")
    return fetch.pages


def read_document(page: Page) -> Object:
    """The JSON object in a page, read strictly. Raises ContractViolation."""
    check_type(page, "JSON", {"application/json"})
    return require_type(read_json(page.body), dict, "the document")


def check_type(page: Page, expected: str, kinds: set[str]) -> None:
    """Raise ContractViolation if the page is empty or has another content type, such as a login page."""
    kind = page.content_type.partition(";")[0].strip().lower()
    if kind not in kinds:
        words = read_reason(page.body[:_READ])[:_QUOTED] if kind in ("text/html", "text/plain") else ""
        quoted = f"; it reads {words!r}" if words else ""
        raise ContractViolation(f"the content type is {kind or 'missing'!r}, not {expected}{quoted}")
    if not page.body.strip():
        raise ContractViolation("the body is empty")


def require_field(document: Object, name: str, kind: type[Asked], where: str) -> Asked:
    """A required field of exactly that type. Raises ContractViolation."""
    return require_type(require_value(document, name, where), kind, f"{where}.{name}")


def require_value(document: Object, name: str, where: str) -> Any:
    """A required field of any type. Raises ContractViolation."""
    if name not in document:
        raise ContractViolation(f"{where} has no {name!r}: removed or renamed")
    return document[name]


def require_type(value: Any, kind: type[Asked], where: str) -> Asked:
    if type(value) is not kind:  # isinstance would accept true as a number
        raise ContractViolation(f"{where} is {str(value)[:60]!r}: not {_NAMED[kind]}")
    return value


def check_version(found: str, expected: str, where: str) -> None:
    if found != expected:
        raise ContractViolation(f"{where} is {found[:40]!r}: only {expected!r} is understood")


def build_event(event: type[Made], where: str, **content: Any) -> Made:
    """The event with its id. Raises ContractViolation naming the place and the invalid field."""
    try:
        return event.identified(**content)
    except ValidationError as error:
        raise ContractViolation(f"{where}: {': '.join(first_problem(error))}") from error
    except ContractViolation as error:
        raise ContractViolation(f"{where}: {error}") from error


def first_problem(error: ValidationError) -> tuple[str, str]:
    """The first invalid field, and the reason."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ".".join(map(str, first["loc"])), worded(first["msg"])


def check_rejected(rejected: Sequence[str], taken: int) -> None:
    """Raise ContractViolation with the first reason if no row is left, or if the rows put aside are too many.

    The one rule of every source: its reading is refused if more than a twentieth of its rows, and more than `_FEW`, are
    put aside.
    """
    rows = len(rejected) + taken
    if rejected and (not taken or len(rejected) > max(_FEW, _PART * rows)):
        raise ContractViolation(f"{len(rejected)} of {rows} rows are unusable, the first: {rejected[0]}")


def envelope_of(fetch: Fetch) -> Object:
    """The fields shared by every event of a fetch. Build it once: the fetch's id is a hash of all its pages."""
    window = fetch.window
    return {"source_id": fetch.source_id, "observed_at": window.observed_at, "fetch_id": fetch.id}


def unknown_fields(where: str, documents: Iterable[Object], known: frozenset[str]) -> frozenset[str]:
    """The fields outside the known ones, as `where.name`: reported, never a reason to refuse."""
    found = frozenset[str]().union(*documents) - known
    return frozenset(f"{where}.{printable(name)[:80]}" for name in sorted(found)[:_REPORTED])


def printable(text: str) -> str:
    """The text without what a terminal would act on, cut to the length of a reason."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:400]
