"""Contracts gain optional fields: files landed before read as null, files of a newer version are refused by name."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.storage import landing, warehouse
from connectors.storage.home import Home
from connectors.storage.landing import compaction
from connectors.storage.landing.file_replacement import Change
from connectors.storage.warehouse import ledger, open_warehouse
from connectors.storage.warehouse.landed_columns import WRITTEN_BY, our_version
from tokenshare.errors import ExitCode, UsageError
from tokenshare.events import UsageObserved
from tokenshare.noop import noop
from tokenshare.offsets import Range, Record
from tokenshare.topics import USAGE_OBSERVED

pytestmark = pytest.mark.threat("X31")

TOPIC, AT = USAGE_OBSERVED.name, datetime(2026, 7, 1, tzinfo=UTC)
OLDER, NEWER = Range(TOPIC, 0, 0, 3), Range(TOPIC, 0, 3, 6)
YOUNG = "share_of_daily_tokens"
Edit = Callable[[pa.Table], pa.Table]


def row(offset: int) -> tuple[Record, UsageObserved]:
    event = UsageObserved.identified(
        source_id="openrouter_exports", observed_at=AT, fetch_id="f" * 32, usage_date=date(2026, 6, 30),
        model_permaslug=f"a/m{offset}", tokens=offset + 1, as_of=AT, share_of_daily_tokens=0.5,
    )  # fmt: skip
    return Record(TOPIC, 0, offset, 1_780_000_000_000 + offset, b"k", b"v"), event


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two landed files of one partition."""
    mine = Home(tmp_path / "home")
    mine.build.mkdir(parents=True)
    found = [
        landing.write(mine.landing, USAGE_OBSERVED, range, [row(n) for n in (range.start, range.end - 1)], 0)
        for range in (OLDER, NEWER)
    ]
    with open_warehouse(mine.warehouse) as connection:
        ledger.intend(connection, "run", [OLDER, NEWER])
        ledger.record_landed(connection, "run", AT, found, noop)
    return mine


def rewrite(home: Home, range: Range, edit: Edit, version: str = "9.1.0") -> None:
    """The file as another version would have written it."""
    path = home.landing / range.file_name
    metadata = {**(pq.read_schema(path).metadata or {}), WRITTEN_BY: version}
    table = edit(pq.ParquetFile(path).read())
    pq.write_table(table.replace_schema_metadata(metadata), path)


def without(name: str) -> Edit:
    return lambda table: table.drop_columns([name])


def gained(table: pa.Table) -> pa.Table:
    return table.append_column("sessions", pa.array([7] * table.num_rows, pa.int64()))


@pytest.mark.parametrize("range", [OLDER, NEWER], ids=["the first file", "the last file"])
def test_a_file_without_a_younger_column_reads_as_null(home: Home, range: Range) -> None:
    rewrite(home, range, without(YOUNG), "0.0.1")
    with open_warehouse(home.warehouse) as connection:
        warehouse.show_landed(connection, home.landing)
        found = connection.execute(f'SELECT "offset", tokens, {YOUNG} FROM raw.{USAGE_OBSERVED.table} ORDER BY 1')
        nulls = {range.start, range.end - 1}
        assert found.fetchall() == [(n, n + 1, None if n in nulls else 0.5) for n in (0, 2, 3, 5)]
    table = landing.read_table(home.landing, range, USAGE_OBSERVED)
    assert (table.schema, table[YOUNG].null_count) == (landing.schema_of(USAGE_OBSERVED), 2)


def test_files_of_two_versions_are_merged_without_loss(home: Home) -> None:
    rewrite(home, OLDER, without(YOUNG), "0.0.1")
    with open_warehouse(home.warehouse) as connection:
        compaction.compact(connection, home.landing, 1000, Change("run", AT, noop))
        found = connection.execute(f"SELECT count(*), count({YOUNG}) FROM raw.{USAGE_OBSERVED.table}").fetchall()
    assert found == [(4, 2)]


@pytest.mark.parametrize("range", [OLDER, NEWER], ids=["the first file", "the last file"])
def test_a_column_of_a_newer_version_is_refused_with_both_versions(home: Home, range: Range) -> None:
    rewrite(home, range, gained)
    before = (home.landing / range.file_name).read_bytes()
    with open_warehouse(home.warehouse) as connection:
        for read in (
            lambda: warehouse.show_landed(connection, home.landing),
            lambda: compaction.compact(connection, home.landing, 1000, Change("run", AT, noop)),
            lambda: landing.read_table(home.landing, range, USAGE_OBSERVED),
        ):
            with pytest.raises(UsageError) as refused:
                read()
            named = rf"has the column sessions, written by tokenshare 9\.1\.0 and unknown to {re.escape(our_version())}"
            assert re.search(f"{named}: upgrade tokenshare$", str(refused.value))
            assert refused.value.exit_code == ExitCode.USAGE
    assert (home.landing / range.file_name).read_bytes() == before


def test_a_landed_file_names_the_version_that_wrote_it(home: Home) -> None:
    metadata = pq.read_schema(home.landing / OLDER.file_name).metadata
    assert metadata[WRITTEN_BY].decode() == our_version()
