"""The home directory of one set-up: its paths, its layout, and the origin of its numbers."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from connectors import secret
from connectors.storage.home import atomic_files, modes
from connectors.storage.home.objects import AnyPath, path_of
from tokenshare.errors import UsageError
from tokenshare.origins import OriginKind

LAYOUT = 3  # 2: versions as spans; 3: a folder outside the home, see `layout_of`
Kind = Literal["landing", "archive"]
KINDS: tuple[Kind, ...] = ("landing", "archive")  # what may be outside the home
HomeOrigin = OriginKind | Literal["demo"]  # the demo's world is synthetic, and no other enters its home
FORMER = {"world": "synthetic"}  # names in homes of earlier versions
FED_BY: dict[HomeOrigin, str] = {
    "live": "leave --world out",
    "recorded": "name a world whose world.json states that it is recorded",
    "synthetic": "name a world that is not recorded",
    "demo": "run `tokenshare demo`",
}


@dataclass(frozen=True)
class Home:
    """Paths under one root; `docs/operate.md` describes each."""

    root: Path

    @property
    def format(self) -> Path:
        return self.root / "format"

    @property
    def secret(self) -> Path:
        return self.root / "secret"

    @property
    def gateway_tokens(self) -> Path:
        return self.root / "gateway-tokens"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def skipped(self) -> Path:
        return self.root / "skipped"

    @property
    def schemas(self) -> Path:
        return self.root / "schemas.json"

    @property
    def alerts(self) -> Path:
        return self.root / "alerts.json"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def archive(self) -> AnyPath:
        return self.folder("archive")

    @property
    def landing(self) -> AnyPath:
        return self.folder("landing")

    def folder(self, kind: Kind) -> AnyPath:
        """The folder that the home names, by default its own."""
        named = (describe(self) or {}).get(kind)
        return path_of(named) if named else self.root / kind

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def warehouse(self) -> Path:
        return self.build / "warehouse.duckdb"

    @property
    def backup(self) -> Path:
        """The build database as the earlier version left it."""
        return self.build / "warehouse.backup.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def published_file(self) -> Path:
        return self.published / "tokenshare.duckdb"

    @property
    def page(self) -> Path:
        return self.root / "report" / "index.html"

    @property
    def models_page(self) -> Path:
        """dbt's page of the models, written by `tokenshare docs`."""
        return self.page.with_name("models.html")

    @property
    def checks_page(self) -> Path:
        """The index of Great Expectations' Data Docs, written by `tokenshare docs`."""
        return self.page.parent / "checks" / "index.html"

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of every home, from its beginning."""
        return self.skipped, *(self.root / kind for kind in KINDS), self.build, self.published


def initialise(home: Home, origin: HomeOrigin, *, has_lost_secret: bool = False) -> None:
    """Prepare the home for numbers of one origin, and keep that origin.

    Synthetic, recorded and live rows must never meet under one metric. With `has_lost_secret` a missing secret will be
    made anew. Raises UsageError if the home has another origin or a newer layout, or belongs to another user.
    """
    check_rights(home)  # first: another user cannot even read it
    found = describe(home)
    if found and has_lost_secret and not home.secret.exists():
        _describe_as(home, found | {"has_secret": False})
    check_whole(home)
    if found is None:
        _make(home, origin)
    elif "id" not in found:  # made before homes had one
        _describe_as(home, found | {"id": uuid4().hex})
        initialise(home, origin)
    else:
        require_origin(home, origin)


def require_origin(home: Home, origin: HomeOrigin) -> None:
    """Raise UsageError if the home has numbers of another origin; one that is not made yet has none."""
    found = (describe(home) or {}).get("origin", origin)
    if found != origin:
        raise UsageError(
            f"this home has numbers of origin {found!r}, not {origin!r}",
            f"{FED_BY[found]}, or set TOKENSHARE_HOME to another directory than {home.root}",
        )


def kind_of(home: Home) -> OriginKind:
    """The kind of the home's numbers; live before there is a home."""
    found = (describe(home) or {}).get("origin", "live")
    return "synthetic" if found == "demo" else found


def signature(home: Home) -> str:
    """The home's id and path, its name on a shared Kafka; empty before it is initialised."""
    found = describe(home)
    return f"{found['id']} {home.root.resolve()}" if found and "id" in found else ""


