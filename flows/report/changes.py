"""Changes since the page before: new versions, restated numbers and holds."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.report.numbers import short
from flows.report.reading import Published

STATED = re.compile(r'<main id="figures" data-as-of="([^"]*)" data-since="([^"]*)">')
MOST_LINES = 12


@dataclass(frozen=True)
class Changes:
    """The lines of the section; `since` is the as-of of the page before, None of the first page."""

    since: datetime | None
    lines: Sequence[str]


def since_of(page: str, as_of: datetime | None) -> datetime | None:
    """The as-of that a page drawn now compares with: of the page before, or what that compared with if it is as new."""
    found = STATED.search(page)
    moments = [datetime.fromisoformat(text) if text else None for text in (found.groups() if found else ("", ""))]
    earlier, before_it = moments
    return earlier if earlier is None or earlier != as_of else before_it


def read_changes(published: Published, since: datetime | None) -> Changes:
    """The changes between that moment and now."""
    if since is None:
        return Changes(None, ())
    new = {
        (row["metric"], row["version"])
        for row in published.catalog("publications")
        if row["published_at"] is not None and row["as_of"] > since
    }
    restated = Counter(
        (row["metric"], row["cause"])
        for row in published.catalog("restatements")
        if (row["metric"], row["new_version"]) in new
    )
    titles = {id: card.title for id, card in published.cards.items()}
    held = [card.title for card in published.cards.values() if card.held_since and card.held_since > since]
    moved = len({metric for metric, _ in new})
    lines = [
        f"{moved} relations have a new version." if moved else "No relation has a new version.",
        *(f"Held: {title}." for title in held),
        *(
            f"{titles.get(metric, metric)}: {short(cells)} {'number' if cells == 1 else 'numbers'} restated ({cause})."
            for (metric, cause), cells in restated.most_common()
        ),
    ]
    more = len(lines) - MOST_LINES
    return Changes(since, lines if more <= 0 else [*lines[:MOST_LINES], f"And {more} more restatements."])
