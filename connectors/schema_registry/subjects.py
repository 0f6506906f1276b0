"""Schemas registered under their subjects; again is nothing new, and what the registry refuses is one sentence."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from connectors.http.posting import Unreachable, post
from tokenshare.errors import BrokerUnavailable, UsageError

KIND = "application/vnd.schemaregistry.v1+json"
CORRECT = "correct TOKENSHARE_SCHEMA_REGISTRY_URL"
WORDS = 500  # of the registry's reason


class Registered(NamedTuple):
    """A schema in the registry; it has a GUID in newer ones."""

    id: int
    guid: str | None
    is_new: bool

    @property
    def header(self) -> bytes:
        """Its name in a header, as Confluent's clients read it: 0 and four bytes of id, or 1 and the GUID."""
        return b"\x01" + UUID(self.guid).bytes if self.guid else b"\x00" + self.id.to_bytes(4, "big")


@dataclass(frozen=True)
class SchemaRegistry:
    """Its address, and user:password if it asks for a login."""

    url: str
    login: str = field(default="", repr=False)

    def register(self, subject: str, schema: str) -> Registered:
        """Register a JSON Schema under its subject, if it is new there.

        Raises UsageError if the registry refuses the schema or the login, BrokerUnavailable if it does not answer.
        """
        asked = {"schemaType": "JSON", "schema": schema}
        place = f"subjects/{quote(subject, safe='')}"
        status, found = self._post(place, asked)  # a look: it needs no right to write, and tells what is new
        is_new = status == 404
        if is_new:
            status, found = self._post(f"{place}/versions", asked)
        if status != 200:
            raise self._refusal(subject, status, found)
        if not isinstance(found, dict) or not _is_named(found):
            raise UsageError(f"{self.url} answers as no schema registry does", CORRECT)
        return Registered(found["id"], found.get("guid"), is_new)

    def _post(self, path: str, document: Any) -> tuple[int, Any]:
        try:
            return post(self.url, path, document, KIND, self.login)
        except Unreachable as error:
            raise BrokerUnavailable(f"the schema registry at {self.url} does not answer ({error})", CORRECT) from error

    def _refusal(self, subject: str, status: int, found: Any) -> UsageError | BrokerUnavailable:
        said = " ".join(str(found.get("message", "")).split())[:WORDS] if isinstance(found, dict) else ""
        reason = f"status {status}{f': {said}' if said else ''}"
        if status == 409:
            fix = f"look at the versions of {subject}, or set its compatibility to BACKWARD (PUT /config/{subject})"
            return UsageError(f"the schema of {subject} is not compatible with the one in the registry ({reason})", fix)
        if status in (401, 403):
            fix = "set TOKENSHARE_SCHEMA_REGISTRY_LOGIN to user:password of somebody who may register schemas"
            return UsageError(f"the schema registry at {self.url} refuses us ({reason})", fix)
        if status >= 500 or status == 429:
            return BrokerUnavailable(f"the schema registry at {self.url} fails ({reason})", "try again later")
        return UsageError(f"the schema registry at {self.url} refuses the schema of {subject} ({reason})", CORRECT)


def _is_named(found: dict[str, Any]) -> bool:
    """True if a schema has an id that fits the four bytes of a header, and a GUID or none."""
    try:
        UUID(found.get("guid") or UUID(int=0).hex)
    except (ValueError, AttributeError, TypeError):
        return False
    return isinstance(found.get("id"), int) and 0 <= found["id"] < 2**31
