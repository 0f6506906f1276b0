"""The promise about the upstreams' last word: numbers rest on the newest answer of their source."""

from collections.abc import Iterator
from datetime import date, datetime

from connectors.sources import SOURCES
from connectors.storage import archive
from flows.queries.verify.promises.promise import MOST, PromiseBreach
from flows.queries.verify.state import HomeReader
from tokenshare.errors import PayloadRefused
from tokenshare.events import Event
from tokenshare.inspected import Outdated, Statement
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.sources import Parsed, Source
from tokenshare.topics import Topic


def numbers_rest_on_the_newest_answer(home: HomeReader) -> Iterator[PromiseBreach]:
    """The newest archived answer of each dated source, read again, is what its numbers are made of, day by day.

    Left out are days whose numbers are held or released, metrics held as a whole, and sources whose payloads are gone.
    """
    shown = {p.metric for p in home.publications if p.status in ("current", "released")}
    whole = {p.metric for p in home.publications if p.status == "held"} - shown
    held = {topic for metric in whole for topic in METRIC_BY_ID[metric].topics}
    for source in SOURCES:
        fetch = archive.read_answer(home.home.archive, source.id)
        if fetch is None:
            continue
        answer = f"the answer of {fetch.window.observed_at:%Y-%m-%d %H:%M UTC}"
        try:
            parsed = source.parse(fetch)
        except PayloadRefused as error:
            yield PromiseBreach(f"archive: {source.id}", f"{answer} is refused: {error}", "an answer that was accepted")
            continue
        for statement in _statements(source, parsed, fetch.window.observed_at, held):
            found = list(home.outdated(statement))
            yield from (_breach(source, answer, outdated) for outdated in found[:MOST])
            if len(found) > MOST:
                more = f"{len(found) - MOST} more days differ"
                yield PromiseBreach(source.id, more, f"the rows of {answer}")


def _statements(source: Source, parsed: Parsed, moment: datetime, held: set[Topic]) -> Iterator[Statement]:
    if not (parsed.start_date and parsed.end_date):
        return
    for topic in source.emits:
        if topic not in held and topic.event.period:
            rows = tuple((_day(event), event.event_id) for event in parsed.events if type(event) is topic.event)
            yield Statement(source.id, topic.name, moment, parsed.start_date, parsed.end_date, rows)


def _day(event: Event) -> date:
    return getattr(event, str(event.period))  # type: ignore[no-any-return]


def _breach(source: Source, answer: str, outdated: Outdated) -> PromiseBreach:
    observed = f"{outdated.rows} rows: {outdated.problem}"
    return PromiseBreach(f"{source.id} {outdated.day}", observed, f"the rows of {answer}")
