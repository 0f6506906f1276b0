"""Tables of the commands that repair."""

from rich.console import Console

from flows.show import Document, draw_facts, table


def draw_files(console: Console, document: Document) -> None:
    """Landed files, and whether each was as it should be."""
    console.print(table("Landed files", document["files"], ("file", "rows", "was")))


def draw_letters(console: Console, document: Document) -> None:
    """Dead letters, a line each; what was sent is shown as text alone."""
    rows = [{name: str(value or "-") for name, value in row.items()} for row in document["letters"]]
    console.print(table("Dead letters", rows) if rows else "no dead letter is open")


def draw_letter(console: Console, document: Document) -> None:
    """One dead letter."""
    draw_facts(console, document)


def draw_compacted(console: Console, document: Document) -> None:
    """What was put together, and what was pruned."""
    console.print(table("Merged", document["merged"], ("file", "files", "rows")))
    console.print(table("Pruned versions", document["pruned"], ("metric", "version")))
