"""Raw payloads as they came, and the newest whole fetch of each source: all a fetch reads of its home."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from connectors.storage.home import atomic_files
from connectors.storage.home.objects import AnyPath
from tokenshare.events import Event, digest_of
from tokenshare.noop import noop
from tokenshare.sources import Fetch, Page, Window, fetch_id_of


@dataclass(frozen=True)
class Answer:
    """The newest accepted answer of a source to its whole window: the digests of its payloads, in their order."""

    observed_at: datetime
    start: date
    end: date
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Produced:
    """A fetch whose events were produced: all that is needed to read it again, but for the bodies of its pages.

    `pages` are the fields of each page without its body, with its digest. `events` counts the distinct ids of the
    produced events, `digest` is over them, `parser` over the code that read them.
    """

    source_id: str
    observed_at: datetime
    start: date
    end: date
    cut: str
    pages: tuple[Mapping[str, str], ...]
    events: int
    digest: str
    parser: str

    @property
    def fetch_id(self) -> str:
        return fetch_id_of(self.source_id, self.observed_at, [page["digest"] for page in self.pages])


@dataclass(frozen=True)
class Completed:
    """The newest whole fetch of a source; Kafka has acknowledged its events.

    `digests` maps each stated period to a digest of its events. `is_forgotten`: its events may be lost, and no whole
    fetch has stated them again. `is_of_world`: they came from a world's own file, not from a shipped one. `answer` may
    be newer than the fetch, if it contained no news; None in an archive older than this field.
    """

    fetch_id: str
    observed_at: datetime
    digests: Mapping[str, str]
    is_forgotten: bool = False
    as_of: datetime | None = None  # the upstream's moment of its data; None in an archive older than this field
    is_of_world: bool = False
    answer: Answer | None = None


def keep(archive: AnyPath, source_id: str, day: date, page: Page, midway: Callable[[], None] = noop) -> AnyPath:
    """Store a payload once by source, day and digest, with its address beside it; return its path."""
    path = archive / source_id / day.isoformat() / page.digest
    if not path.exists():
        about = {"url": page.url, "content_type": page.content_type, "bytes": len(page.body)}
        about |= {"following": page.following} if page.following else {}
        atomic_files.write(path.with_suffix(".json"), json.dumps(about).encode())
        atomic_files.write(path, page.body, midway)  # last: a payload always has its description
    return path


def keep_produced(archive: AnyPath, fetch: Fetch, events: Collection[Event], parser: str) -> None:
    """Note a fetch before its events are produced, so that whatever lands of it is found here."""
    window = fetch.window
    pages = tuple(
        {"digest": one.digest, "url": one.url, "content_type": one.content_type, "following": one.following}
        for one in fetch.pages
    )
    ids = {event.event_id for event in events}
    found = Produced(
        fetch.source_id,
        window.observed_at,
        window.start,
        window.end,
        fetch.cut,
        pages,
        len(ids),
        digest_of(ids),
        parser,
    )
    _write_json(_produced_path(archive, fetch.source_id, fetch.id), asdict(found))


def read_produced(archive: AnyPath, source_id: str, fetch_id: str) -> Produced | None:
    """The note of a produced fetch; None if the archive has none. The names must be those of an event's contract."""
    path = _produced_path(archive, source_id, fetch_id)
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    days = {name: date.fromisoformat(found[name]) for name in ("start", "end")}
    moment = datetime.fromisoformat(found["observed_at"])
    return Produced(**found | days | {"observed_at": moment, "pages": tuple(found["pages"])})


def reopen(archive: AnyPath, produced: Produced) -> Fetch | None:
    """A produced fetch with the bodies of its pages; None if a payload is gone."""
    folder = archive / produced.source_id / produced.observed_at.date().isoformat()
    paths = [folder / page["digest"] for page in produced.pages]
    if not all(path.exists() for path in paths):
        return None
    pages = tuple(
        Page(about["url"], path.read_bytes(), about["content_type"], about["following"])
        for about, path in zip(produced.pages, paths, strict=True)
    )
    window = Window(produced.start, produced.end, produced.observed_at)
    return Fetch(produced.source_id, window, pages, produced.cut)


