"""Terminal tables: each function draws the document printed by `--json`, with its text made visible."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flows.cli.screen import STYLES, Screen, Table

HIDDEN = {"as_of", "version", "status", "held_since"}
DRAWN_ROWS = 100  # nobody reads more on a terminal
UNANSWERED_FIX = """Check the connection, or set HTTPS_PROXY if this network needs a proxy; then run it
again. What is published stays, and what is missing is fetched then.
"""
METRIC = ("metric", "title", "unit", "state", "version", "as_of", "rows_count")
RESTATEMENT = ("metric", "key", "column", "old", "new", "old_version", "new_version", "cause")
HELD_PERIOD = ("metric", "period", "check", "key", "observed", "expected", "since")
CHECK = ("metric", "candidate_version", "check", "outcome", "observed", "expected")
OPEN = ("key", "subject", "since", "is_flapping", "reason", "runbook")
UNMAPPED = ("kind", "name", "mass", "share", "first_seen", "proposal")
LETTER = ("record", "state", "sent_at", "error", "message", "by", "reason", "decided_at")
ASIDE = ("source_id", "observed_at", "rows", "reasons")
DELIVERY = ("channel", "key", "action", "reminder", "state", "tries", "next_try_at", "said")
DISAGREEMENT = (
    *("model_id", "first_date", "last_date", "days_count", "catalogue_input_usd_per_million"),
    *("book_input_usd_per_million", "catalogue_output_usd_per_million", "book_output_usd_per_million"),
)


def draw_refresh(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the results of a pass, by source and by metric; in one screen if no upstream answered."""
    if document["unanswered"]:
        _draw_unanswered(screen, document)
    else:
        screen.print(table("Sources", document["sources"], ("id", "status", "events", "reason")))
        screen.print(table("Metrics", document["metrics"], ("id", "status", "version", "rows", "checks", "reason")))
    if document["mirrors"]:
        draw_mirrors(screen, document)
    landed = sum(found["rows"] for found in document["ranges"])
    seconds = document["seconds"]["total"]
    alerts = ", ".join(f"{name} {count}" for name, count in document["alerts"].items())
    screen.print(f"alerts: {alerts}")
    status = document["status"]
    screen.print(f"{status}: {landed} records landed in {seconds} s, as of {document['as_of']}", STYLES.get(status, ""))
    if "report" in document:
        screen.print(f"open it in a browser: {document['report']}")


