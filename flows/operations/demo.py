"""The demo: a synthetic world, backfilled, followed for three days and shown."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.storage.home import Home, describe
from connectors.storage.publications import catalog
from demo import world
from demo.world import hub
from flows.operations.ingest_history import collect
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.report import write as write_page
from flows.settings import Settings
from flows.setup import Progress
from tokenshare.metrics import METRIC_BY_ID, Metric

SHARES = (
    "china_share_identified_weekly",
    "china_share_origin_weekly",
    "china_share_top10_weekly",
    "china_share_bounds_weekly",
)
SHOWN_WEEKS = 8


def demonstrate(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Backfill eighteen synthetic months, ask all sources on three mornings, and hold the prices of the last.

    One pass builds what the mornings brought. In an existing home it alone runs: a home does not go back. Raises
    UsageError if its numbers are not of the demo.
    """
    home = Home(settings.home)
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "demo"
        world.write(directory)
        is_new = describe(home) is None
        if is_new:  # the Hub serves no history: earlier answers must exist before the backfill
            collect(settings, directory, ["huggingface_hub"], hub.EARLIER, progress, "demo")
            _pass(settings, world.BACKFILL_AS_OF, directory, progress)
            collect(settings, directory, [], world.DAILY_AS_OFS[:-1], progress, "demo")
        report = _pass(settings, world.FINAL_AS_OF, directory, progress)
    return {**_document(home, report), "report": str(write_page(home, settings.alert_runbooks))}


def _pass(settings: Settings, as_of: Any, directory: Path, progress: Progress) -> Report:
    progress(f"synthetic world as of {as_of:%Y-%m-%d}")
    return run_once(settings, as_of, directory, [], progress, origin="demo", planned_holds=world.PLANNED_HOLDS)


def _document(home: Home, report: Report) -> dict[str, Any]:
    holds = [metric for metric in report.metrics if metric.status == "held"]
    return {
        "synthetic": True,
        "refresh": report.document(),
        "shares": _shares(home),
        "vendors": _newest(home, METRIC_BY_ID["vendor_share_weekly"], "vendor_share")[:10],
        "openness": _newest(home, METRIC_BY_ID["openness_share_weekly"], "openness_share"),
        "claims": _claims(home),
        "holds": [{"metric": held.id, "reason": held.reason} for held in holds],
        "restatements": len(catalog.read_catalog(home, "restatements")),
        "database": str(home.published_file),
    }


def _shares(home: Home) -> list[dict[str, Any]]:
    """One row for each of the last weeks: the share and denominator by method, the bounds, gate and status."""
    methods = {
        id: {row["week_start_date"]: row for row in catalog.read_metric(home, METRIC_BY_ID[id])} for id in SHARES
    }
    identified, origin, top10, bounds = (methods[id] for id in SHARES)
    return [
        {
            "week_start_date": week,
            "identified_share": identified[week]["china_share"],
            "tokens": identified[week]["denominator_tokens"],
            "origin_share": origin[week]["china_share"],
            "known_tokens": origin[week]["denominator_tokens"],
            "lower_share": bounds[week]["lower_share"],
            "upper_share": bounds[week]["upper_share"],
            "top10_share": top10[week]["china_share"],
            "gate": "held" if origin[week]["status"] == "held" else "passed",
            "status": origin[week]["status"],
        }
        for week in sorted(identified)[-SHOWN_WEEKS:]
    ]


def _claims(home: Home) -> list[dict[str, Any]]:
    """The claims about the real world beside the values of this invented one: a comparison, not a measurement."""
    kept = ("claim_id", "claimed", "unit", "method", "period", "verdict", "status", "as_of")
    return [
        {"claim": row["quote"], "demo (synthetic)": row["nearest"], **{name: row[name] for name in kept}}
        for row in catalog.read_metric(home, METRIC_BY_ID["claim_verdict"])
    ]


def _newest(home: Home, metric: Metric, share: str) -> list[dict[str, Any]]:
    rows = catalog.read_metric(home, metric)
    newest = max((row["week_start_date"] for row in rows), default=None)
    hidden = {"as_of", "held_since", "is_provisional"}
    kept = [{k: v for k, v in row.items() if k not in hidden} for row in rows if row["week_start_date"] == newest]
    return sorted(kept, key=lambda row: -row[share])
