"""Days of a source asked again, and a whole pass over what they say: one command repairs a day."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.sources import SOURCES
from flows.deployments import run_once
from flows.ingest import BEGINNING
from flows.refresh import Report
from flows.run import Order
from flows.settings import Settings
from flows.surroundings import now, select
from tokenshare.errors import UsageError


def backfill(
    settings: Settings,
    days: tuple[date, date],
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Callable[[str], None],
) -> Report:
    """Asks sources for the days, first and last included, and lands, builds, judges and publishes what they say.

    What they say is produced whether it is new or not. Raises UsageError for days that nobody can be asked for, and
    for a source that shows the present alone.
    """
    first, last = days
    yesterday = (as_of or now()).date() - timedelta(days=1)
    if not BEGINNING <= first <= last <= yesterday:
        raise UsageError(f"no source can be asked for {first} to {last}", f"name days from {BEGINNING} to {yesterday}")
    return run_once(settings, as_of, world, _with_days(sources), progress, order=Order(days=days))


def _with_days(ids: Sequence[str]) -> list[str]:
    dated = [source.id for source in SOURCES if source.has_days]
    present = sorted(set(select(ids)) - set(dated)) if ids else []
    if present:
        raise UsageError(f"{', '.join(present)} shows only the present", f"choose among {', '.join(dated)}")
    return list(ids) or dated
