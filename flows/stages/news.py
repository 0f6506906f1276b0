"""What an answer says that the answers before it did not: pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from tokenshare.events import Event
from tokenshare.sources import Parsed

Digests = Mapping[str, str]  # a digest of its statement for each stated period


@dataclass(frozen=True)
class News:
    """The part of an answer to produce: its events, and the days they state whole; None if they are the whole answer.

    `digests` are of all periods stated by now.
    """

    events: tuple[Event, ...]
    days: tuple[date, ...] | None
    digests: Digests


def select_news(parsed: Parsed, stated: Digests, today: date, *, by_day: bool, is_repeated: bool) -> News | None:
    """The news of an answer; None if all of it was `stated` before.

    With `by_day` only new, changed and missing days are news, else the whole answer is if any part of it is. A first
    answer is whole. `is_repeated`: a person wants all of it again.
    """
    found = _by_period(parsed.events, today)
    digests = {period: _digest(events, parsed.withdrawn) for period, events in found.items()}
    missing = _covered(stated, parsed) - digests.keys()
    changed = missing | {period for period, digest in digests.items() if stated.get(period) != digest}
    if not (changed or is_repeated):
        return None
    known = {period: digest for period, digest in stated.items() if period not in missing} | digests
    if not by_day or not (stated or is_repeated):
        return News(parsed.events, None, known)
    wanted = missing | digests.keys() if is_repeated else changed
    events = tuple(event for period, events in found.items() if period in wanted for event in events)
    return News(events, tuple(map(date.fromisoformat, sorted(wanted))), known)


def select_days(parsed: Parsed, days: Collection[date] | None, today: date) -> tuple[Event, ...]:
    """The events of an answer that state these days; all if they are None."""
    if days is None:
        return parsed.events
    found, wanted = _by_period(parsed.events, today), {str(day) for day in days}
    return tuple(event for period, events in found.items() if period in wanted for event in events)


def _by_period(events: Iterable[Event], today: date) -> dict[str, list[Event]]:
    periods: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        periods[str(getattr(event, event.period) if event.period else today)].append(event)
    return periods


def _digest(events: Iterable[Event], withdrawn: tuple[str, ...]) -> str:
    ids = sorted(event.event_id for event in events)
    return sha256("".join([*ids, *withdrawn]).encode()).hexdigest()[:32]


def _covered(stated: Digests, parsed: Parsed) -> set[str]:
    """The periods stated before and covered by this answer. If it no longer states one, its absence is news."""
    if not (parsed.start_date and parsed.end_date):
        return set()
    return {period for period in stated if str(parsed.start_date) <= period <= str(parsed.end_date)}
