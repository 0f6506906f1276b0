"""Compaction: merge landed files and prune old versions, as the only pass of the home."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from connectors.storage.home import Home
from connectors.storage.landing import compaction
from connectors.storage.landing.file_replacement import Change
from connectors.storage.publications import published, retention
from connectors.storage.warehouse import fencing
from flows.orchestration.runner import exclusive_pass
from flows.settings import Settings
from flows.setup.clock import new_run_id, now
from tokenshare.metrics import METRICS


def compact(settings: Settings) -> dict[str, Any]:
    """Merge small landed files, and prune versions superseded for more days than the policy keeps them."""
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    with exclusive_pass(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        merged = compaction.compact(connection, home.landing, settings.compact_records, Change(run_id, at))
        pruned: list[retention.Pruned] = []
        if settings.keep_versions_days is not None:
            before = at - timedelta(days=settings.keep_versions_days)
            pruned = retention.prune(connection, METRICS, before, at)
        if pruned:
            published.publish(connection, home, METRICS)
        connection.execute("CHECKPOINT")
    return {
        "merged": [{"file": found.range.file_name, "files": found.files, "rows": found.rows} for found in merged],
        "pruned": [asdict(old) for old in pruned],
    }
