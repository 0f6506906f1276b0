"""Raw payloads as they came, and the newest whole fetch of each source: all a fetch reads of its home."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from connectors.storage.home import atomic_files
from tokenshare.noop import noop
from tokenshare.sources import Fetch, Page


@dataclass(frozen=True)
class Completed:
    """The newest whole fetch of a source; Kafka has acknowledged its events.

    `digests` maps each stated period to a digest of its events. `is_forgotten`: its events may be lost, and no whole
    fetch has stated them again. `is_of_world`: they came from a world's own file, not from a shipped one.
    """

    fetch_id: str
    observed_at: datetime
    digests: Mapping[str, str]
    is_forgotten: bool = False
    as_of: datetime | None = None  # the upstream's moment of its data; None in an archive older than this field
    is_of_world: bool = False


def keep(archive: Path, source_id: str, day: date, page: Page, midway: Callable[[], None] = noop) -> Path:
    """Store a payload once by source, day and digest, with its address beside it; return its path."""
    path = archive / source_id / day.isoformat() / page.digest
    if not path.exists():
        about = {"url": page.url, "content_type": page.content_type, "bytes": len(page.body)}
        about |= {"following": page.following} if page.following else {}
        atomic_files.write(path.with_suffix(".json"), json.dumps(about).encode())
        atomic_files.write(path, page.body, midway)  # last: a payload always has its description
    return path


def read_completed(archive: Path, source_id: str) -> Completed | None:
    """The newest whole fetch of a source; None if there is none."""
    path = _path(archive, source_id)
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    as_of = datetime.fromisoformat(found["as_of"]) if found.get("as_of") else None
    return Completed(**found | {"observed_at": datetime.fromisoformat(found["observed_at"]), "as_of": as_of})


def complete(
    archive: Path, fetch: Fetch, as_of: datetime, digests: Mapping[str, str], is_of_world: bool = False
) -> None:
    """Mark a fetch as whole, after Kafka acknowledged its fetch.completed; `digests` cover all its periods."""
    moment = fetch.window.observed_at
    _write(archive, fetch.source_id, Completed(fetch.id, moment, digests, as_of=as_of, is_of_world=is_of_world))


def restate(archive: Path, source_id: str, completed: Completed, digests: Mapping[str, str]) -> None:
    """Save the digests of a fetch of chosen days; the next fetch still asks for all days since the last whole one."""
    _write(archive, source_id, replace(completed, digests=digests))


def remember_fields(archive: Path, source_id: str, found: frozenset[str]) -> frozenset[str]:
    """Record the fields a source sent that its parser does not know; return those never met in this home."""
    path = archive / source_id / "fields.json"
    known = frozenset(json.loads(path.read_text())) if path.exists() else frozenset()
    if found - known:
        atomic_files.write(path, json.dumps(sorted(found | known)).encode())
    return found - known


def forget(archive: Path, source_id: str) -> None:
    """Drop the digests, because the events may be lost: the next fetch asks for and sends everything again."""
    completed = read_completed(archive, source_id)
    if completed:
        _write(archive, source_id, replace(completed, digests={}, is_forgotten=True))


def _write(archive: Path, source_id: str, completed: Completed) -> None:
    document = json.dumps(asdict(completed), default=datetime.isoformat)
    atomic_files.write(_path(archive, source_id), document.encode())


def _path(archive: Path, source_id: str) -> Path:
    return archive / source_id / "completed.json"
