"""Tables for people: each drawing takes the document that `--json` would print."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

Document = Mapping[str, Any]
COLOURS = {
    "ok": "green", "published": "green", "current": "green", "fetched": "green", "passed": "green", "True": "green",
    "held": "red", "failed": "red", "refused": "red", "absent": "yellow", "incomplete": "yellow", "released": "yellow",
    "inactive": "dim", "skipped": "dim", "unchanged": "cyan",
}  # fmt: skip
SHARE_HEADINGS = {
    "week_start_date": "week of", "identified_share": "identified", "tokens": "of all", "origin_share": "by origin",
    "known_tokens": "of known", "lower_share": "lower", "upper_share": "upper", "top10_share": "top ten",
    "gate": "gate", "status": "status",
}  # fmt: skip
VENDOR_HEADINGS = {
    "vendor_id": "vendor", "tokens": "tokens", "vendor_share": "of all", "named_share": "of named",
    "upper_share": "at most", "days_observed": "days",
}  # fmt: skip
OPENNESS_HEADINGS = {"openness": "class", "tokens": "tokens", "openness_share": "of all"}
HIDDEN = {"as_of", "version", "status", "held_since"}
DISAGREEMENT = (
    *("model_id", "first_date", "last_date", "days_count", "catalogue_input_usd_per_million"),
    *("book_input_usd_per_million", "catalogue_output_usd_per_million", "book_output_usd_per_million"),
)


def draw_refresh(console: Console, document: Document) -> None:
    """What a pass did, source by source and metric by metric."""
    console.print(_table("Sources", document["sources"], ("id", "status", "events", "reason")))
    console.print(_table("Metrics", document["metrics"], ("id", "status", "version", "rows", "checks", "reason")))
    landed = sum(found["rows"] for found in document["ranges"])
    seconds = document["seconds"]["total"]
    console.print(f"{_coloured(document['status'])}: {landed} records landed in {seconds} s, as of {document['as_of']}")


def draw_status(console: Console, document: Document) -> None:
    """Health at a glance."""
    console.print(f"home {document['home']} ({document['origin']}), as of {_text(document['as_of'])}")
    console.print(f"broker {_facts(document['broker'])}; records waiting: {_text(document['lag'])}")
    console.print(_table("Sources", document["sources"], ("id", "last_completed", "periods")))
    console.print(_table("Metrics", document["metrics"], ("metric", "state", "version", "status", "reason")))
    if document["unserved_weeks"]:
        weeks = ", ".join(map(str, document["unserved_weeks"]))
        console.print(f"weeks without a row, because a day was never served: {weeks}")
    if document["unknown_vendors"]:
        console.print(_table("Vendors nobody mapped", document["unknown_vendors"]))
    if document["price_disagreements"]:
        console.print(_table("Catalogue and price book disagree", document["price_disagreements"], DISAGREEMENT))
    if document["unmapped_prices_count"]:
        console.print(f"names in the price book that nobody mapped: {document['unmapped_prices_count']}")


def draw_metrics(console: Console, document: Document) -> None:
    """All metrics, one line each."""
    columns = ("metric", "title", "unit", "state", "version", "as_of", "rows_count")
    console.print(_table("Metrics", document["metrics"], columns))


def draw_metric(console: Console, document: Document) -> None:
    """One metric with its card, so that no number is read without its denominator."""
    console.print(f"[bold]{document['title']}[/bold] ({document['metric']})")
    for name in ("method", "denominator", "coverage", "exclusions", "citation"):
        console.print(f"  {name}: {document[name]}", markup=False)
    console.print(f"  version {document['version']}, as of {_text(document['as_of'])}, {_text(document.get('status'))}")
    rows = document["rows"]
    console.print(_table("", rows, tuple(name for name in rows[0] if name not in HIDDEN) if rows else ()))


def draw_restatements(console: Console, document: Document) -> None:
    """Replaced cells, old beside new."""
    columns = ("metric", "key", "column", "old", "new", "old_version", "new_version", "cause")
    console.print(_table("Restatements", document["restatements"], columns))


def draw_gates(console: Console, document: Document) -> None:
    """What is held, and which checks of the newest pass failed."""
    console.print(_table("Held", document["held"], ("metric", "version", "held_since", "reason")))
    columns = ("metric", "candidate_version", "check", "outcome", "observed", "expected")
    console.print(_table(f"Checks of {document['run']}", document["checks"], columns))


def draw_trace(console: Console, document: Document) -> None:
    """A number, its offsets, and whether they give it again."""
    console.print(f"{document['metric']} {document['key']} version {document['version']}", markup=False)
    console.print(_table("Evidence", document["evidence"]))
    console.print(_table("Row", [document["row"]]))
    verdict = "the same again" if document["equal"] else "NOT the same"
    console.print(f"computed again from these offsets alone: {_coloured(str(document['equal']))} ({verdict})")
    if document["changed_since"]:
        console.print(f"changed since that version: {', '.join(document['changed_since'])}")


def draw_findings(console: Console, document: Document) -> None:
    """What doctor looked at."""
    console.print(_table("Doctor", document["findings"], ("name", "is_well", "said", "fix")))


def draw_facts(console: Console, document: Document) -> None:
    """A flat document, a line a fact."""
    for name, value in document.items():
        console.print(f"{name}: {_text(value)}", markup=False)


def draw_demo(console: Console, document: Document) -> None:
    """The newcomer's first sight: shares with denominator, bounds, gate and status; synthetic and labelled so."""
    draw_refresh(console, document["refresh"])
    console.print()
    console.print(_headed("Demo (synthetic): Chinese share of tokens", document["shares"], SHARE_HEADINGS))
    console.print("identified: of all tokens; by origin: of tokens of known origin; bounds: nothing or all of the")
    console.print("unknown is Chinese; top ten: within the ten most-used models, the press variant\n")
    console.print(_headed("Demo (synthetic): vendors, newest week", document["vendors"], VENDOR_HEADINGS))
    console.print(_headed("\nDemo (synthetic): openness, newest week", document["openness"], OPENNESS_HEADINGS))
    for hold in document["holds"]:
        console.print(f"\n{_coloured('held')} on purpose: {hold['metric']}, because {hold['reason']}")
        console.print("readers still see its last good version; the other metrics were published")
    console.print(f"{document['restatements']} published cells were restated: tokenshare restatements")
    console.print(f"query it with any DuckDB client: {document['database']}", soft_wrap=True)


def _headed(title: str, rows: Sequence[Document], headings: Mapping[str, str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, heading in headings.items():
        is_number = name.endswith(("_share", "tokens"))
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(_coloured(_short(name, row[name])) for name in headings))
    return table


def _short(name: str, value: Any) -> str:
    """For a glance: shares in percent, tokens in billions."""
    if name.endswith("_share"):
        return f"{value:.1%}"
    return f"{value / 1e9:,.0f}B" if name.endswith("tokens") else _text(value)


def _table(title: str, rows: Sequence[Document], columns: Sequence[str] = ()) -> Table:
    names = list(columns) or (list(rows[0]) if rows else [])
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_coloured(_text(row.get(name))) for name in names))
    return table


def _coloured(text: str) -> str:
    escaped = text.replace("[", r"\[")
    return f"[{COLOURS[text]}]{text}[/]" if text in COLOURS else escaped


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _facts(document: Document) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in document.items())
