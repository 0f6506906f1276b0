"""What BI tools find in the published file: comments everywhere, dates, measures, one long relation and wide ones."""

import shutil
from pathlib import Path

import duckdb
import pytest

from connectors.storage.home import Home
from connectors.storage.publications.catalog_comments import COLUMNS, TABLES
from tokenshare.bi import RELATIONS
from tokenshare.columns import columns_of
from tokenshare.metrics import METRICS


@pytest.fixture(scope="module")
def published(clean: Home) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(clean.published_file), read_only=True)


def values(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return connection.execute(query).fetchall()


def test_every_relation_and_column_has_a_comment(published: duckdb.DuckDBPyConnection) -> None:
    bare = "SELECT {name} FROM duckdb_{kind}() WHERE NOT internal AND coalesce(trim(comment), '') = ''"
    assert values(published, bare.format(name="schema_name, table_name", kind="tables")) == []
    assert values(published, bare.format(name="table_name, column_name", kind="columns")) == []


def test_no_comment_is_left_over(published: duckdb.DuckDBPyConnection) -> None:
    found = values(published, "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'catalog'")
    assert {table for table, _ in found} == set(TABLES)
    assert {column for _, column in found} == set(COLUMNS)


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_a_relation_for_bi_has_the_columns_and_the_key_it_states(
    published: duckdb.DuckDBPyConnection, relation
) -> None:
    assert [name for name, *_ in values(published, f"DESCRIBE {relation.relation}")] == list(relation.columns)
    key = ", ".join(relation.key)
    assert values(published, f"SELECT {key} FROM {relation.relation} GROUP BY {key} HAVING count(*) > 1") == []
    assert values(published, f"SELECT count(*) > 0 FROM {relation.relation}") == [(True,)]


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.schema == "metrics"], ids=lambda one: one.id)
def test_the_long_relation_has_every_dated_number(published: duckdb.DuckDBPyConnection, metric) -> None:
    measures = [
        column.name for column in columns_of(metric.row) if column.is_number and column.name not in metric.grain
    ]
    assert values(published, f"SELECT measure FROM marts.dim_metric WHERE metric = '{metric.id}' ORDER BY rowid") == [
        (name,) for name in measures
    ]
    for name in measures if metric.period else []:
        own = f'SELECT "{metric.period}"::DATE, "{name}"::DOUBLE, status, as_of FROM {metric.relation} ORDER BY ALL'
        long = (
            "SELECT period, value, status, as_of FROM marts.fct_metric_values WHERE metric = '{}' AND measure = '{}' "
        )
        assert values(published, f"{long.format(metric.id, name)} ORDER BY ALL") == values(published, own)


def test_every_week_and_day_joins_the_dates(published: duckdb.DuckDBPyConnection) -> None:
    unmatched = "SELECT period FROM marts.fct_metric_values ANTI JOIN marts.dim_date ON period = date_day"
    assert values(published, unmatched) == []
    days = "('2024-12-30', '2025-01-05', '2026-12-31')"
    weeks = f"SELECT DISTINCT iso_week FROM marts.dim_date WHERE date_day IN {days} ORDER BY 1"
    assert values(published, weeks) == [("2025-W01",), ("2026-W53",)]


def test_countries_sum_their_vendors_and_the_whole_week(published: duckdb.DuckDBPyConnection) -> None:
    sums = """SELECT week_start_date, sum(tokens), round(sum(country_share), 12)
        FROM marts.wide_country_weekly GROUP BY 1 ORDER BY 1"""
    totals = "SELECT week_start_date, tokens, 1.0 FROM metrics.router_tokens_weekly ORDER BY 1"
    assert values(published, sums) == values(published, totals)
    chinese = """SELECT week_start_date, sum(tokens) FROM marts.wide_country_weekly WHERE country_code = 'CN' GROUP BY 1
        ORDER BY 1"""
    identified = "SELECT week_start_date, chinese_tokens FROM metrics.china_share_identified_weekly ORDER BY 1"
    assert values(published, chinese) == values(published, identified)


def test_a_process_sees_the_new_file_once_it_has_closed_the_old_one(
    published_then: dict[int, Path], tmp_path: Path
) -> None:
    """What docs/bi/README.md says of servers that stay open."""
    file = tmp_path / "tokenshare.duckdb"
    shutil.copy(published_then[1], file)
    newest = "SELECT max(as_of) FROM metrics.router_tokens_weekly"
    kept = duckdb.connect(str(file), read_only=True)
    then, inode = values(kept, newest), file.stat().st_ino
    shutil.copy(published_then[2], tmp_path / "new")
    (tmp_path / "new").replace(file)
    assert file.stat().st_ino != inode
    with duckdb.connect(str(file), read_only=True) as beside:
        assert values(kept, newest) == values(beside, newest) == then
    kept.close()
    with duckdb.connect(str(file), read_only=True) as again:
        assert values(again, newest) > then


def test_a_check_has_the_ends_of_its_numbers_over_time(published: duckdb.DuckDBPyConnection) -> None:
    measured = "FROM catalog.gate_results WHERE lowest IS NOT NULL AND outcome = 'passed'"
    assert values(published, f"SELECT count(*) > 0, bool_and(lowest <= highest AND as_of IS NOT NULL) {measured}") == [
        (True, True)
    ]
    shares = f"SELECT DISTINCT lowest, highest {measured} AND \"check\" = 'shares_sum_to_one'"
    assert all(abs(end - 1) < 1e-9 for ends in values(published, shares) for end in ends)
