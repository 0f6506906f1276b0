"""The fetch itself, and the digest proving it complete."""

from hashlib import sha256

from tokenshare import fields as f
from tokenshare.events.event import Event


class FetchCompleted(Event):
    """A whole fetch: its number of events by topic, and the digest of their ids.

    `start_date` and `end_date` are the days it was asked for, both inclusive; null for a source without days. `days`
    are those it states, each whole, if it leaves out the ones stated before; null if it states all it was asked for.
    `coverage_share` is the part of the whole a listing reached, if its source can say. `withdrawn` are the rows a
    file withdraws explicitly; a withdrawn row is not a lost one. `rejected` are the first rows of the payload put
    aside, and `rejected_count` is the number of all.
    """

    outside_identity = Event.outside_identity - {"fetch_id"}
    most_bytes = 896 * 1024  # it lists days and rows; a topic takes a megabyte

    as_of: f.UpstreamAsOf
    pages: f.Pages
    counts: f.EventCounts
    digest: f.Digest
    start_date: f.AskedDate | None = None
    end_date: f.AskedDate | None = None
    coverage_share: f.CoverageShare | None = None
    withdrawn: f.RowKeys | None = None
    days: f.StatedDays | None = None
    rejected: f.RejectedRows | None = None
    rejected_count: f.RejectedCount | None = None


def digest_of(event_ids: set[str]) -> str:
    """sha256 over the sorted distinct event ids, as fetch.completed carries it and staging recomputes it."""
    return sha256("".join(sorted(event_ids)).encode()).hexdigest()
