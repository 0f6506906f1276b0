"""A table of ours that is made again keeps the rows that stand: by the real dbt, over rows of every kind."""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from flows.setup.shipped import PROJECT

pytestmark = pytest.mark.slow

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
Tables = dict[str, tuple[str, str]]  # the query of each over its given rows, and these rows


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Tables], Path]]:
    """Give rows, and build tables of queries over them by one run of dbt; returns the database."""
    folder = tmp_path_factory.mktemp("tables")
    shutil.copytree(PROJECT / "macros", folder / "macros")
    shutil.copy(PROJECT / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text(SPEC)
    (folder / "models").mkdir()
    database = folder / "w.duckdb"

    def built(tables: Tables) -> Path:
        with duckdb.connect(str(database)) as connection:
            for name, (query, rows) in tables.items():
                view = f"SELECT * FROM (VALUES {rows}) AS v(id, name, share)"
                connection.execute(f"CREATE OR REPLACE VIEW given_{name} AS {view}")
                (folder / f"models/{name}.sql").write_text(query.replace("FROM given", f"FROM main.given_{name}"))
        folders = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--target", "build", "--quiet"]
        try:
            assert dbtRunner().invoke(["run", *folders, "--select", *tables]).success
        finally:
            DuckDBConnectionManager.close_all_connections()
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKENSHARE_WAREHOUSE", str(database))
        yield built


@pytest.fixture(scope="module")
def twice(build: Callable[[Tables], Path]) -> Path:
    """A database with the same table for each case, which then became the table of the case."""
    build({_name(case): (f"SELECT {COLUMNS} FROM given", BEGIN) for case in SECOND})
    return build({_name(case): given for case, given in SECOND.items()})


def _name(case: str) -> str:
    return re.sub(r"\W+", "_", case)


@pytest.mark.parametrize("case", SECOND)
def test_a_table_has_the_rows_of_its_query(twice: Path, case: str) -> None:
    wanted = SECOND[case][0].replace("FROM given", f"FROM main.given_{_name(case)}")
    with duckdb.connect(str(twice), read_only=True) as connection:
        for ask, order in ((str, sorted), ("DESCRIBE {}".format, list)):
            one, other = (connection.execute(ask(text)).fetchall() for text in (wanted, f"FROM build.{_name(case)}"))
            assert order(map(repr, one)) == order(map(repr, other))


def test_what_is_written_follows_what_moved(build: Callable[[Tables], Path]) -> None:
    build({"many": (MANY.format(-1), BEGIN)})
    one_row, no_row, every_row = (
        written_by(partial(build, {"many": (query, BEGIN)}))
        for query in (MANY.format(7), f"{MANY.format(7)} WHERE id >= 0", MANY.format(7).replace("0.5", "0.25"))
    )
    assert every_row - one_row > 1_000_000 > one_row - no_row


def written_by(work: Callable[[], object]) -> int:
    """The bytes that this process writes meanwhile."""
    before = _written()
    work()
    return _written() - before


def _written() -> int:
    """Bytes that this process has written so far."""
    _, count, *_ = (line.split()[1] for line in Path("/proc/self/io").read_text().splitlines())
    return int(count)
