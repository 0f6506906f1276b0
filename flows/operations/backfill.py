"""Repair of past days: fetch them again, and run a whole pass over the answers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.sources import SOURCES
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import now
from flows.setup.context import RunOptions
from flows.setup.selection import select_sources
from flows.setup.upstreams import origin_of
from flows.stages.ingest import BEGINNING
from tokenshare.errors import UsageError


def backfill(
    settings: Settings,
    days: tuple[date, date],
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Progress,
    patience_seconds: float = 0.0,
) -> Report:
    """Fetch the days, first and last inclusive, then produce, land, build, judge and publish the answers.

    An unchanged answer is produced as well. `patience_seconds` is how long to wait for another owner of the home.
    Raises UsageError if no source serves the days, or if a source shows only the present.
    """
    first, last = days
    yesterday = (as_of or origin_of(world).as_of or now()).date() - timedelta(days=1)
    if not BEGINNING <= first <= last <= yesterday:
        raise UsageError(f"no source serves the days {first} to {last}", f"name days from {BEGINNING} to {yesterday}")
    options = RunOptions(days=days)
    chosen = _with_days(sources)
    return run_once(settings, as_of, world, chosen, progress, patience_seconds=patience_seconds, options=options)


def _with_days(ids: Sequence[str]) -> list[str]:
    dated = [source.id for source in SOURCES if source.has_days]
    present = sorted(set(select_sources(ids)) - set(dated)) if ids else []
    if present:
        raise UsageError(f"{', '.join(present)} shows only the present", f"choose among {', '.join(dated)}")
    return list(ids) or dated
