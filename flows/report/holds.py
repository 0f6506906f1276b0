"""Holds as the page shows them: one calm line for each check, with its runbook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.report.reading import Card, Published
from tokenshare.runbooks import link_of


@dataclass(frozen=True)
class Hold:
    """The metrics that one check holds since one moment, and where its meaning stands."""

    titles: str
    check: str
    since: datetime | None
    shown: str
    runbook: str


def read_holds(published: Published, runbooks: str) -> list[Hold]:
    """The holds of the page; `runbooks` is the prefix of their links."""
    return list(_holds(published.cards, runbooks))


def _holds(cards: Mapping[str, Card], runbooks: str) -> Iterator[Hold]:
    grouped: dict[tuple[str, datetime | None], list[Card]] = {}
    for card in cards.values():
        if card.is_held:
            grouped.setdefault((_check(card), card.held_since), []).append(card)
    for (check, since), held in grouped.items():
        titles = ", ".join(card.title for card in held)
        has_version = any(card.version for card in held)
        shown = "the last good numbers stay" if has_version else "none has ever passed, so nothing is shown"
        yield Hold(titles, check, since, shown, f"{runbooks}{link_of(check)}" if check else f"{runbooks}README.md")


def _check(card: Card) -> str:
    """The first check of a reason: `name: observed ..., expected ...`."""
    return card.reason.partition(": ")[0]
