"""Promises about landed records: no offset missing, none twice; ledger, files and rows agree."""

from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise

from flows.queries.verify.promises.promise import PromiseBreach
from flows.queries.verify.state import HomeReader
from tokenshare.offsets import Landed, Range


def ledger_is_contiguous(home: HomeReader) -> Iterator[PromiseBreach]:
    """Ranges of a partition follow one another, except for losses accepted by a person, on record.

    A range may have fewer records than offsets, because control records take offsets too.
    """
    resumed = {(loss.topic, loss.partition, loss.resumed_at): loss.start for loss in home.gaps()}
    for _, found in groupby(home.ledger, key=lambda landed: (landed.range.topic, landed.range.partition)):
        landed = list(found)
        for before, after in pairwise(landed):
            if not _follows(before.range, after.range, resumed):
                kind = "a gap" if before.range.end < after.range.start else "an overlap"
                observed = f"{kind}: a range begins at {after.range.start}"
                yield PromiseBreach(_place(after), observed, f"a range that begins at {before.range.end}")
        yield from (breach for entry in landed for breach in _sizes(entry))


def files_are_the_ledger(home: HomeReader) -> Iterator[PromiseBreach]:
    """Each range of the ledger is one readable file with as many rows and rejected records as the ledger says."""
    ledger = {landed.range: landed for landed in home.ledger}
    for file in home.landed_files:
        where, known = f"landing/{file.range.file_name}", ledger[file.range]
        if file.problem:
            yield PromiseBreach(where, file.problem, f"a file of {known.rows} rows")
        elif (file.rows, file.rejected) != (known.rows, known.rejected):
            observed = f"{file.rows} rows, {file.rejected} rejected"
            yield PromiseBreach(where, observed, f"{known.rows} rows, {known.rejected} rejected, as in the ledger")


def rows_have_their_offsets(home: HomeReader) -> Iterator[PromiseBreach]:
    """No offset occurs twice, and none outside the range in the name of its file."""
    for file in home.landed_files:
        where = f"landing/{file.range.file_name}"
        if file.distinct != file.rows:
            yield PromiseBreach(where, f"{file.rows - file.distinct} offsets twice", "each offset once")
        if file.outside:
            expected = f"offsets {file.range.start} to {file.range.end - 1} of partition {file.range.partition}"
            yield PromiseBreach(where, f"{file.outside} rows of other coordinates", expected)


def lineage_is_landed(home: HomeReader) -> Iterator[PromiseBreach]:
    """The lineage of a version is still landed: offsets, number of records, digest of their event ids."""
    for traced in home.traced():
        recorded, landed = ({row[:2]: row[2:] for row in rows} for rows in (traced.recorded, traced.landed))
        for at in sorted(recorded.keys() | landed.keys()):
            if recorded.get(at) != landed.get(at):
                where = f"{traced.metric} version {traced.version}: {at[0]} partition {at[1]}"
                yield PromiseBreach(where, _lineage(landed.get(at)), f"{_lineage(recorded.get(at))}, as recorded")


def _follows(before: Range, after: Range, resumed: Mapping[tuple[str, int, int], int]) -> bool:
    """True if nothing lies between, or only accepted losses, one after another."""
    at = after.start
    while at > before.end and (lost := resumed.get((after.topic, after.partition, at), at)) < at:
        at = lost
    return at == before.end


def _sizes(landed: Landed) -> Iterator[PromiseBreach]:
    offsets, records = landed.range.end - landed.range.start, landed.rows + landed.rejected
    if offsets <= 0 or records > offsets:
        yield PromiseBreach(_place(landed), f"{records} records in {offsets} offsets", "at most one record an offset")


def _place(landed: Landed) -> str:
    at = landed.range
    return f"ledger: {at.topic} partition {at.partition} offsets {at.start} to {at.end - 1}"


def _lineage(row: tuple[object, ...] | None) -> str:
    if row is None:
        return "nothing"
    first, last, records, digest = row
    return f"offsets {first} to {last}, {records} records, digest {str(digest)[:12]}"
