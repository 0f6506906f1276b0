"""Raw payloads as they came, and which fetches are known to be whole; fetching reads nothing else of ours."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from connectors.storage.home import atomic_files
from tokenshare.nothing import nothing
from tokenshare.sources import Fetch, Page


@dataclass(frozen=True)
class Completed:
    """A fetch whose events Kafka has acknowledged; `digests` maps each period it stated to a digest of its events.

    `is_of_world`: a world's own file said it, and none that ships.
    """

    fetch_id: str
    observed_at: str
    digests: Mapping[str, str]
    is_forgotten: bool = False
    as_of: str = ""  # of what it stated, by the upstream
    is_of_world: bool = False


def keep(archive: Path, source_id: str, day: date, page: Page, midway: Callable[[], None] = nothing) -> Path:
    """Keeps a payload by source, day and digest, with its address beside it; the same payload is kept once."""
    path = archive / source_id / day.isoformat() / page.digest
    if not path.exists():
        about = {"url": page.url, "content_type": page.content_type, "bytes": len(page.body)}
        about |= {"following": page.following} if page.following else {}
        atomic_files.write(path.with_suffix(".json"), json.dumps(about).encode())
        atomic_files.write(path, page.body, midway)  # last: where the payload is, what is said of it is too
    return path


def complete(
    archive: Path,
    fetch: Fetch,
    as_of: datetime,
    digests: Mapping[str, str],
    covered: Collection[str] = (),
    is_of_world: bool = False,
) -> None:
    """Marks a fetch as whole, after Kafka acknowledged its fetch.completed; folded over what was stated before.

    A period that it covers and does not state has vanished, and is forgotten.
    """
    before = stated(archive, fetch.source_id)
    known = {period: digest for period, digest in before.items() if period not in covered} | dict(digests)
    marker = Completed(fetch.id, fetch.window.observed_at.isoformat(), known, False, as_of.isoformat(), is_of_world)
    _mark(archive, fetch.source_id, marker)


def restate(archive: Path, source_id: str, digests: Mapping[str, str], covered: Collection[str]) -> None:
    """Folds in what a fetch of chosen days said: it is no reason to ask less of the days after the last whole one."""
    marker = _marker(archive, source_id)
    if marker:
        kept = {period: digest for period, digest in marker.digests.items() if period not in covered}
        _mark(archive, source_id, replace(marker, digests=kept | dict(digests)))


def forget(archive: Path, source_id: str) -> None:
    """What it has stated may be lost: the next fetch asks for everything again, and nothing of it is unchanged."""
    marker = _marker(archive, source_id)
    if marker:
        _mark(archive, source_id, replace(marker, digests={}, is_forgotten=True))


def is_forgotten(archive: Path, source_id: str) -> bool:
    """Whether everything is to be asked again, which no whole fetch has yet done."""
    marker = _marker(archive, source_id)
    return marker is not None and marker.is_forgotten


def last_completed(archive: Path, source_id: str) -> datetime | None:
    """When the newest whole fetch of the source was made; None where there is none."""
    marker = _marker(archive, source_id)
    return datetime.fromisoformat(marker.observed_at) if marker else None


def last_as_of(archive: Path, source_id: str) -> datetime | None:
    """The moment that the newest whole fetch of the source spoke for; None where that is not known."""
    marker = _marker(archive, source_id)
    return datetime.fromisoformat(marker.as_of) if marker and marker.as_of else None


def is_of_world(archive: Path, source_id: str) -> bool:
    """Whether the newest whole fetch of the source read a world's own file."""
    marker = _marker(archive, source_id)
    return marker is not None and marker.is_of_world


def stated(archive: Path, source_id: str) -> Mapping[str, str]:
    """The digest of the events last stated for each period."""
    marker = _marker(archive, source_id)
    return marker.digests if marker else {}


def _mark(archive: Path, source_id: str, marker: Completed) -> None:
    atomic_files.write(archive / source_id / "completed.json", json.dumps(asdict(marker)).encode())


def _marker(archive: Path, source_id: str) -> Completed | None:
    path = archive / source_id / "completed.json"
    return Completed(**json.loads(path.read_text())) if path.exists() else None
