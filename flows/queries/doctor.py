"""`doctor`: the prerequisites of a pass, and a fix for each missing one."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from connectors import secret
from connectors.kafka import broker, cluster, java
from connectors.sources import SOURCES
from connectors.storage.home import (
    KINDS,
    Home,
    Kind,
    check_rights,
    check_whole,
    describe,
    has_secret,
    kind_of,
    relocation,
    signature,
)
from flows.queries import mirrors
from flows.queries.mirrors import Diagnosis
from flows.settings import PREFIX, Settings, name_of
from flows.setup.channels import open_channels
from flows.setup.cluster import cluster_of
from flows.setup.mirrors import mirrors_of
from flows.setup.shipped import IS_CHECKOUT, PROJECT, ROOT
from flows.setup.topic_ownership import require_own_topics
from flows.stages.maps import read_maps
from tokenshare.errors import TokenshareError
from tokenshare.folder_files import has_file
from tokenshare.maps import MAPS
from tokenshare.sources import CURATED

TESTS_OWN = ("TOKENSHARE_TEST_", "TOKENSHARE_RECORDED_")
PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests")  # of the dbt project
SMALLEST_FREE = 2 * 1024**3  # a local broker, a warehouse and the archive of a year need less


def examine(settings: Settings, environ: Mapping[str, str]) -> list[Diagnosis]:
    """Check every prerequisite of a pass, without starting or changing anything."""
    return [
        *_each(
            {
                "python": _python,
                "project": _project,
                "settings": lambda: _settings(environ),
                "home": lambda: _home(settings),
                "secret": lambda: _secret(Home(settings.home)),
                **{kind: partial(_outside, settings, kind) for kind in KINDS},
                "disk": lambda: _space(settings),
                "kafka": lambda: _kafka(settings, environ),
                "key": lambda: _key(settings),
                "curated": lambda: _curated(settings),
                "quotes": lambda: _folder("quotes", settings.quotes, _files_of("quotes")),
                **{name: partial(mirrors.EXAMINED[name], settings) for name in mirrors_of(settings)},
                "alerts": lambda: _alerts(settings),
            }
        )
    ]


def _each(checks: Mapping[str, Callable[[], Diagnosis]]) -> Iterator[Diagnosis]:
    for name, check in checks.items():
        try:
            found = check()
            yield replace(found, fix="" if found.is_well else found.fix)
        except TokenshareError as error:
            yield Diagnosis(name, False, error.message, error.fix)


def _alerts(settings: Settings) -> Diagnosis:
    names = ", ".join(channel.name for channel in open_channels(settings))
    return Diagnosis("alerts", True, names or "no channel: no alert leaves this machine")


def _python() -> Diagnosis:
    found = ".".join(map(str, sys.version_info[:3]))
    fix = "make PYTHON=python3.11 setup" if IS_CHECKOUT else "uv tool install --python 3.11 WHEEL"
    return Diagnosis("python", (3, 11) <= sys.version_info[:2] < (3, 14), found, fix)


def _project() -> Diagnosis:
    """The files that a pass reads beside the code."""
    missing = [name for name in PARTS if not (PROJECT / name).exists()]
    said = f"tokenshare {version('tokenshare')}; dbt/ and docs/ in {ROOT}"
    fix = "install tokenshare again, from a whole checkout or a wheel that was built from one"
    return Diagnosis("project", not missing, f"not in {PROJECT}: {', '.join(missing)}" if missing else said, fix)


def _settings(environ: Mapping[str, str]) -> Diagnosis:
    unknown = _unknown(environ)
    text = f"unknown: {', '.join(unknown)}" if unknown else "all known"
    return Diagnosis("settings", not unknown, text, f"unset {' '.join(unknown)}" if unknown else "")


def _unknown(environ: Mapping[str, str]) -> list[str]:
    """Variables with our prefix but without a setting: most often a misspelling."""
    known = {"TOKENSHARE_WAREHOUSE", "TOKENSHARE_SEEDS", *map(name_of, Settings.model_fields)}
    ours = (name for name in environ if name.startswith(PREFIX) and not name.startswith(TESTS_OWN))
    return sorted(name for name in ours if name not in known)


def _home(settings: Settings) -> Diagnosis:
    home = Home(settings.home)
    found = describe(home)
    check_whole(home)
    check_rights(home)
    text = f"{kind_of(home)} numbers at {settings.home}" if found else f"none yet at {settings.home}"
    return Diagnosis("home", True, text)


def _secret(home: Home) -> Diagnosis:
    """The secret that proves the records of the home."""
    if not has_secret(home):
        return Diagnosis("secret", True, "none yet: the next pass makes it")
    secret.read(home.secret)
    return Diagnosis("secret", secret.is_private(home.secret), *_readers(home.secret))


def _readers(path: Path) -> tuple[str, str]:
    if secret.is_private(path):
        return "only its user reads it", ""
    return f"others may read {path}", f"run chmod 600 {path}, and see that nobody has copied it"


def _outside(settings: Settings, kind: Kind) -> Diagnosis:
    """The folder of landed files or of the archive: this home's, and where the settings want it."""
    home = Home(settings.home)
    now = home.folder(kind)
    relocation.require_own(home, kind)
    wanted = settings.folders.get(kind, now)
    return Diagnosis(kind, True, str(now) if wanted == now else f"{now}; the next pass moves it to {wanted}")


def _space(settings: Settings) -> Diagnosis:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    return Diagnosis("disk", free >= SMALLEST_FREE, f"{free / 1024**3:.1f} GiB free", f"free some space under {folder}")


def _kafka(settings: Settings, environ: Mapping[str, str]) -> Diagnosis:
    servers = settings.kafka_bootstrap_servers
    if servers is None:
        return _local_kafka(settings.home, environ)
    configured = cluster_of(settings, servers)
    cluster.probe(configured, 10.0)
    require_own_topics(configured, signature(Home(settings.home)))
    return Diagnosis("kafka", True, f"{servers} answers")


def _local_kafka(home: Path, environ: Mapping[str, str]) -> Diagnosis:
    found = broker.status(home)
    if found.running:
        return Diagnosis("kafka", True, f"local broker {found.version} at {found.bootstrap_servers}, pid {found.pid}")
    return Diagnosis("kafka", True, f"a local broker starts when needed, on Java {java.find(environ).version}")


def _curated(settings: Settings) -> Diagnosis:
    """The user's own files; their rows are read as a pass reads them."""
    read_maps(settings.curated)
    return _folder("curated", settings.curated, {*_files_of(CURATED), *(map.file for map in MAPS)})


def _files_of(upstream: str) -> set[str]:
    return {source.world_file for source in SOURCES if source.upstream == upstream}


def _folder(setting: str, folder: Path | None, known: set[str]) -> Diagnosis:
    """A folder of the user's files; one without any known file is most likely another than they mean."""
    if folder is None:
        return Diagnosis(setting, True, f"{name_of(setting)} is not set")
    files = {path.name for path in folder.iterdir() if has_file(folder, path.name)}
    unread = sorted(name for name in files - known if name.endswith(".csv"))
    text = f"{folder}: {', '.join(sorted(files & known)) or 'none of the known files'}"
    text += f"; not read: {', '.join(unread)}" if unread else ""
    is_well = bool(files & known) and not unread
    return Diagnosis(setting, is_well, text, "" if is_well else f"the known files are {', '.join(sorted(known))}")


def _key(settings: Settings) -> Diagnosis:
    text = (
        "OPENROUTER_API_KEY is set"
        if settings.openrouter_api_key
        else "no key: the public daily exports are the source"
    )
    return Diagnosis("key", True, text)
