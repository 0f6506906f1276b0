"""A table of ours that is made again keeps the rows that stand: by the real dbt, over rows of every kind."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from flows.setup.shipped import PROJECT

SPEC = """
name: tables
version: "1.0"
profile: tokenshare
config-version: 2
flags: {send_anonymous_usage_stats: false}
models: {tables: {+materialized: table}}
"""
NAN = "(3, 'c', 'nan'::DOUBLE)"
BEGIN = f"(1, 'a', NULL), (2, NULL, 0.5), {NAN}, {NAN}"
COLUMNS = "id::BIGINT AS id, name, share::DOUBLE AS share, MAP {'n': id} AS counts, [name] AS names"
SECOND = {
    "the same rows in another order": (f"SELECT {COLUMNS} FROM given ORDER BY id DESC", BEGIN),
    "a row more, a row less": (f"SELECT {COLUMNS} FROM given", BEGIN.replace("(1, 'a', NULL)", "(4, 'd', 1)")),
    "a null that is none": (f"SELECT {COLUMNS} FROM given", BEGIN.replace("(2, NULL", "(2, 'b'")),
    "one of two equal rows": (f"SELECT {COLUMNS} FROM given", BEGIN.removesuffix(f", {NAN}")),
    "a third equal row": (f"SELECT {COLUMNS} FROM given", f"{BEGIN}, {NAN}"),
    "no row": (f"SELECT {COLUMNS} FROM given WHERE false", BEGIN),
    "a column more": (f"SELECT {COLUMNS}, 1 AS more FROM given", BEGIN),
    "a column of another type": (f"SELECT {COLUMNS.replace('BIGINT', 'INTEGER')} FROM given", BEGIN),
    "columns in another order": ("SELECT id::BIGINT AS id, share::DOUBLE AS share, name FROM given", BEGIN),
}
MANY = "SELECT range AS id, hash(range) AS name, CASE WHEN range = {} THEN 1.5 ELSE 0.5 END AS share FROM range(50_000)"
Build = Callable[[str, str], None]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Give rows, and build the table `made` of a query over them."""
    shutil.copytree(PROJECT / "macros", tmp_path / "macros")
    shutil.copy(PROJECT / "profiles.yml", tmp_path)
    (tmp_path / "dbt_project.yml").write_text(SPEC)
    (tmp_path / "models").mkdir()
    monkeypatch.setenv("TOKENSHARE_WAREHOUSE", str(tmp_path / "w.duckdb"))

    def built(query: str, rows: str) -> None:
        with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
            connection.execute(f"CREATE OR REPLACE VIEW given AS SELECT * FROM (VALUES {rows}) AS v(id, name, share)")
        (tmp_path / "models/made.sql").write_text(query.replace("FROM given", "FROM main.given"))
        folders = ["--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path), "--target", "build", "--quiet"]
        try:
            assert dbtRunner().invoke(["run", *folders]).success
        finally:
            DuckDBConnectionManager.close_all_connections()

    return built


@pytest.mark.parametrize("case", SECOND)
def test_a_table_has_the_rows_of_its_query(build: Build, tmp_path: Path, case: str) -> None:
    query, rows = SECOND[case]
    build(f"SELECT {COLUMNS} FROM given", BEGIN)
    build(query, rows)
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        wanted, found = query.replace("FROM given", "FROM main.given"), "FROM build.made"
        for ask, order in ((str, sorted), ("DESCRIBE {}".format, list)):
            one, other = (connection.execute(ask(text)).fetchall() for text in (wanted, found))
            assert order(map(repr, one)) == order(map(repr, other))


def test_what_is_written_follows_what_moved(build: Build) -> None:
    build(MANY.format(-1), BEGIN)
    one_row, no_row, every_row = (
        written_by(partial(build, query, BEGIN))
        for query in (MANY.format(7), f"{MANY.format(7)} WHERE id >= 0", MANY.format(7).replace("0.5", "0.25"))
    )
    assert every_row - one_row > 1_000_000 > one_row - no_row


def written_by(work: Callable[[], None]) -> int:
    """The bytes that this process writes meanwhile."""
    before = _written()
    work()
    return _written() - before


def _written() -> int:
    """Bytes that this process has written so far."""
    _, count, *_ = (line.split()[1] for line in Path("/proc/self/io").read_text().splitlines())
    return int(count)
