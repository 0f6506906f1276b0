"""The promise about the writer: what landed of a fetch is what its pages in the archive say."""

from collections import defaultdict
from collections.abc import Iterator

from connectors.sources import SOURCES
from connectors.sources.code import parser_digest
from connectors.storage import archive
from connectors.storage.archive import Produced
from flows.queries.verify.promises.promise import PromiseBreach
from flows.queries.verify.state import HomeReader
from flows.stages.news import select_days
from tokenshare.errors import PayloadRefused
from tokenshare.events import Event, digest_of
from tokenshare.inspected import LandedFetch
from tokenshare.sources import Source

BY_ID = {source.id: source for source in SOURCES}


def landed_fetches_are_archived(home: HomeReader) -> Iterator[PromiseBreach]:
    """Each landed fetch is one this home asked for, and has the events made of its pages.

    With `is_all` the pages are parsed again, and each landed row is compared with its event. Left out are records older
    than the secret of the home, pages that are gone, and, if they differ, pages read by other code than the present.
    """
    for landed in home.landed_fetches():
        source = BY_ID.get(landed.source_id)
        produced = archive.read_produced(home.home.archive, source.id, landed.fetch_id) if source else None
        where = f"{landed.source_id} fetch {landed.fetch_id[:12]} at {landed.first}"
        if source is None or produced is None:
            yield PromiseBreach(where, "a fetch that the archive does not know", "a fetch of this home")
        elif produced.fetch_id != landed.fetch_id:
            yield PromiseBreach(where, f"pages of fetch {produced.fetch_id[:12]}", "the pages of this fetch")
        elif landed.is_whole and landed.digest != produced.digest:
            yield PromiseBreach(where, f"events of digest {landed.digest[:12]}", f"digest {produced.digest[:12]}")
        elif landed.events > produced.events:
            yield PromiseBreach(where, f"{landed.events} events", f"{produced.events} at most")
        elif home.is_all:
            yield from _read_again(home, source, produced, landed, where)


def _read_again(
    home: HomeReader, source: Source, produced: Produced, landed: LandedFetch, where: str
) -> Iterator[PromiseBreach]:
    fetch = archive.reopen(home.home.archive, produced)
    if fetch is None:
        return
    breaches = []
    try:
        events = select_days(source.parse(fetch), landed.days, produced.observed_at.date())
        breaches = list(_differing(home, landed, events, where))
    except PayloadRefused as error:
        breaches = [PromiseBreach(where, f"pages that are refused: {error}", "pages that were accepted")]
    if produced.parser == parser_digest():
        yield from breaches


def _differing(home: HomeReader, landed: LandedFetch, events: tuple[Event, ...], where: str) -> Iterator[PromiseBreach]:
    digest = digest_of({event.event_id for event in events})
    if landed.is_whole and digest != landed.digest:
        yield PromiseBreach(where, f"events of digest {landed.digest[:12]}", f"digest {digest[:12]}, as its pages say")
        return
    by_type: dict[type[Event], list[Event]] = defaultdict(list)
    for event in events:
        by_type[type(event)].append(event)
    for topic in BY_ID[landed.source_id].emits:
        count = home.strange_rows(topic, landed.fetch_id, by_type[topic.event])
        if count:
            yield PromiseBreach(f"{where}: {topic.name}", f"{count} rows that its pages do not give", "none")
