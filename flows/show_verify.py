"""Tables about a verified home, for people."""

from rich.console import Console

from flows.show import Document, table


def draw_verify(console: Console, document: Document) -> None:
    """Each promise, what was computed again, and each breach with what mends it."""
    console.print(table("Promises", document["promises"], ("promise", "status", "reason", "seconds")))
    made = document["recomputed"]
    console.print(
        f"computed again from their offsets: {made['versions']} versions of {made['metrics']} metrics, over the "
        f"evidence of {made['passes']} passes"
    )
    if made["not_by_these_models"]:
        others = ", ".join(made["not_by_these_models"])
        console.print(f"made by other seeds or models, and not computed again: {others}", markup=False)
    for breach in document["breaches"]:
        console.print(f"[red]{breach['promise']}[/]: ", end="")
        console.print(f"{breach['where']}: {breach['observed']}; expected {breach['expected']}", markup=False)
        console.print(f"  mend: {breach['mend']}", markup=False)
    console.print(f"{len(document['breaches'])} breaches in {document['seconds']} s")
