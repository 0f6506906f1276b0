"""Terminal tables: each function draws the document printed by `--json`, with its text made visible."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

COLOURS = {
    "ok": "green",
    "published": "green",
    "current": "green",
    "fetched": "green",
    "passed": "green",
    "True": "green",
    "held": "red",
    "failed": "red",
    "refused": "red",
    "absent": "yellow",
    "incomplete": "yellow",
    "released": "yellow",
    "kept": "green",
    "broken": "red",
    "inactive": "dim",
    "skipped": "dim",
    "unchanged": "cyan",
}
HIDDEN = {"as_of", "version", "status", "held_since"}
DRAWN_ROWS = 100  # nobody reads more on a terminal
UNANSWERED_FIX = """Check the connection, or set HTTPS_PROXY if this network needs a proxy; then run it
again. What is published stays, and what is missing is fetched then.
"""
OPEN = ("key", "subject", "since", "is_flapping", "reason", "runbook")
ASIDE = ("source_id", "observed_at", "rows", "reasons")
DELIVERY = ("channel", "key", "action", "reminder", "state", "tries", "next_try_at", "said")
DISAGREEMENT = (
    *("model_id", "first_date", "last_date", "days_count", "catalogue_input_usd_per_million"),
    *("book_input_usd_per_million", "catalogue_output_usd_per_million", "book_output_usd_per_million"),
)


def draw_refresh(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the results of a pass, by source and by metric; in one screen if no upstream answered."""
    if document["unanswered"]:
        _draw_unanswered(console, document)
    else:
        console.print(table("Sources", document["sources"], ("id", "status", "events", "reason")))
        console.print(table("Metrics", document["metrics"], ("id", "status", "version", "rows", "checks", "reason")))
    landed = sum(found["rows"] for found in document["ranges"])
    seconds = document["seconds"]["total"]
    alerts = ", ".join(f"{name} {count}" for name, count in document["alerts"].items())
    console.print(f"alerts: {alerts}")
    ended = f": {landed} records landed in {seconds} s, as of {document['as_of']}"
    console.print(Text.assemble(coloured(document["status"]), ended))
    if "report" in document:
        console.print(f"open it in a browser: {document['report']}", soft_wrap=True)


def _draw_unanswered(console: Console, document: Mapping[str, Any]) -> None:
    """Draw a pass without a usable answer of any upstream: the reasons, what stands all the same, and the fix."""
    console.print("No upstream gave a usable answer.", style="red")
    for found in document["unanswered"]:
        console.print(f"  {found['id']} ({found['address']}): {found['reason']}", markup=False)
    read = [found["id"] for found in document["sources"] if found["status"] in ("fetched", "unchanged")]
    console.print(f"Read from files on this machine: {', '.join(read) or 'nothing'}.")
    counts = Counter(found["status"] for found in document["metrics"])
    console.print(f"Metrics: {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}.")
    console.print(UNANSWERED_FIX)


def draw_files(console: Console, document: Mapping[str, Any]) -> None:
    """Draw landed files, each with its state before it landed again."""
    console.print(table("Landed files", document["files"], ("file", "rows", "was")))


def draw_import(console: Console, document: Mapping[str, Any]) -> None:
    """Draw what an imported file added, what was put aside, and what to look at."""
    console.print(table("Closes", document["closes"][:DRAWN_ROWS], ("symbol", "date", "close", "currency")))
    for kind in ("aside", "warnings"):
        for said in document[kind]:
            console.print(f"{kind}: {said}", markup=False)
    counts = ", ".join(f"{document[name]} {name}" for name in ("added", "replaced", "unchanged"))
    console.print(f"{document['file']}: {counts}, in {document['into']}", markup=False)


def draw_compacted(console: Console, document: Mapping[str, Any]) -> None:
    """Draw merged files and pruned versions."""
    console.print(table("Merged", document["merged"], ("file", "files", "rows")))
    console.print(table("Pruned versions", document["pruned"], ("metric", "version")))


def draw_turn(console: Console, document: Mapping[str, Any]) -> None:
    """Draw a turn of `stream` in one line."""
    landed = f"{document['records']} records landed in {document['seconds']:.1f} s, {document['lag']} behind"
    console.print(f"{landed}; {document['published']} relations published, {document['held']} held", markup=False)


