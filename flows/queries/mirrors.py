"""The mirrors as `doctor` sees them: each is asked, and nothing in it is changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.storage.home import Home, describe
from connectors.storage.home.objects import ObjectPath, path_of
from connectors.storage.publications import catalog, relations, uploads
from flows.settings import Settings
from tokenshare.mirrors import POSTGRESQL, STORE

COPY = "run `tokenshare mirror`"


@dataclass(frozen=True)
class Diagnosis:
    """The state of one prerequisite, with its fix if it is not well."""

    name: str
    is_well: bool
    said: str
    fix: str = ""


def examine_postgresql(settings: Settings) -> Diagnosis:
    """The database of the mirror: reachable, new enough, ours to write, and how far behind."""
    from connectors.postgres.mirror import CREATE_ROLE, ROLE
    from connectors.postgres.probe import probe

    found = probe(settings.mirror_dsn.get_secret_value() if settings.mirror_dsn else "")
    home = Home(settings.home)
    said = f"PostgreSQL {found.version}"
    if found.home and not found.has_role:
        said += f"; no role {ROLE}: a superuser may run {CREATE_ROLE}"
    if not home.published_file.exists() or not found.home:
        return Diagnosis(POSTGRESQL, True, f"{said}; empty, the next pass fills it")
    if found.home != _id(home):
        return _of_another_home(POSTGRESQL, "name another database in TOKENSHARE_MIRROR_DSN")
    with relations.read_published(home.published_file, found.home) as published:
        behind = [name for name in published.relations if found.digests.get(str(name)) != name.digest]
    state = f"{len(behind)} relations behind, as of {found.as_of}" if behind else "up to date"
    return Diagnosis(POSTGRESQL, not behind, f"{said}; {state}", COPY)


def examine_store(settings: Settings) -> Diagnosis:
    """The folder that gets the published files: within reach, this home's, and how far behind."""
    home, folder = Home(settings.home), path_of(settings.publish_to or "")
    if isinstance(folder, ObjectPath):
        folder.require_store()
    found = uploads.read_pointer(folder)
    if not found or not home.published_file.exists():
        return Diagnosis(STORE, True, f"{folder}; empty, the next pass fills it")
    if found["home"] != _id(home):
        return _of_another_home(STORE, "name another folder in TOKENSHARE_PUBLISH_TO")
    newest = max((run["as_of"].isoformat() for run in catalog.read_catalog(home, "runs")), default="")
    state = "up to date" if found["as_of"] == newest else f"behind, as of {found['as_of']}"
    return Diagnosis(STORE, found["as_of"] == newest, f"{folder}; {state}", COPY)


def _of_another_home(name: str, fix: str) -> Diagnosis:
    return Diagnosis(name, False, "it has the numbers of another home", fix)


def _id(home: Home) -> str:
    return str((describe(home) or {}).get("id", ""))


EXAMINED: Mapping[str, Callable[[Settings], Diagnosis]] = {POSTGRESQL: examine_postgresql, STORE: examine_store}
