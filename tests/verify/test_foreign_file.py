"""A published file that somebody else made: a look reads its tables and nothing else of the reader's machine."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from connectors.storage.home import Home
from connectors.storage.inspection import shown
from connectors.storage.publications import catalog
from connectors.storage.publications.published import open_published
from connectors.storage.warehouse import connect
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID

pytestmark = pytest.mark.threat("S10")

SECRET = "a secret of the reader"
METRIC = METRIC_BY_ID["fct_usage_daily"]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the reader alone."""
    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


@pytest.fixture
def home(tmp_path: Path, secret: Path) -> Home:
    """A home with a published file whose list of vendors, and one metric, are views over that file."""
    found = Home(tmp_path / "home")
    found.published.mkdir(parents=True)
    with duckdb.connect(found.published_file) as file:
        file.execute("CREATE SCHEMA catalog; CREATE SCHEMA marts; CREATE TABLE catalog.runs AS SELECT 1 AS run_id")
        for name in ("catalog.unknown_vendors", METRIC.relation):
            query = f"SELECT content AS author, 1::BIGINT AS tokens FROM read_text('{secret}')"
            file.execute(f"CREATE VIEW {name} AS {query}")
    return found


LOOKS: tuple[Callable[[Home], object], ...] = (
    lambda home: catalog.read_catalog(home, "unknown_vendors"),
    lambda home: catalog.read_metric(home, METRIC),
    lambda home: catalog.read_query(home, "SELECT * FROM catalog.runs", []),
)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_refuses_a_file_with_views(home: Home, look: Callable[[Home], object]) -> None:
    with pytest.raises(UsageError, match=r"has a view \(catalog\.unknown_vendors\)") as refusal:
        look(home)
    assert SECRET not in str(refusal.value)


@pytest.mark.threat("X16", "X17")
def test_a_look_reads_its_one_file_and_changes_no_setting(home: Home, secret: Path, tmp_path: Path) -> None:
    with duckdb.connect(home.published_file) as file:
        file.execute(f"DROP VIEW catalog.unknown_vendors; DROP VIEW {METRIC.relation}")
    for statement in (
        f"SELECT content FROM read_text('{secret}')",
        f"COPY (SELECT 1) TO '{tmp_path / 'written.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with open_published(home.published_file) as reader, pytest.raises(duckdb.Error):
            reader.execute(statement)
    with open_published(home.published_file) as one, open_published(home.published_file) as other:
        moments = [reader.execute("SELECT current_setting('TimeZone')").fetchone() for reader in (one, other)]
    assert moments == [("UTC",)] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "secret"]


def test_an_inspection_names_a_view_and_does_not_query_it(home: Home, secret: Path, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "draft") as draft:
        draft.execute("CREATE SCHEMA marts")
        draft.execute(f"CREATE TABLE {METRIC.relation} AS SELECT 'x' AS author, 1::BIGINT AS tokens")
    connection = connect(tmp_path / "warehouse.duckdb")
    connection.execute(f"ATTACH '{home.published_file}' AS shown (READ_ONLY); ATTACH '{tmp_path / 'draft'}' AS wanted")
    found = {difference.where: difference for difference in shown._compared(connection)}
    connection.close()
    spoilt = found[f"{shown.FILE}: {METRIC.relation}"]
    assert (spoilt.problem, SECRET in str(found)) == ("columns of a view", False)
    connection = connect(tmp_path / "warehouse.duckdb")
    with pytest.raises(UsageError, match="has a view"):
        shown.read_shown(connection, home, METRIC)
    connection.close()