def draw_status(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the health of a home."""
    console.print(f"home {document['home']} ({origin_of(document)}), as of {text(document['as_of'])}", markup=False)
    console.print(f"broker {_facts(document['broker'])}; records waiting: {text(document['lag'])}")
    console.print(table("Sources", document["sources"], ("id", "last_completed", "periods")))
    console.print(table("Metrics", document["metrics"], ("metric", "state", "version", "status", "reason")))
    if document["holder"]:
        console.print(f"pass at work: {_facts(document['holder'])}", markup=False)
    for title, rows, columns in (
        ("Records lost and accepted", document["gaps"], ()),
        ("Dead letters", document["dead_letters"], ()),
        ("Rows put aside in the newest fetch", document["rows_put_aside"], ASIDE),
        ("Open alerts", document["alerts"]["open"], OPEN),
        ("Channels with waiting alerts", document["alerts"]["waiting"], ()),
        ("Unmapped part of the newest week's tokens", document["unmapped_weekly"], ()),
        ("Unmapped vendors", document["unknown_vendors"], ()),
        ("Catalogue and price book disagree", document["price_disagreements"], DISAGREEMENT),
        ("Unmapped Hub organisations", document["unknown_organisations"], ()),
    ):
        _draw_capped(console, title, rows, columns)
    if document["unserved_weeks"]:
        weeks, left = document["unserved_weeks"][:DRAWN_ROWS], document["unserved_weeks"][DRAWN_ROWS:]
        listed = ", ".join(map(str, [*weeks, *([f"and {len(left)} more"] if left else [])]))
        console.print(f"weeks without a row, because no upstream served a day of them: {listed}")
    if document["unmapped_prices_count"]:
        console.print(f"unmapped names in the price book: {document['unmapped_prices_count']}")


def _draw_capped(console: Console, title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Draw the first rows of a list and the number of the others; nothing of an empty one."""
    if rows:
        console.print(table(title, rows[:DRAWN_ROWS], columns))
    if len(rows) > DRAWN_ROWS:
        console.print(f"and {len(rows) - DRAWN_ROWS} more: --json gives all")


def draw_mappings(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the names that no map knows, the heaviest of each kind first, and the parts of the newest week."""
    console.print(f"your maps: {document['folder'] or 'none; TOKENSHARE_CURATED names their folder'}", markup=False)
    rows = [{**row, "share": f"{row['share'] or 0:.4%}"} for row in document["unmapped"]]
    more = f"the heaviest {DRAWN_ROWS} of {len(rows)}: --kind or --json gives more" if len(rows) > DRAWN_ROWS else ""
    console.print(table(more, rows[:DRAWN_ROWS]) if rows else "every name is mapped")
    console.print(table("Unmapped part of the newest week's tokens", document["unmapped_weekly"]))


def draw_added(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the rows added to maps."""
    for found in document["added"]:
        console.print(f"{found['file']}: {', '.join(f'{n}={v}' for n, v in found['row'].items())}", markup=False)
    console.print(document["then"], markup=False)


def draw_letters(console: Console, document: Mapping[str, Any]) -> None:
    """Draw dead letters, a line each; every value is drawn as text."""
    rows = [{name: str(value or "-") for name, value in row.items()} for row in document["letters"]]
    console.print(table("Dead letters", rows) if rows else "no dead letter is open")


def draw_alerts(console: Console, document: Mapping[str, Any]) -> None:
    """Draw open alerts, past alerts, and the deliveries of each channel."""
    console.print(table("Open", document["open"], OPEN))
    console.print(table("Over", document["over"], ("fault", "key", "opened_at", "resolved_at")))
    console.print(table("Messages", document["messages"], DELIVERY))
    draw_channels(console, document)


def draw_channels(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the deliveries of each channel."""
    console.print(table("Channels", document["channels"]) if document["channels"] else "no channel is set up")


def draw_metrics(console: Console, document: Mapping[str, Any]) -> None:
    """Draw all metrics, one line each."""
    columns = ("metric", "title", "unit", "state", "version", "as_of", "rows_count")
    console.print(table("Metrics", document["metrics"], columns))


def draw_metric(console: Console, document: Mapping[str, Any]) -> None:
    """Draw one metric with its card: no number is read without its denominator."""
    console.print(Text.assemble((document["title"], "bold"), f" ({document['metric']})"))
    for name in ("method", "denominator", "coverage", "exclusions", "citation"):
        console.print(f"  {name}: {document[name]}", markup=False)
    console.print(f"  numbers: {origin_of(document)}", markup=False)
    console.print(f"  version {document['version']}, as of {text(document['as_of'])}, {text(document.get('status'))}")
    rows = document["rows"]
    title = f"the last {DRAWN_ROWS} of {len(rows)} rows: --json gives all" if len(rows) > DRAWN_ROWS else ""
    columns = tuple(name for name in rows[0] if name not in HIDDEN) if rows else ()
    console.print(table(title, rows[-DRAWN_ROWS:], columns))


def draw_restatements(console: Console, document: Mapping[str, Any]) -> None:
    """Draw replaced cells, old beside new."""
    columns = ("metric", "key", "column", "old", "new", "old_version", "new_version", "cause")
    console.print(table("Restatements", document["restatements"], columns))


def draw_gates(console: Console, document: Mapping[str, Any]) -> None:
    """Draw held metrics and the checks of the newest pass."""
    console.print(table("Held", document["held"], ("metric", "version", "held_since", "reason")))
    periods = ("metric", "period", "check", "key", "observed", "expected", "since")
    if document["held_periods"]:
        console.print(table("Held periods", document["held_periods"], periods))
    columns = ("metric", "candidate_version", "check", "outcome", "observed", "expected")
    console.print(table(f"Checks of {document['run']}", document["checks"], columns))


def draw_trace(console: Console, document: Mapping[str, Any]) -> None:
    """Draw a number, its offsets, and the comparison with its recomputed value."""
    console.print(f"{document['metric']} {document['key']} version {document['version']}", markup=False)
    console.print(table("Evidence", document["evidence"]))
    console.print(table("Row", [document["row"]]))
    verdict = "the same again" if document["equal"] else "NOT the same"
    equal = coloured(str(document["equal"]))
    console.print(Text.assemble("computed again from these offsets alone: ", equal, f" ({verdict})"))
    if document["changed_since"]:
        console.print(f"changed since that version: {', '.join(document['changed_since'])}")


def draw_verify(console: Console, document: Mapping[str, Any]) -> None:
    """Draw each promise, the extent of recomputation, and each breach with its fix."""
    console.print(table("Promises", document["promises"], ("promise", "status", "reason", "seconds")))
    recomputed = document["recomputed"]
    console.print(
        f"computed again from their offsets: {recomputed['versions']} versions of {recomputed['metrics']} metrics, "
        f"over the evidence of {recomputed['passes']} passes"
    )
    if recomputed["not_by_these_models"]:
        others = ", ".join(recomputed["not_by_these_models"])
        console.print(f"not computed again, because other seeds or models made them: {others}", markup=False)
    for breach in document["breaches"]:
        found = f": {breach['where']}: {breach['observed']}; expected {breach['expected']}"
        console.print(Text.assemble((breach["promise"], "red"), found))
        console.print(f"  mend: {breach['mend']}", markup=False)
    console.print(f"{len(document['breaches'])} breaches in {document['seconds']} s")


def draw_findings(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the findings of `doctor`."""
    console.print(table("Doctor", document["findings"], ("name", "is_well", "said", "fix")))


def draw_facts(console: Console, document: Mapping[str, Any]) -> None:
    """Draw a flat document, one field a line."""
    for name, value in document.items():
        console.print(f"{name}: {text(value)}", markup=False)


def table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> Table:
    """A table of rows, with all of their columns or the given ones."""
    names = list(columns) or (list(rows[0]) if rows else [])
    drawn = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in names:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(coloured(text(row.get(name))) for name in names))
    return drawn


def coloured(word: str) -> Text:
    """A word as text, in the colour of its state if it is one."""
    return Text(word, COLOURS.get(word, ""))


def text(value: Any) -> str:
    """A value as short text; `-` for None."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def origin_of(document: Mapping[str, Any]) -> str:
    """The origin of a document's numbers in words, such as `recorded, as of 2026-08-03 06:00 UTC`."""
    from tokenshare.origins import Origin

    return Origin(document["origin"], document["recorded_as_of"]).label or document["origin"]


def _facts(document: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {text(value)}" for name, value in document.items())