def draw_mirrors(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw what each mirror took over, or why it is behind."""
    names = ("id", "status", "moved", "total", "seconds", "reason", "fix")
    screen.print(table("Mirrors", document["mirrors"], names))


def _draw_unanswered(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw a pass without a usable answer of any upstream: the reasons, what stands all the same, and the fix."""
    screen.print("No upstream gave a usable answer.", style="red")
    for found in document["unanswered"]:
        screen.print(f"  {found['id']} ({found['address']}): {found['reason']}")
    read = [found["id"] for found in document["sources"] if found["status"] in ("fetched", "unchanged")]
    screen.print(f"Read from files on this machine: {', '.join(read) or 'nothing'}.")
    counts = Counter(found["status"] for found in document["metrics"])
    screen.print(f"Metrics: {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}.")
    screen.print(UNANSWERED_FIX)


def draw_files(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw landed files, each with its state before it landed again."""
    screen.print(table("Landed files", document["files"], ("file", "rows", "was")))


def draw_import(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw what an imported file added, what was put aside, and what to look at."""
    screen.print(table("Closes", document["closes"][:DRAWN_ROWS], ("symbol", "date", "close", "currency")))
    for kind in ("aside", "warnings"):
        for said in document[kind]:
            screen.print(f"{kind}: {said}")
    counts = ", ".join(f"{document[name]} {name}" for name in ("added", "replaced", "unchanged"))
    screen.print(f"{document['file']}: {counts}, in {document['into']}")


def draw_compacted(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw merged files and pruned versions."""
    screen.print(table("Merged", document["merged"], ("file", "files", "rows")))
    screen.print(table("Pruned versions", document["pruned"], ("metric", "version")))


def draw_subjects(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the subjects of a schema registry, each with the id of its schema."""
    screen.print(table(document["registry"], document["subjects"], ("subject", "id", "state")))


def draw_turn(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw a turn of `stream` in one line."""
    landed = f"{document['records']} records landed in {document['seconds']:.1f} s, {document['lag']} behind"
    screen.print(f"{landed}; {document['published']} relations published, {document['held']} held")


def draw_status(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the health of a home."""
    screen.print(f"home {document['home']} ({origin_of(document)}), as of {text(document['as_of'])}")
    screen.print(f"broker {_facts(document['broker'])}; records waiting: {text(document['lag'])}")
    screen.print(table("Sources", document["sources"], ("id", "last_completed", "periods")))
    screen.print(table("Metrics", document["metrics"], ("metric", "state", "version", "status", "reason")))
    if document["holder"]:
        screen.print(f"pass at work: {_facts(document['holder'])}")
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
        _draw_capped(screen, title, rows, columns)
    if document["unserved_weeks"]:
        weeks, left = document["unserved_weeks"][:DRAWN_ROWS], document["unserved_weeks"][DRAWN_ROWS:]
        listed = ", ".join(map(str, [*weeks, *([f"and {len(left)} more"] if left else [])]))
        screen.print(f"weeks without a row, because no upstream served a day of them: {listed}")
    if document["unmapped_prices_count"]:
        screen.print(f"unmapped names in the price book: {document['unmapped_prices_count']}")


def _draw_capped(screen: Screen, title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Draw the first rows of a list and the number of the others; nothing of an empty one."""
    if rows:
        screen.print(table(title, rows[:DRAWN_ROWS], columns))
    if len(rows) > DRAWN_ROWS:
        screen.print(f"and {len(rows) - DRAWN_ROWS} more: --json gives all")


def draw_mappings(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw the names that no map knows, the heaviest of each kind first, and the parts of the newest week."""
    screen.print(f"your maps: {document['folder'] or 'none; TOKENSHARE_CURATED names their folder'}")
    rows = [row | ({"share": f"{row['share'] or 0:.4%}"} if "share" in row else {}) for row in document["unmapped"]]
    screen.print(table("", rows, columns) if rows else "every name is mapped")
    screen.print(table("Unmapped part of the newest week's tokens", document["unmapped_weekly"]))


def draw_added(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the rows added to maps."""
    for found in document["added"]:
        screen.print(f"{found['file']}: {', '.join(f'{n}={v}' for n, v in found['row'].items())}")
    screen.print(document["then"])


def draw_letters(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw dead letters, a line each; every value is drawn as text."""
    rows = [{name: str(value or "-") for name, value in row.items()} for row in document["letters"]]
    screen.print(table("Dead letters", rows, columns) if rows else "no dead letter is open")


def draw_alerts(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw open alerts, past alerts, and the deliveries of each channel."""
    screen.print(table("Open", document["open"], columns or OPEN))
    screen.print(table("Over", document["over"], ("fault", "key", "opened_at", "resolved_at")))
    screen.print(table("Messages", document["messages"], DELIVERY))
    draw_channels(screen, document)


def draw_channels(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the deliveries of each channel."""
    screen.print(table("Channels", document["channels"]) if document["channels"] else "no channel is set up")


def draw_metrics(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw all metrics, one line each."""
    screen.print(table("Metrics", document["metrics"], columns or METRIC))


def draw_metric(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw one metric with its card: no number is read without its denominator."""
    screen.print(f"{document['title']} ({document['metric']})", "bold")
    for name in ("method", "denominator", "coverage", "exclusions", "citation"):
        screen.print(f"  {name}: {document[name]}")
    screen.print(f"  numbers: {origin_of(document)}")
    screen.print(f"  version {document['version']}, as of {text(document['as_of'])}, {text(document.get('status'))}")
    rows = document["rows"]
    shown = columns or tuple(name for name in rows[0] if name not in HIDDEN) if rows else ()
    screen.print(table("", rows, shown))


def draw_restatements(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw replaced cells, old beside new."""
    screen.print(table("Restatements", document["restatements"], columns or RESTATEMENT))


def draw_gates(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw held metrics and the checks of the newest pass."""
    screen.print(table("Held", document["held"], ("metric", "version", "held_since", "reason")))
    if document["held_periods"]:
        screen.print(table("Held periods", document["held_periods"], HELD_PERIOD))
    screen.print(table(f"Checks of {document['run']}", document["checks"], columns or CHECK))


def draw_trace(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw a number, its offsets, and the comparison with its recomputed value."""
    screen.print(f"{document['metric']} {document['key']} version {document['version']}")
    screen.print(table("Evidence", document["evidence"]))
    screen.print(table("Row", [document["row"]]))
    verdict = "the same again" if document["equal"] else "NOT the same"
    equal = document["equal"]
    screen.print(f"computed again from these offsets alone: {equal} ({verdict})", "green" if equal else "red")
    if document["changed_since"]:
        screen.print(f"changed since that version: {', '.join(document['changed_since'])}")


def draw_verify(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw each promise, the extent of recomputation, and each breach with its fix."""
    screen.print(table("Promises", document["promises"], ("promise", "status", "reason", "seconds")))
    recomputed = document["recomputed"]
    screen.print(
        f"computed again from their offsets: {recomputed['versions']} versions of {recomputed['metrics']} metrics, "
        f"over the evidence of {recomputed['passes']} passes"
    )
    if recomputed["not_by_these_models"]:
        others = ", ".join(recomputed["not_by_these_models"])
        screen.print(f"not computed again, because other seeds or models made them: {others}")
    for breach in document["breaches"]:
        found = f": {breach['where']}: {breach['observed']}; expected {breach['expected']}"
        screen.print(f"{breach['promise']}{found}", "red")
        screen.print(f"  mend: {breach['mend']}")
    screen.print(f"{len(document['breaches'])} breaches in {document['seconds']} s")


def draw_findings(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the findings of `doctor`."""
    screen.print(table("Doctor", document["findings"], ("name", "is_well", "said", "fix")))


def draw_init(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw what `init` wrote, what works without the rest, and the findings of `doctor`."""
    screen.print(f"{document['file']}: {', '.join(document['written']) or 'nothing new'}")
    if document["kept"]:
        screen.print(f"kept as they are there: {', '.join(document['kept'])}")
    for row in document["without"]:
        screen.print(f"without {row['name']}: {row['what_works']}")
    draw_findings(screen, document)
    screen.print(f"now run: {document['then']}")


def draw_facts(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw a flat document, one field a line."""
    for name, value in document.items():
        screen.print(f"{name}: {text(value)}")


def table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | Mapping[str, str] = ()) -> Table:
    """A table of rows, with all of their columns or the given ones, under their names or the given headings."""
    names = columns or (tuple(rows[0]) if rows else ())
    headings = tuple(columns.values()) if isinstance(columns, Mapping) else tuple(names)
    return Table(title, headings, [[text(row.get(name)) for name in names] for row in rows])


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
