"""Stages 1 to 4: fetch every source, archive and parse its answer, and produce its events to Kafka."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal

from connectors.kafka import producer
from connectors.kafka.producer import Message, Sender
from connectors.sources import SOURCES
from connectors.storage import archive
from connectors.storage.archive import Completed
from connectors.storage.home import signature
from flows.setup.context import PassContext
from flows.setup.topic_ownership import sign_topics
from flows.setup.upstreams import open_session
from flows.stages.source_selection import inactive_reason, missing_reason
from tokenshare.codec import encode
from tokenshare.errors import FetchCut, PayloadRefused, SourceAbsent
from tokenshare.events import Event, FetchCompleted, digest_of
from tokenshare.sources import Fetch, Page, Parsed, Source, Window
from tokenshare.topics import FETCH_COMPLETED, TOPIC_NAMES, TOPICS, Topic

MINUTES = "%Y-%m-%d %H:%M UTC"
BEGINNING = date(2025, 1, 1)
OVERLAP = timedelta(days=7)  # the upstream restates the last days for up to three
NOT_SELECTED = "not selected"
_QUOTED = 2  # rows put aside that a reason quotes
TOPIC_OF = {topic.event: topic for topic in TOPICS}


@dataclass(frozen=True)
class SourceOutcome:
    """The outcome of one source in a pass; `events` counts the events produced."""

    id: str
    status: Literal["fetched", "unchanged", "absent", "refused", "skipped"]
    events: int = 0
    reason: str = ""


def ingest(run: PassContext) -> list[SourceOutcome]:
    """Fetch every source of the set-up; a failing source never stops the others."""
    sign_topics(run.cluster, signature(run.home), run.options.takes_topics)
    with producer.open_sender(run.cluster, TOPIC_NAMES) as sender:
        return [ingest_one(run, source, sender) for source in SOURCES]


def ingest_one(run: PassContext, source: Source, sender: Sender) -> SourceOutcome:
    """Fetch one source and produce its events; the topics must exist."""
    completed = archive.read_completed(run.home.archive, source.id)
    reason = inactive_reason(run, source, completed) or ("" if source.id in run.sources else NOT_SELECTED)
    if reason:
        return SourceOutcome(source.id, "skipped", reason=reason)
    try:
        fetch = _fetch(run, source, completed)
        parsed = source.parse(fetch)
        _check_stale(parsed, completed)
    except SourceAbsent as error:
        return SourceOutcome(source.id, "absent", reason=str(error))
    except PayloadRefused as error:
        return SourceOutcome(source.id, "refused", reason=str(error))
    remark = remark_on(parsed, archive.remember_fields(run.home.archive, source.id, parsed.unknown_fields))
    digests = _digests(parsed, run.as_of.date())
    stated = completed.digests if completed else {}
    covered = _covered(stated, parsed)
    if not _is_wanted_again(run, completed) and _is_known(stated, digests, covered):
        return SourceOutcome(source.id, "unchanged", reason=remark)
    _produce(run, sender, fetch, parsed)
    digests = {period: digest for period, digest in stated.items() if period not in covered} | digests
    if not run.options.days:
        of_world = source.world_file in (run.upstreams.files or ())
        archive.complete(run.home.archive, fetch, parsed.as_of, digests, of_world)
    elif completed:
        archive.restate(run.home.archive, source.id, completed, digests)
    return SourceOutcome(source.id, "fetched", len({e.event_id for e in parsed.events}), remark)


def _fetch(run: PassContext, source: Source, completed: Completed | None) -> Fetch:
    gone, window = missing_reason(run, source, completed), _window(run, source, completed)
    if gone:
        raise SourceAbsent(f"{source.world_file} {gone}")
    pages: list[Page] = []
    cut = ""
    with (
        run.checkpoint("fetch") as midway,
        open_session(run.settings, run.upstreams.endpoints[source.upstream]) as session,
    ):
        try:
            for page in source.fetch(session, window):
                midway()
                with run.checkpoint("archive") as torn:
                    archive.keep(run.home.archive, source.id, run.as_of.date(), page, torn)
                pages.append(page)
        except FetchCut as error:
            cut = str(error)
    return Fetch(source.id, window, tuple(pages), cut)


def _check_stale(parsed: Parsed, completed: Completed | None) -> None:
    """Raise SourceAbsent for an answer older than the newest one, as from a cache: it withdraws and adds nothing."""
    known = completed.as_of if completed else None
    if known and parsed.as_of < known:
        raise SourceAbsent(
            f"a stale answer, as of {parsed.as_of:{MINUTES}}; one as of {known:{MINUTES}} is known already"
        )


def _window(run: PassContext, source: Source, completed: Completed | None) -> Window:
    """The days a person names; else from a week before the last complete fetch, or from BEGINNING, to the last day."""
    if run.options.days:
        return Window(*run.options.days, run.as_of)
    start = BEGINNING
    if completed and not completed.is_forgotten:
        start = max(start, completed.observed_at.date() - OVERLAP)
    return Window(start, source.last_day(run.as_of), run.as_of)


def _produce(run: PassContext, sender: Sender, fetch: Fetch, parsed: Parsed) -> None:
    """Produce the events, and `fetch.completed` only after all their acknowledgements: a torn fetch is never used."""
    distinct = {event.event_id: event for event in parsed.events}
    with run.checkpoint("produce") as midway:
        sender.send([_message(event) for event in distinct.values()], midway)
        sender.send([_message(_completed(fetch, parsed, list(distinct.values())))])


def _completed(fetch: Fetch, parsed: Parsed, events: list[Event]) -> FetchCompleted:
    counts: dict[str, int] = defaultdict(int)
    for event in events:
        counts[TOPIC_OF[type(event)].name] += 1
    return FetchCompleted.identified(
        source_id=fetch.source_id,
        observed_at=fetch.window.observed_at,
        fetch_id=fetch.id,
        as_of=parsed.as_of,
        pages=len(fetch.pages),
        counts=dict(counts),
        digest=digest_of({event.event_id for event in events}),
        start_date=parsed.start_date,
        end_date=parsed.end_date,
        coverage_share=parsed.coverage_share,
        withdrawn=parsed.withdrawn or None,
    )


def _message(event: Event) -> Message:
    topic: Topic = TOPIC_OF.get(type(event), FETCH_COMPLETED)
    headers = {"schema": topic.name, "event_id": event.event_id, "fetch_id": event.fetch_id}
    key = topic.key_of(event).encode()
    return Message(topic.name, key, encode(event), tuple((n, v.encode()) for n, v in headers.items()))


def _digests(parsed: Parsed, today: date) -> dict[str, str]:
    """A digest of the events and withdrawn rows of each period; the next fetch compares it to find news."""
    periods: dict[str, list[str]] = defaultdict(list)
    for event in parsed.events:
        periods[str(getattr(event, event.period) if event.period else today)].append(event.event_id)
    contents = {period: [*sorted(ids), *parsed.withdrawn] for period, ids in periods.items()}
    return {period: sha256("".join(parts).encode()).hexdigest()[:32] for period, parts in contents.items()}


def _covered(stated: Mapping[str, str], parsed: Parsed) -> set[str]:
    """The periods stated before and covered by this fetch. If it no longer states one, its absence is news."""
    if not (parsed.start_date and parsed.end_date):
        return set()
    return {period for period in stated if str(parsed.start_date) <= period <= str(parsed.end_date)}


def _is_wanted_again(run: PassContext, completed: Completed | None) -> bool:
    """True if a person asks for it, or earlier records are lost: then any answer is news."""
    return bool(run.options.days) or (completed is not None and completed.is_forgotten)


def _is_known(stated: Mapping[str, str], digests: Mapping[str, str], covered: set[str]) -> bool:
    """True if all of it was stated before."""
    return covered <= digests.keys() and all(stated.get(period) == digest for period, digest in digests.items())


def remark_on(parsed: Parsed, new_fields: frozenset[str]) -> str:
    """What a reader of an accepted fetch should know: the notes, the rows put aside, and the fields met first."""
    quoted, rest = "; ".join(parsed.rejected[:_QUOTED]), len(parsed.rejected) - _QUOTED
    aside = [f"put aside: {quoted}" + (f"; and {rest} more" if rest > 0 else "")] if quoted else []
    fields = [f"fields not met before: {', '.join(sorted(new_fields))}"] if new_fields else []
    return "; ".join((*parsed.notes, *aside, *fields))
