"""Real rankings give the numbers that somebody else computed from them, to the token and the last digit."""

import csv
from pathlib import Path

import duckdb
import pytest

from tests.dbt.conftest import RECORDED, WORLDS

pytestmark = pytest.mark.recorded

WEEKS = """
    select
        total.tokens as total_tokens,
        identified.chinese_tokens as identified_tokens,
        step_2.numerator_tokens - step_1.numerator_tokens as lineage_tokens,
        step_3.numerator_tokens - step_2.numerator_tokens as attributed_stealth_tokens,
        bounds.unknown_tokens,
        identified.china_share as china_identified_share,
        origin.china_share as china_origin_share,
        bounds.lower_share as lower_bound,
        bounds.upper_share as upper_bound,
        top10.china_share as china_top10_share,
        fifth.chinese_so_far_count as chinese_in_top5,
        free.free_tokens
    from metrics.router_tokens_weekly as total
    join metrics.china_share_identified_weekly as identified using (week_start_date)
    join metrics.china_share_origin_weekly as origin using (week_start_date)
    join metrics.china_share_bounds_weekly as bounds using (week_start_date)
    join metrics.china_share_top10_weekly as top10 using (week_start_date)
    join metrics.free_share_weekly as free using (week_start_date)
    join metrics.model_rank_weekly as fifth
        on fifth.week_start_date = total.week_start_date and fifth.model_rank = 5
    join metrics.china_share_reconciliation_weekly as step_1
        on step_1.week_start_date = total.week_start_date and step_1.step_number = 1
    join metrics.china_share_reconciliation_weekly as step_2
        on step_2.week_start_date = total.week_start_date and step_2.step_number = 2
    join metrics.china_share_reconciliation_weekly as step_3
        on step_3.week_start_date = total.week_start_date and step_3.step_number = 3
    where strftime(total.week_start_date, '%G-W%V') = ?
"""


def expected(file: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in (RECORDED / world / file for world in WORLDS):
        rows += csv.DictReader(path.read_text().splitlines()) if path.exists() else []
    return rows


def as_printed(value: float, like: str) -> float:
    """The value with as many decimals as the expectation shows; a count as it is."""
    return round(value, 9) if "." in like else value


@pytest.mark.parametrize("week", expected("expected_weekly_attributed.csv"), ids=lambda week: week["iso_week"])
def test_every_week_is_as_computed_elsewhere(recorded: duckdb.DuckDBPyConnection, week: dict[str, str]) -> None:
    found = recorded.execute(WEEKS, [week["iso_week"]])
    names = [column[0] for column in found.description]
    rows = found.fetchall()
    assert len(rows) == 1
    figures = {name: figure for name, figure in week.items() if name != "iso_week"}
    assert {name: as_printed(value, figures[name]) for name, value in zip(names, rows[0], strict=True)} == {
        name: float(figure) if "." in figure else int(figure) for name, figure in figures.items()
    }


def test_no_other_week_is_shown(recorded: duckdb.DuckDBPyConnection) -> None:
    found = recorded.execute("select strftime(week_start_date, '%G-W%V') from metrics.router_tokens_weekly").fetchall()
    assert sorted(row[0] for row in found) == sorted(
        week["iso_week"] for week in expected("expected_weekly_attributed.csv")
    )


def test_authors_are_the_vendors_expected(recorded: duckdb.DuckDBPyConnection) -> None:
    query = """
        select distinct split_part(model_id, '/', 1), vendor_id, is_identified, vendor_id = 'unknown'
        from intermediate.int_usage_attributed
    """
    vendors = {row["author"]: tuple(row.values()) for row in expected("expected_vendors.csv")}
    found = {row[0]: (*row[:2], *(str(flag).lower() for flag in row[2:])) for row in recorded.execute(query).fetchall()}
    assert {author: found.get(author) for author in vendors} == vendors


def test_real_days_shut_no_gate(recorded: duckdb.DuckDBPyConnection) -> None:
    query = "select check_name, min(observed), max(observed) from intermediate.int_usage_evidence group by 1"
    found = {check: (low, high) for check, low, high in recorded.execute(query).fetchall()}
    assert found["other_rows"] == (1, 1)
    assert found["missing_rows"] == found["conflicting_keys"] == found["disappeared_days"] == (0, 0)
    assert found["volume_ratio"] == (pytest.approx(0.78, abs=0.01), pytest.approx(1.28, abs=0.01))
    assert found["unknown_share"][1] < 0.22
    assert found["unmapped_share"][1] < 0.01
    assert found["unmapped_openness_share"][1] < 0.05
    assert "unserved_days" not in found


def test_restated_rows_are_the_newest(recorded: duckdb.DuckDBPyConnection) -> None:
    query = "select tokens from marts.fct_usage_daily where usage_date = ? and model_permaslug = ?"
    for path in (Path(RECORDED / world / "rankings_daily.csv") for world in WORLDS):
        newest: dict[tuple[str, str], tuple[str, str]] = {}
        restated = set()
        for row in csv.DictReader(path.read_text().splitlines()):
            key = (row["date"], row["model_permaslug"])
            restated |= {key} & newest.keys()
            newest[key] = max(newest.get(key, ("", "")), (row["known_at"], row["total_tokens"]))
        for key in restated:
            assert recorded.execute(query, list(key)).fetchall() == [(int(newest[key][1]),)]