def read_completed(archive: AnyPath, source_id: str) -> Completed | None:
    """The newest whole fetch of a source; None if there is none."""
    path = _path(archive, source_id)
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    as_of = datetime.fromisoformat(found["as_of"]) if found.get("as_of") else None
    answer = _answer(found["answer"]) if found.get("answer") else None
    moment = datetime.fromisoformat(found["observed_at"])
    return Completed(**found | {"observed_at": moment, "as_of": as_of, "answer": answer})


def read_answer(archive: AnyPath, source_id: str) -> Fetch | None:
    """The newest accepted answer of a source, from its payloads; None if it is unknown or a payload is gone."""
    completed = read_completed(archive, source_id)
    answer = completed.answer if completed else None
    if answer is None:
        return None
    folder = archive / source_id / answer.observed_at.date().isoformat()
    if not all((folder / digest).exists() for digest in answer.pages):
        return None
    pages = tuple(_page(folder / digest) for digest in answer.pages)
    return Fetch(source_id, Window(answer.start, answer.end, answer.observed_at), pages)


def complete(
    archive: AnyPath, fetch: Fetch, as_of: datetime, digests: Mapping[str, str], is_of_world: bool = False
) -> None:
    """Mark a fetch as whole, after Kafka acknowledged its fetch.completed; `digests` cover all its periods."""
    moment = fetch.window.observed_at
    _write(archive, fetch.source_id, Completed(fetch.id, moment, digests, False, as_of, is_of_world, _answered(fetch)))


def confirm(archive: AnyPath, completed: Completed, fetch: Fetch) -> None:
    """Save that a newer answer said the same."""
    _write(archive, fetch.source_id, replace(completed, answer=_answered(fetch)))


def restate(archive: AnyPath, source_id: str, completed: Completed, digests: Mapping[str, str]) -> None:
    """Save the digests of a fetch of chosen days; the next fetch still asks for all days since the last whole one."""
    _write(archive, source_id, replace(completed, digests=digests))


def remember_fields(archive: AnyPath, source_id: str, found: frozenset[str]) -> frozenset[str]:
    """Record the fields a source sent that its parser does not know; return those never met in this home."""
    path = archive / source_id / "fields.json"
    known = frozenset(json.loads(path.read_text())) if path.exists() else frozenset()
    if found - known:
        atomic_files.write(path, json.dumps(sorted(found | known)).encode())
    return found - known


def forget(archive: AnyPath, source_id: str, days: Collection[date] | None = None) -> None:
    """Drop the digests of the days, or of all, because their events may be lost: the next fetch sends them again."""
    completed = read_completed(archive, source_id)
    if not completed:
        return
    if days is None:
        _write(archive, source_id, replace(completed, digests={}, is_forgotten=True))
    else:
        kept = {day: digest for day, digest in completed.digests.items() if date.fromisoformat(day) not in days}
        _write(archive, source_id, replace(completed, digests=kept))


def _answered(fetch: Fetch) -> Answer:
    window = fetch.window
    return Answer(window.observed_at, window.start, window.end, tuple(page.digest for page in fetch.pages))


def _answer(found: Mapping[str, Any]) -> Answer:
    start, end = (date.fromisoformat(found[name]) for name in ("start", "end"))
    return Answer(datetime.fromisoformat(found["observed_at"]), start, end, tuple(found["pages"]))


def _page(path: AnyPath) -> Page:
    about = json.loads(path.with_suffix(".json").read_text())
    return Page(about["url"], path.read_bytes(), about["content_type"], about.get("following", ""))


def _write(archive: AnyPath, source_id: str, completed: Completed) -> None:
    _write_json(_path(archive, source_id), asdict(completed))


def _write_json(path: AnyPath, document: Mapping[str, Any]) -> None:
    atomic_files.write(path, json.dumps(document, default=lambda moment: moment.isoformat()).encode())


def _produced_path(archive: AnyPath, source_id: str, fetch_id: str) -> AnyPath:
    return archive / source_id / "fetches" / f"{fetch_id}.json"


def _path(archive: AnyPath, source_id: str) -> AnyPath:
    return archive / source_id / "completed.json"
