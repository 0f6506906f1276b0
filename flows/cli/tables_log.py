"""Drawings of what a pass did, and of what the next one would change."""

from collections.abc import Mapping
from typing import Any

from flows.cli.screen import Screen
from flows.cli.tables import table, text

UNNAMED = ("at", "event", "traceback")  # of a fact: drawn without their names


def draw_upgrade(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw what the next pass would change, part by part."""
    screen.print(table("Parts", document["parts"], ("part", "change", "reason")))
    screen.print(f"{document['home']}, read by tokenshare {document['version']}: {document['status']}")


def draw_log(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the log of a pass, a line for each fact, and the ids of other passes."""
    screen.print(f"pass {document['run']}, one of {len(document['runs'])} kept")
    for fact in document["lines"]:
        screen.print(log_line(fact))
        for line in fact.get("traceback", ()):
            screen.print(f"  {line}")


def log_line(fact: Mapping[str, Any]) -> str:
    """A fact of a log in one line: the time, the event, and what is not empty."""
    facts = ", ".join(f"{name} {text(value)}" for name, value in fact.items() if value and name not in UNNAMED)
    return f"{str(fact['at'])[11:19]} {fact['event']}: {facts}"
