"""A file of the user's own folder beside the shipped one: its rows are added by key, whatever the file."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sources import SOURCES
from connectors.sources.files import SHIPPED, FileSession
from tests.sources.payloads import WINDOW
from tokenshare.errors import PayloadRefused, SourceAbsent
from tokenshare.sources import Fetch, Parsed, Source, Window

ADDED_TO = [source for source in SOURCES if source.ships]
LATER = Window(WINDOW.start, WINDOW.end, datetime(2026, 11, 1, tzinfo=UTC))
each_file = pytest.mark.parametrize("source", ADDED_TO, ids=lambda source: source.id)
DATED = [source for source in ADDED_TO if source.first_known]
each_dated = pytest.mark.parametrize("source", DATED, ids=lambda source: source.id)
NOTE = {"claims": "quote", "disclosures": "citation", "leaderboards": "model", "releases": "citation"}
EMPTIED = {"claims": ["value"], "disclosures": ["low", "high"], "leaderboards": ["score"],
           "releases": ["is_major", "is_open", "citation"]}  # fmt: skip
Row = dict[str, str]


def rows_of(source: Source) -> list[Row]:
    return list(csv.DictReader(io.StringIO((SHIPPED / source.world_file).read_text(encoding="utf-8"))))


def example_of(source: Source) -> Row:
    return next(csv.DictReader(io.StringIO(source.example)))


def write(folder: Path, source: Source, rows: list[Row], header: list[str] | None = None) -> None:
    with (folder / source.world_file).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header or list(rows[0]), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(source: Source, own: Path | None) -> Parsed:
    return source.parse(Fetch(source.id, LATER, tuple(source.fetch(FileSession((SHIPPED,), own), LATER))))


def ids(parsed: Parsed) -> set[str]:
    return {event.event_id for event in parsed.events}


def notes(source: Source, parsed: Parsed) -> list[str]:
    return [getattr(event, NOTE[source.id]) for event in parsed.events]


@each_file
def test_one_row_is_added_and_the_shipped_ones_stay(source: Source, tmp_path: Path) -> None:
    write(tmp_path, source, [example_of(source)])
    parsed, alone = read(source, tmp_path), read(source, None)
    assert len(ids(parsed) - ids(alone)) == 1
    assert (ids(alone) - ids(parsed), parsed.rejected, parsed.withdrawn) == (set(), (), alone.withdrawn)


@each_file
def test_a_copy_of_the_shipped_file_states_the_same(source: Source, tmp_path: Path) -> None:
    write(tmp_path, source, rows_of(source))
    parsed = read(source, tmp_path)
    assert (ids(parsed), parsed.withdrawn) == (ids(read(source, None)), ())
    assert len(parsed.events) == len(rows_of(source))


@each_file
def test_a_row_replaces_the_shipped_row_of_its_key(source: Source, tmp_path: Path) -> None:
    write(tmp_path, source, [{**rows_of(source)[0], NOTE[source.id]: "Mine"}])
    parsed = read(source, tmp_path)
    assert (len(parsed.events), notes(source, parsed).count("Mine")) == (len(rows_of(source)), 1)


@each_dated
def test_a_shipped_row_known_later_replaces_it(source: Source, tmp_path: Path) -> None:
    write(tmp_path, source, [{**rows_of(source)[0], NOTE[source.id]: "Mine", "known_at": "2020-01-01T00:00:00Z"}])
    assert "Mine" not in notes(source, read(source, tmp_path))


@each_file
def test_a_row_with_empty_values_takes_the_shipped_row_back(source: Source, tmp_path: Path) -> None:
    write(tmp_path, source, [{**rows_of(source)[0], **dict.fromkeys(EMPTIED[source.id], "")}])
    parsed = read(source, tmp_path)
    assert (len(parsed.events), len(parsed.withdrawn)) == (len(rows_of(source)) - 1, 1)


@each_file
def test_a_bad_row_is_put_aside_by_its_file_and_replaces_nothing(source: Source, tmp_path: Path) -> None:
    key = rows_of(source)[0]
    write(tmp_path, source, [{**key, NOTE[source.id]: ""}, example_of(source)], list(key))
    parsed = read(source, tmp_path)
    assert ids(parsed) >= ids(read(source, None))
    (reason,) = parsed.rejected
    assert reason.startswith(f"own/{source.world_file} line 2, column {NOTE[source.id]}: it is empty")


@each_file
def test_a_file_without_a_column_is_refused_by_its_name(source: Source, tmp_path: Path) -> None:
    header = list(rows_of(source)[0])
    write(tmp_path, source, rows_of(source), [name for name in header if name != NOTE[source.id]])
    with pytest.raises(
        PayloadRefused, match=f"own/{source.world_file} line 1: no column {NOTE[source.id]}; the header"
    ):
        read(source, tmp_path)


@each_file
def test_a_bad_shipped_row_is_named_as_such(source: Source, tmp_path: Path) -> None:
    write(tmp_path, source, [example_of(source)])
    own, _ = source.fetch(FileSession((SHIPPED,), tmp_path), LATER)
    broken = tmp_path / "shipped"
    broken.mkdir()
    write(broken, source, [{**rows_of(source)[0], NOTE[source.id]: ""}, *rows_of(source)[1:]])
    pages = (own, *list(source.fetch(FileSession((broken,), tmp_path), LATER))[1:])
    (reason,) = source.parse(Fetch(source.id, LATER, pages)).rejected
    assert reason.startswith(f"shipped/{source.world_file} line 2, column {NOTE[source.id]}")


@each_file
def test_a_link_that_leaves_the_folder_makes_the_source_absent(source: Source, tmp_path: Path) -> None:
    (tmp_path / source.world_file).symlink_to(SHIPPED / source.world_file)
    with pytest.raises(SourceAbsent, match=f"own/{source.world_file}: cannot be read"):
        read(source, tmp_path)


def test_a_claim_moved_to_another_period_takes_the_shipped_one_back(tmp_path: Path) -> None:
    (claims,) = (source for source in ADDED_TO if source.id == "claims")
    first = rows_of(claims)[0]
    write(tmp_path, claims, [{**first, "period_start": "2026-06-01", "period_end": "2026-06-30"}])
    assert read(claims, tmp_path).withdrawn == (f"{first['claim_id']} {first['period_start']}/{first['period_end']}",)


def test_an_id_that_stands_twice_in_ones_own_file_leaves_the_shipped_claim(tmp_path: Path) -> None:
    (claims,) = (source for source in ADDED_TO if source.id == "claims")
    first = rows_of(claims)[0]
    write(tmp_path, claims, [{**first, "quote": "One"}, {**first, "value": ""}])
    parsed = read(claims, tmp_path)
    assert (len(parsed.rejected), ids(parsed)) == (2, ids(read(claims, None)))
