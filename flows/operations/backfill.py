"""Days of a source asked again, and a whole pass over what they say: one command repairs a day."""

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
from flows.setup.upstreams import select_sources
from flows.stages.ingest import BEGINNING
from tokenshare.errors import UsageError


def backfill(
    settings: Settings,
    days: tuple[date, date],
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Progress,
) -> Report:
    """Asks sources for the days, first and last included, and lands, builds, judges and publishes what they say.

    What they say is produced whether it is new or not. Raises UsageError for days that nobody can be asked for, and
    for a source that shows the present alone.
    """
    first, last = days
    yesterday = (as_of or now()).date() - timedelta(days=1)
    if not BEGINNING <= first <= last <= yesterday:
        raise UsageError(f"no source can be asked for {first} to {last}", f"name days from {BEGINNING} to {yesterday}")
    return run_once(settings, as_of, world, _with_days(sources), progress, options=RunOptions(days=days))


def _with_days(ids: Sequence[str]) -> list[str]:
    dated = [source.id for source in SOURCES if source.has_days]
    present = sorted(set(select_sources(ids)) - set(dated)) if ids else []
    if present:
        raise UsageError(f"{', '.join(present)} shows only the present", f"choose among {', '.join(dated)}")
    return list(ids) or dated
