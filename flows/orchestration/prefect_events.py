"""Reports to Prefect: an event for each decision of a pass, and a table of the newest rows of each metric."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from connectors.alerts.wording import defuse
from connectors.storage.home import Home
from connectors.storage.publications import catalog
from flows.orchestration.refresh import Report
from flows.queries import overview
from flows.setup.clock import now
from tokenshare.metrics import METRICS, Metric

NEWEST = 40  # rows of a table
MOST_ARTIFACTS = 200  # the most that Prefect returns in one answer
GATES = {"published": "passed", "unchanged": "passed", "held": "held"}
Fact = tuple[str, dict[str, Any]]


def announce(report: Report) -> None:
    """Report the decisions of a pass to Prefect, inside a flow run: numbers and reasons, never a setting."""
    from prefect.client.orchestration import get_client

    home = report.run.home
    cards = {card["metric"]: card for card in overview.metrics(home)["metrics"]}
    with get_client(sync_client=True) as client:
        events = [_event(metric, *fact) for metric in METRICS for fact in _facts(home, report, metric, cards)]
        if events:
            client.request("POST", "/events", json=events)
        known = {str(found.key): found.data for found in client.read_latest_artifacts(limit=MOST_ARTIFACTS)}
        for metric in METRICS:
            if metric.schema == "metrics" and cards[metric.id]["state"] in GATES:
                _show(client, known, home, metric, cards[metric.id])


def _facts(home: Home, report: Report, metric: Metric, cards: Mapping[str, Mapping[str, Any]]) -> Iterator[Fact]:
    """The decision of the pass about a metric as facts; an unchanged metric has none."""
    outcome = next((found for found in report.metrics if found.id == metric.id), None)
    if outcome is None or outcome.status not in ("held", "published"):
        return
    common = {
        "version": outcome.version,
        "as_of": report.run.as_of,
        "run": report.run.id,
        "origin": catalog.read_origin(home).kind,
    }
    if outcome.status == "held":
        yield "held", {**common, "reason": outcome.reason, "held_since": cards[metric.id]["held_since"]}
        return
    yield "published", {**common, "rows": outcome.rows}
    cells = catalog.read_catalog(home, "restatements", metric=metric.id, new_version=outcome.version)
    if cells:
        causes = ", ".join(sorted({cell["cause"] for cell in cells}))
        yield "restated", {**common, "cells": len(cells), "cause": causes, "old_version": cells[0]["old_version"]}


def _event(metric: Metric, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    from prefect.events import Event
    from prefect.runtime import flow_run

    resource = {"prefect.resource.id": f"tokenshare.metric.{metric.id}", "prefect.resource.name": metric.id}
    run = {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.role": "flow-run"}
    event = {
        "occurred": now(),
        "event": f"tokenshare.metric.{kind}",
        "resource": resource,
        "related": [run],
        "payload": {name: _safe(value) for name, value in payload.items()},
    }
    return Event.model_validate(event).model_dump(mode="json")


def _show(client: Any, known: Mapping[str, Any], home: Home, metric: Metric, card: Mapping[str, Any]) -> None:
    """Write the table of a metric if it differs from the one in Prefect."""
    from prefect.client.schemas.actions import ArtifactCreate
    from prefect.runtime import flow_run

    gate = "released" if card["status"] == "released" else GATES[card["state"]]
    rows = catalog.read_newest(home, metric, NEWEST) if card["version"] is not None else []
    table = [{**{name: _safe(value) for name, value in row.items()}, "gate": gate} for row in rows]
    key, data = f"tokenshare-{metric.id.replace('_', '-')}", json.dumps(table)
    if known.get(key) != data:
        described = _described(home, metric, card, gate)
        artifact = ArtifactCreate(key=key, type="table", description=described, data=data, flow_run_id=flow_run.id)
        client.create_artifact(artifact)


def _described(home: Home, metric: Metric, card: Mapping[str, Any], gate: str) -> str:
    """The metric's card in short: no number without its denominator, and a warning if it is of a world."""
    label = _safe(catalog.read_origin(home).label)
    warning = f"Not measured now: the numbers are {label}. " if label else ""
    reason = f"\n\n{_safe(card['reason'])}" if gate == "held" else ""
    standing = f"HELD since {card['held_since']:%Y-%m-%d}" if gate == "held" else "Current"
    shown = f"as of {card['as_of']:%Y-%m-%d}" if card["as_of"] else "nothing published yet"
    about = f"{metric.title}, in {metric.unit}. Denominator: {metric.denominator}. Gate: {gate}."
    return f"{warning}**{standing}**, {shown}. {about}{reason}"


def _safe(value: Any) -> Any:
    """A value for Prefect's page, which reads markup: upstreams choose these names."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else defuse(str(value))
