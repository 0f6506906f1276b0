"""`status --watch`: the health of a home, drawn in place on a terminal; elsewhere a line for each change."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flows.cli.output import is_terminal, print_line, redrawn, wait
from flows.cli.screen import Screen
from flows.cli.tables import table, text
from tokenshare.text import as_json

Document = Mapping[str, Any]
Facts = dict[str, str]
HELD = ("metric", "version", "reason")


def watch(look: Callable[[], dict[str, Any]], now: Callable[[], datetime], every: float, *, is_json: bool) -> None:
    """Show what `look` finds every `every` seconds, until interrupted."""
    if is_json or not is_terminal():
        before: Facts | None = None
        while True:
            facts = facts_of(look())
            for change in changes(before, facts):
                print_line(as_json({"at": now(), **change}) if is_json else _sentence(now(), change))
            before = facts
            wait(every)
    with redrawn() as redraw:
        while True:
            redraw({**look(), "seen_at": now(), "every": every}, draw_watched)
            wait(every)


def facts_of(document: Document) -> Facts:
    """What may change in the health of a home, each fact with its value in words; pure."""
    holder = document["holder"]
    return {
        "as_of": text(document["as_of"]),
        "pass": f"pid {holder['pid']}" if holder else "none",
        "broker": "running" if document["broker"].get("running", True) else "not running",
        "lag": text(document["lag"]),
        **{f"metric {m['metric']}": " ".join([m["state"], *_version(m)]) for m in document["metrics"]},
        **{f"source {source['id']}": text(source["last_completed"]) for source in document["sources"]},
        **{f"dead letters {row['topic']}": text(row["open"]) for row in document["dead_letters"]},
        "alerts open": text(len(document["alerts"]["open"])),
        "alerts undelivered": text(document["alerts"]["undelivered"]),
    }


def changes(before: Facts | None, after: Facts) -> Iterator[dict[str, str | None]]:
    """The facts that are not as before, in a fixed order; at first every fact. Pure."""
    for name in {**(before or {}), **after}:
        old, new = (before or {}).get(name), after.get(name)
        if old != new:
            yield {"fact": name, "old": old, "new": new}


def draw_watched(screen: Screen, document: Document) -> None:
    """Draw the health of a home in a few lines: counts, and what is not well."""
    facts = facts_of(document)
    screen.print(f"home {document['home']}, as of {facts['as_of']}")
    screen.print(f"broker {facts['broker']}; records waiting: {facts['lag']}; pass at work: {facts['pass']}")
    states = Counter(metric["state"] for metric in document["metrics"])
    screen.print(f"metrics: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}")
    held = [metric for metric in document["metrics"] if metric["state"] == "held"]
    if held:
        screen.print(table("Held", held, HELD))
    if document["dead_letters"]:
        screen.print(table("Dead letters", document["dead_letters"]))
    screen.print(f"alerts: {facts['alerts open']} open, {facts['alerts undelivered']} undelivered")
    screen.print(f"seen {text(document['seen_at'])}, again every {document['every']:g} s; Ctrl-C ends", "dim")


def _version(metric: Document) -> list[str]:
    return [f"version {metric['version']}"] if metric["version"] else []


def _sentence(at: datetime, change: Mapping[str, str | None]) -> str:
    moved = change["new"] or "gone"
    return f"{at:%Y-%m-%dT%H:%M:%SZ} {change['fact']}: " + (f"{change['old']} -> {moved}" if change["old"] else moved)
