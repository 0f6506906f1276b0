"""Stages 1 to 4: fetch every source, archive and parse its answer, and produce its events to Kafka."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

from connectors.kafka import producer
from connectors.kafka.producer import Message, Sender, message_of
from connectors.sources import SOURCES
from connectors.sources.code import parser_digest
from connectors.sources.payload import printable
from connectors.storage import archive
from connectors.storage.archive import Completed
from connectors.storage.home import signature
from flows.setup import counter
from flows.setup.context import PassContext
from flows.setup.topic_ownership import sign_topics
from flows.setup.upstreams import open_session
from flows.stages.bulkhead import contain, each
from flows.stages.news import News, select_news
from flows.stages.proof import begin_proof
from flows.stages.remarks import remark
from flows.stages.source_selection import inactive_reason, missing_reason
from tokenshare.errors import FetchCut, PayloadRefused, SourceAbsent, UsageError
from tokenshare.events import Event, FetchCompleted, digest_of
from tokenshare.sources import Fetch, Page, Parsed, Source, Window
from tokenshare.topics import FETCH_COMPLETED, TOPIC_NAMES, TOPICS

MINUTES = "%Y-%m-%d %H:%M UTC"
BEGINNING = date(2025, 1, 1)
NOT_SELECTED = "not selected"
NAMED, STATED = 10, 200  # rows put aside that the outcome of a source names, and that its fetch states
TOPIC_OF = {topic.event: topic for topic in TOPICS}


@dataclass(frozen=True)
class SourceOutcome:
    """The outcome of one source in a pass; `events` counts the events produced."""

    id: str
    status: Literal["fetched", "unchanged", "absent", "refused", "skipped"]
    events: int = 0
    reason: str = ""


FetchOne = Callable[[PassContext, Source, Sender], SourceOutcome]


def ingest(run: PassContext, fetch_one: FetchOne | None = None) -> list[SourceOutcome]:
    """Fetch every source of the set-up; a failing source never stops the others. `fetch_one` wraps `ingest_one`."""
    if not run.options.fetches:
        begin_proof(run)
        return [SourceOutcome(source.id, "skipped", reason=NOT_SELECTED) for source in SOURCES]
    sign_topics(run.cluster, signature(run.home), run.options.takes_topics)
    begin_proof(run)
    with producer.open_sender(run.cluster, TOPIC_NAMES) as sender:
        count = counter(run.progress, "ingest", "sources", len(SOURCES))
        return [_counted((fetch_one or ingest_one)(run, source, sender), count) for source in SOURCES]


def _counted(outcome: SourceOutcome, count: Callable[[], None]) -> SourceOutcome:
    count()
    return outcome


def ingest_one(run: PassContext, source: Source, sender: Sender) -> SourceOutcome:
    """Fetch one source and produce its events; the topics must exist. No answer of it can end the pass."""
    completed = archive.read_completed(run.home.archive, source.id)
    reason = inactive_reason(run, source, completed) or ("" if source.id in run.sources else NOT_SELECTED)
    if reason:
        return SourceOutcome(source.id, "skipped", reason=reason)
    try:
        return _ingest(run, source, completed, sender)
    except SourceAbsent as error:
        return SourceOutcome(source.id, "absent", reason=str(error))
    except PayloadRefused as error:
        return SourceOutcome(source.id, "refused", reason=str(error))


def _ingest(run: PassContext, source: Source, completed: Completed | None, sender: Sender) -> SourceOutcome:
    """Ask a source and produce its news. Raises SourceAbsent or PayloadRefused."""
    fetch = _fetch(run, source, completed)
    with contain(PayloadRefused):
        parsed = remark(run.settings, source, source.parse(fetch))
        _check_stale(parsed, completed)
        news = _news(run, source, parsed, completed)
    remarks = join_remarks(parsed, archive.remember_fields(run.home.archive, source.id, parsed.unknown_fields))
    if news is None:
        if completed:
            archive.confirm(run.home.archive, completed, fetch)
        return SourceOutcome(source.id, "unchanged", reason=remarks)
    _produce(run, sender, fetch, parsed, news)
    if not run.options.days:
        of_world = source.world_file in (run.upstreams.files or ())
        archive.complete(run.home.archive, fetch, parsed.as_of, news.digests, of_world)
    elif completed:
        archive.restate(run.home.archive, source.id, completed, news.digests)
    return SourceOutcome(source.id, "fetched", len({e.event_id for e in news.events}), remarks)


def _fetch(run: PassContext, source: Source, completed: Completed | None) -> Fetch:
    gone, window = missing_reason(run, source, completed), _window(run, source)
    if gone:
        raise SourceAbsent(f"{source.world_file} {gone}")
    endpoint = run.upstreams.endpoints[source.upstream]
    pages: list[Page] = []
    cut = ""
    with contain(SourceAbsent, endpoint.key, passing=(UsageError,)):  # an address or key that a person mistyped
        opened = open_session(run.settings, endpoint)
    with run.checkpoint("fetch") as midway, opened as session:
        try:
            for page in each(partial(source.fetch, session, window), endpoint.key):
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


def _window(run: PassContext, source: Source) -> Window:
    """The days a person names, else all from BEGINNING to the last whole one: upstreams restate the deep past too."""
    last = min(source.last_day(run.as_of), run.judged_at.date())  # a world states nothing after its moment
    return Window(*(run.options.days or (BEGINNING, last)), run.as_of)


def _news(run: PassContext, source: Source, parsed: Parsed, completed: Completed | None) -> News | None:
    """The part of an answer to produce.

    All of it is news if a person asks for its days, or if earlier records are lost.
    """
    stated = completed.digests if completed and not completed.is_forgotten else {}
    is_repeated = bool(run.options.days)
    return select_news(parsed, stated, run.as_of.date(), by_day=source.has_days, is_repeated=is_repeated)


def _produce(run: PassContext, sender: Sender, fetch: Fetch, parsed: Parsed, news: News) -> None:
    """Produce the news, and `fetch.completed` only after all their acknowledgements: a torn fetch is never used.

    All messages are made before the first is sent: what cannot be stated whole is not begun.
    """
    with contain(PayloadRefused):
        distinct = list({event.event_id: event for event in news.events}.values())
        messages = [_message(event) for event in distinct]
        completed = _message(_completed(fetch, parsed, distinct, news.days))
    archive.keep_produced(run.home.archive, fetch, distinct, parser_digest())
    with run.checkpoint("produce") as midway, contain(PayloadRefused):
        sender.send(messages, midway)
        sender.send([completed])


def _completed(fetch: Fetch, parsed: Parsed, events: list[Event], days: tuple[date, ...] | None) -> FetchCompleted:
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
        days=days,
        rejected=tuple(map(printable, parsed.rejected[:STATED])) or None,
        rejected_count=len(parsed.rejected) or None,
    )


def _message(event: Event) -> Message:
    return message_of(TOPIC_OF.get(type(event), FETCH_COMPLETED), event)


def join_remarks(parsed: Parsed, new_fields: frozenset[str]) -> str:
    """What a person should know of an answer that was accepted; `new_fields` were met for the first time."""
    more = [f"and {len(parsed.rejected) - NAMED} more"] if len(parsed.rejected) > NAMED else []
    named = map(printable, parsed.rejected[:NAMED])
    rejected = [f"rows put aside: {'; '.join((*named, *more))}"] if parsed.rejected else []
    fields = [f"fields not met before: {', '.join(sorted(new_fields))}"] if new_fields else []
    return "; ".join([*parsed.remarks, *rejected, *fields])
