"""The documents of `status`, `metrics`, `restatements`, `gates` and `alerts`, read without opening the warehouse."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from connectors import lock
from connectors.storage import archive
from connectors.storage.alert_log import alert_status
from connectors.storage.home import Home, describe
from connectors.storage.publications import catalog
from flows.queries import mappings
from flows.settings import Settings
from flows.setup.clock import now
from tokenshare.errors import BrokerUnavailable, UsageError
from tokenshare.metrics import Metric


def find_home(settings: Settings) -> Home:
    """The home of the settings; raises UsageError if there is none, or if its layout is newer."""
    home = Home(settings.home)
    if describe(home) is None:
        raise UsageError(f"there is no home at {home.root}", "run `tokenshare refresh` or `tokenshare demo` first")
    return home


def status(settings: Settings) -> dict[str, Any]:
    """The health of a home: holds with reasons, unserved days, unmapped names, lag, alerts, repairs."""
    from connectors.sources import SOURCES

    home = find_home(settings)
    shown = metrics(home)["metrics"]
    return {
        "home": str(home.root),
        **catalog.read_origin(home).fields,
        "refresh_running": lock.is_held(home.lock),
        "holder": _holder(home),
        "as_of": max((run["as_of"] for run in catalog.read_catalog(home, "runs")), default=None),
        "broker": _broker(settings),
        "sources": [_source(home, source.id) for source in SOURCES],
        "metrics": [{name: m[name] for name in ("metric", "state", "version", "status", "reason")} for m in shown],
        "held_periods": catalog.read_catalog(home, "held_periods"),
        **_unserved(home),
        "unmapped_weekly": mappings.newest_week(home),
        "unknown_vendors": catalog.read_catalog(home, "unknown_vendors"),
        "unknown_tickers": catalog.read_catalog(home, "unknown_tickers"),
        "price_disagreements": catalog.read_catalog(home, "price_disagreements"),
        "unmapped_prices_count": len(catalog.read_catalog(home, "unmapped_prices")),
        "unknown_organisations": catalog.read_catalog(home, "unknown_organisations"),
        "rows_put_aside": catalog.read_catalog(home, "rows_put_aside"),
        "gaps": catalog.read_catalog(home, "gaps"),
        "dead_letters": catalog.read_catalog(home, "dead_letters"),
        "ledger": catalog.read_catalog(home, "ledger"),
        "lag": _lag(settings),
        "alerts": _alerts(home),
        "skipped_passes": catalog.read_catalog(home, "skips"),
    }


def alerts(home: Home) -> dict[str, Any]:
    """Open and past alerts, and the delivery of each message in each channel, as last written to alerts.json."""
    return alert_status.read(home)


def _alerts(home: Home) -> dict[str, Any]:
    """Open alerts and waiting deliveries, as last written to alerts.json."""
    status = alert_status.read(home)
    waiting = [channel for channel in status["channels"] if channel["waiting_count"]]
    return {"open": status["open"], "undelivered": status["undelivered"], "waiting": waiting}


def metrics(home: Home) -> dict[str, Any]:
    """Every metric with its card and its shown version."""
    cards = catalog.read_catalog(home, "metrics")
    shown = _shown(home)
    return {"metrics": [{**card, **shown.get(card["metric"], NOT_SHOWN)} for card in cards]}


def metric(home: Home, wanted: Metric, as_of: datetime | None, version: int | None = None) -> dict[str, Any]:
    """One metric: card, version and rows, as shown now, as known at a moment, or of a published version."""
    (card,) = catalog.read_catalog(home, "metrics", metric=wanted.id)
    origin = catalog.read_origin(home)
    if as_of is None and version is None:
        shown = _shown(home).get(wanted.id, NOT_SHOWN)
        return {**card, **origin.fields, **shown, "rows": catalog.read_metric(home, wanted)}
    if as_of:
        publication, rows = catalog.read_metric_as_of(home, wanted, as_of)
    else:
        publication, rows = catalog.read_metric_version(home, wanted, version or 0)
    names = ("version", "as_of", "valid_through", "digest", *(() if as_of else ("status",)))
    then = {name: publication[name] for name in names}
    return {**card, **origin.until(publication["valid_through"]).fields, **then, "rows": rows}


def restatements(home: Home, wanted: Metric | None) -> dict[str, Any]:
    """Replaced published cells, old beside new."""
    return {"restatements": catalog.read_catalog(home, "restatements", **_of(wanted))}


def gates(home: Home, wanted: Metric | None) -> dict[str, Any]:
    """Held metrics with their failing checks; for one metric every check of the newest pass."""
    results = catalog.read_newest_gates(home, wanted.id if wanted else None)
    newest = results[0]["run"] if results else None
    rows = [row for row in results if wanted or row["outcome"] in NOT_PASSED]
    held = [p for p in catalog.read_catalog(home, "publications", **_of(wanted)) if p["status"] == "held"]
    periods = catalog.read_catalog(home, "held_periods", **_of(wanted))
    return {"run": newest, "held": held, "held_periods": periods, "checks": rows}


NOT_PASSED = ("failed", "held", "released")
NOT_SHOWN: dict[str, Any] = {"version": None, "as_of": None, "status": None, "held_since": None, "rows_count": 0}


def _shown(home: Home) -> dict[str, dict[str, Any]]:
    """The shown version of each metric; none for an inactive one."""
    inactive = {card["metric"] for card in catalog.read_catalog(home, "metrics") if card["state"] == "inactive"}
    return {metric: shown for metric, shown in catalog.read_shown(home).items() if metric not in inactive}


def _of(wanted: Metric | None) -> dict[str, Any]:
    return {"metric": wanted.id} if wanted else {}


def _source(home: Home, id: str) -> dict[str, Any]:
    completed = archive.read_completed(home.archive, id)
    if completed is None:
        return {"id": id, "last_completed": None, "periods": 0}
    return {"id": id, "last_completed": completed.observed_at, "periods": len(completed.digests)}


def _broker(settings: Settings) -> dict[str, Any]:
    if settings.kafka_bootstrap_servers:
        return {"kind": "configured", "bootstrap_servers": settings.kafka_bootstrap_servers}
    from connectors.kafka import broker

    found = broker.status(settings.home)
    return {
        "kind": "local",
        "running": found.running,
        "bootstrap_servers": found.bootstrap_servers,
        "pid": found.pid,
    }


def _unserved(home: Home) -> dict[str, Any]:
    """The days served by no upstream, and the weeks without a row for that reason."""
    rows = catalog.read_catalog(home, "unserved_days")
    weeks = {row["week_start_date"] for row in rows if "week_start_date" in row}
    return {"unserved_days": [row["usage_date"] for row in rows], "unserved_weeks": sorted(weeks)}


def _holder(home: Home) -> dict[str, Any] | None:
    """The pass owning the home, with the age of its heartbeat in seconds; None if there is none."""
    owner = lock.owner(home.lock) if lock.is_held(home.lock) else None
    return {**asdict(owner), "silent_seconds": lock.heartbeat_age(home.lock, now())} if owner else None


def _lag(settings: Settings) -> int | None:
    """The number of records not landed yet; None if the broker does not answer. No query starts a broker."""
    from connectors.kafka import broker

    if not (settings.kafka_bootstrap_servers or broker.status(settings.home).bootstrap_servers):
        return None
    from connectors.kafka import groups  # half a second, and only a broker that runs has a lag
    from flows.setup.cluster import running_cluster
    from tokenshare.topics import CONSUMER_GROUP, TOPIC_NAMES

    try:
        cluster = running_cluster(settings)
        found = groups.lag(cluster, CONSUMER_GROUP, TOPIC_NAMES) if cluster else None
    except BrokerUnavailable:
        return None
    return None if found is None else sum(found.values())
