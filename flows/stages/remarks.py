"""What a person should look at in an answer that was accepted, though nothing in it is wrong by itself."""

from dataclasses import replace

from connectors.sources.listings import describe_unknown, describe_weekends
from flows.settings import Settings
from flows.setup.listed_lines import read_currencies
from tokenshare.events import QuoteObserved, ShareCountObserved
from tokenshare.sources import Parsed, Source

DROPPED = "quotes"  # the upstream of the files that a user fills


def remark(settings: Settings, source: Source, parsed: Parsed) -> Parsed:
    """The answer with remarks on a user's own file: symbols that no line has, and sessions on a weekend."""
    if source.upstream != DROPPED:
        return parsed
    listed = [event for event in parsed.events if isinstance(event, QuoteObserved | ShareCountObserved)]
    sessions = [event.session_date for event in listed if isinstance(event, QuoteObserved)]
    unknown = describe_unknown((event.symbol for event in listed), read_currencies(settings))
    return replace(parsed, remarks=(*parsed.remarks, *unknown, *describe_weekends(sessions)))
