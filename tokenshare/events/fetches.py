"""The fetch itself, and the digest by which it is known to be whole."""

from hashlib import sha256

from tokenshare import fields as f
from tokenshare.events.event import Event


class FetchCompleted(Event):
    """A fetch is whole: how many events of each topic it brought, and the digest of their ids.

    `start_date` and `end_date` bound the days it was asked for, both inclusive; null where it has no days.
    `coverage_share` is what part of the whole a listing reached, where its source can tell. `withdrawn` are the rows
    that a file takes back in so many words, which is not to lose them.
    """

    outside_identity = Event.outside_identity - {"fetch_id"}

    as_of: f.UpstreamAsOf
    pages: f.Pages
    counts: f.EventCounts
    digest: f.Digest
    start_date: f.AskedDate | None = None
    end_date: f.AskedDate | None = None
    coverage_share: f.CoverageShare | None = None
    withdrawn: f.RowKeys | None = None


def digest_of(event_ids: set[str]) -> str:
    """sha256 over the sorted distinct event ids, as fetch.completed carries it and staging recomputes it."""
    return sha256("".join(sorted(event_ids)).encode()).hexdigest()