def has_secret(home: Home) -> bool:
    """True if records need the proof of the home's secret; homes of earlier versions get one by their next pass."""
    return bool((describe(home) or {}).get("has_secret"))


def add_secret(home: Home) -> None:
    """Make the secret of a home without one; from now on it is part of the home."""
    secret.make(home.secret)
    _describe_as(home, (describe(home) or {}) | {"has_secret": True})


def adopt_layout(home: Home) -> None:
    """Mark the home as one of this layout, once its database is: an earlier version then refuses it by name."""
    found = describe(home)
    if found and found["layout"] != layout_of(found):
        _describe_as(home, found | {"layout": layout_of(found)})


def layout_of(found: Mapping[str, Any]) -> int:
    """The layout of a home so described; an earlier version would look for everything inside, and must refuse it."""
    return LAYOUT if any(kind in found for kind in KINDS) else LAYOUT - 1


def adopt_folder(home: Home, kind: Kind, folder: AnyPath) -> None:
    """From now on the landed files or the archive of the home are in that folder."""
    found = {name: value for name, value in (describe(home) or {}).items() if name != kind}
    found |= {} if folder == home.root / kind else {kind: str(folder)}
    _describe_as(home, found | {"layout": layout_of(found)})


def check_whole(home: Home) -> None:
    """Raise UsageError if a part of every home is missing: the copy of this one was not finished."""
    is_used = any(any(folder.iterdir()) for folder in home.folders if folder.is_dir())
    is_built = any((home.root / "landing").rglob("*.parquet")) or home.published_file.exists()
    kept = [home.secret] if has_secret(home) else []
    parts = (home.format, *kept, *home.folders, *([home.warehouse] if is_built else []))
    missing = [str(path.relative_to(home.root)) for path in parts if not path.exists()]
    if (is_used or home.format.exists()) and missing:
        raise UsageError(
            f"the home {home.root} is incomplete: missing {', '.join(missing)}",
            "copy it again while no pass runs, or set TOKENSHARE_HOME to another directory",
        )


def sweep(home: Home) -> None:
    """Remove the drafts of killed writers."""
    atomic_files.sweep(home.root, is_deep=False)
    for folder in (home.archive, home.landing, home.build, home.published, home.skipped, home.log, home.page.parent):
        atomic_files.sweep(folder)


def check_rights(home: Home) -> None:
    """Raise UsageError if this process may not write the files of the home."""
    for path in (home.root, *home.folders, home.format, home.lock, home.warehouse):
        if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
            reason = "its file system is read-only" if _is_read_only(path) else f"it belongs to {_owner(path)}"
            raise UsageError(
                f"cannot write {path}: {reason}",
                "run as a user who may write there, or set TOKENSHARE_HOME to a writable directory",
            )


def describe(home: Home) -> dict[str, Any] | None:
    """Layout, origin (a HomeOrigin) and id of the home; None if there is none yet.

    Raises UsageError if they are not readable, or the layout is newer than ours.
    """
    try:
        if not home.format.exists():
            return None
        found = dict(json.loads(home.format.read_text()))
        layout = int(found["layout"])
        found["origin"] = FORMER.get(found["origin"], found["origin"])
    except PermissionError as error:
        fix = "run as that user, or read its published files alone"
        raise UsageError(f"cannot read {home.root}: it belongs to {_owner(home.root)}", fix) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{home.format} is not readable", "set TOKENSHARE_HOME to another directory") from error
    if layout > LAYOUT:
        raise UsageError(f"this home has layout {layout}, newer than {LAYOUT}", "upgrade tokenshare")
    return found


def _make(home: Home, origin: HomeOrigin) -> None:
    try:
        modes.make_root(home.root)
        for folder in home.folders:
            folder.mkdir(mode=0o700, exist_ok=True)
        secret.make(home.secret)
        _describe_as(home, {"layout": layout_of({}), "origin": origin, "id": uuid4().hex, "has_secret": True})
    except OSError as error:
        raise UsageError(
            f"cannot write the home {home.root} ({error.strerror})",
            "set TOKENSHARE_HOME to a writable directory",
        ) from error


def _describe_as(home: Home, fields: dict[str, Any]) -> None:
    atomic_files.write(home.format, json.dumps(fields).encode())


def _is_read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a user without a name on this machine
        return f"user {path.stat().st_uid}"
