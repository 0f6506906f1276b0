"""Raw payloads as they came, and which fetches are known to be whole; fetching reads nothing else of ours."""

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

    `digests` maps each period that was stated to a digest of its events. `is_forgotten`: what was stated may be lost,
    and no whole fetch has stated it again. `is_of_world`: a world's own file said it, and none that ships.
    """

    fetch_id: str
    observed_at: datetime
    digests: Mapping[str, str]
    is_forgotten: bool = False
    as_of: datetime | None = None  # of what it stated, by the upstream; None in an archive that is older than this
    is_of_world: bool = False


def keep(archive: Path, source_id: str, day: date, page: Page, midway: Callable[[], None] = noop) -> Path:
    """Keeps a payload by source, day and digest, with its address beside it; the same payload is kept once."""
    path = archive / source_id / day.isoformat() / page.digest
    if not path.exists():
        about = {"url": page.url, "content_type": page.content_type, "bytes": len(page.body)}
        about |= {"following": page.following} if page.following else {}
        atomic_files.write(path.with_suffix(".json"), json.dumps(about).encode())
        atomic_files.write(path, page.body, midway)  # last: where the payload is, what is said of it is too
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
    """Marks a fetch as whole, after Kafka acknowledged its fetch.completed; `digests` are of all that is stated."""
    moment = fetch.window.observed_at
    _write(archive, fetch.source_id, Completed(fetch.id, moment, digests, as_of=as_of, is_of_world=is_of_world))


def restate(archive: Path, source_id: str, completed: Completed, digests: Mapping[str, str]) -> None:
    """Keeps what a fetch of chosen days said: it is no reason to ask less of the days after the last whole one."""
    _write(archive, source_id, replace(completed, digests=digests))


def forget(archive: Path, source_id: str) -> None:
    """What it has stated may be lost: the next fetch asks for everything again, and nothing of it is unchanged."""
    completed = read_completed(archive, source_id)
    if completed:
        _write(archive, source_id, replace(completed, digests={}, is_forgotten=True))


def _write(archive: Path, source_id: str, completed: Completed) -> None:
    document = json.dumps(asdict(completed), default=datetime.isoformat)
    atomic_files.write(_path(archive, source_id), document.encode())


def _path(archive: Path, source_id: str) -> Path:
    return archive / source_id / "completed.json"
