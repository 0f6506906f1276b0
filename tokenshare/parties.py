"""Who controls a field of a source: what a party can spoil is what is its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from tokenshare.events import Event

ENVELOPE = frozenset(Event.model_fields)  # written by us, whatever the source


@dataclass(frozen=True)
class Parties:
    """The fields of a source's events by the party that controls them.

    `owned` are written by the owner of the row, named in `owner`: a wrong value puts that row aside. `ours` we fill in
    ourselves. All others are the upstream's: a wrong value may refuse its answer.
    """

    owner: str = ""
    owned: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()

    def upstream_of(self, events: Iterable[type[Event]]) -> tuple[str, ...]:
        """The fields of these events that are the upstream's."""
        return tuple(name for name in content_fields(events) if name not in {*self.owned, *self.ours})


def content_fields(events: Iterable[type[Event]]) -> tuple[str, ...]:
    """The fields of these events beside the envelope."""
    return tuple(dict.fromkeys(name for event in events for name in event.model_fields if name not in ENVELOPE))
