"""After the publication: copies of what is published, for readers elsewhere. A mirror that fails stops nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic

from connectors.storage import warehouse
from connectors.storage.alert_log import outbox
from connectors.storage.home import Home, describe
from connectors.storage.home.objects import path_of
from connectors.storage.publications import catalog, relations, uploads
from connectors.storage.warehouse import fencing
from flows.settings import Settings
from flows.setup.context import PassContext
from flows.setup.mirrors import mirrors_of
from flows.stages.alert_rules import plan_mirror_alerts
from tokenshare.errors import TokenshareError
from tokenshare.mirrors import POSTGRESQL, STORE, MirrorOutcome

Copy = Callable[[Settings, datetime], MirrorOutcome]


def mirror(run: PassContext) -> list[MirrorOutcome]:
    """Bring every mirror up to the published file, and record alerts about those that stay behind."""
    outcomes = copy_published(run.settings, run.clock)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        planned = plan_mirror_alerts(run, connection, outcomes)
        with warehouse.transaction(connection):
            outbox.store(connection, planned, run.id, run.clock(), [channel.name for channel in run.channels])
    return outcomes


def copy_published(settings: Settings, clock: Callable[[], datetime]) -> list[MirrorOutcome]:
    """Bring every mirror up to the published file; one that has it already is left alone. The home must be owned."""
    return [_outcome(name, settings, clock) for name in mirrors_of(settings)]


def _outcome(name: str, settings: Settings, clock: Callable[[], datetime]) -> MirrorOutcome:
    begun = monotonic()
    try:
        found = COPIES[name](settings, clock())
    except TokenshareError as error:
        found = MirrorOutcome(name, "failed", reason=error.message, fix=error.fix)
    except Exception as error:  # noqa: BLE001  # whatever it is, what is published stands, and the pass goes on
        found = MirrorOutcome(name, "failed", reason=f"unexpected {type(error).__name__}", fix="report it")
    return replace(found, seconds=round(monotonic() - begun, 3))


def _to_postgresql(settings: Settings, at: datetime) -> MirrorOutcome:
    from connectors.postgres import mirror as postgres  # the driver: a quarter of a second, for those who have a mirror

    home = Home(settings.home)
    with relations.read_published(home.published_file, id_of(home)) as published:
        done = postgres.copy(settings.mirror_dsn.get_secret_value() if settings.mirror_dsn else "", published, at)
    reason = "" if done.has_role else f"there is no role {postgres.ROLE}, and we may not make it"
    fix = "" if done.has_role else f"let a superuser run {postgres.CREATE_ROLE}"
    return MirrorOutcome(POSTGRESQL, "copied" if done.moved else "unchanged", done.moved, done.total, 0.0, reason, fix)


def _to_store(settings: Settings, at: datetime) -> MirrorOutcome:
    from flows.report import write as write_page  # three seconds

    home = Home(settings.home)
    write_page(home, settings.alert_runbooks)  # the page of this pass, not of the one before
    as_of = max((run["as_of"].isoformat() for run in catalog.read_catalog(home, "runs")), default="")
    done = uploads.upload(home, id_of(home), path_of(settings.publish_to or ""), as_of, at)
    return MirrorOutcome(STORE, "copied" if done.moved else "unchanged", done.moved, done.total)


def id_of(home: Home) -> str:
    """The id of a home, by which a mirror knows whose numbers it has."""
    return str((describe(home) or {}).get("id", ""))


COPIES: Mapping[str, Copy] = {POSTGRESQL: _to_postgresql, STORE: _to_store}
