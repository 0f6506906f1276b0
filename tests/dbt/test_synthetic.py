"""Which fetch speaks for a day, and what the gates are told, on days small enough to add up by hand."""

from datetime import date

import duckdb
import pytest

from tests.dbt.world import day

pytestmark = pytest.mark.slow

Warehouse = duckdb.DuckDBPyConnection


def evidence(warehouse: Warehouse, check: str, subject: str = "usage") -> dict[str, float]:
    rows = warehouse.execute(
        f"select key, observed from intermediate.int_{subject}_evidence where check_name = ?", [check]
    ).fetchall()
    assert len(rows) == len(dict(rows)), f"{check} judges a key twice"
    return dict(rows)


def unlike(found: dict[str, float], usual: float) -> dict[str, float]:
    """The keys, by day of the month, whose value is not the usual one."""
    return {key[-2:]: value for key, value in found.items() if value != pytest.approx(usual, abs=1e-12)}


def total(warehouse: Warehouse, on: date) -> int:
    row = warehouse.execute("select sum(tokens) from marts.fct_usage_daily where usage_date = ?", [on]).fetchone()
    return row[0]


def test_only_kept_promises_are_complete(synthetic: Warehouse) -> None:
    columns = "day(observed_date), hour(observed_at), is_complete, is_pending"
    rows = synthetic.execute(f"select {columns} from intermediate.int_fetches_verified").fetchall()
    found = {(on, hour): (complete, pending) for on, hour, complete, pending in rows}
    whole, pending, overtaken = (True, False), (False, True), (False, False)
    assert found == {
        (10, 1): whole,
        (10, 13): whole,
        (10, 14): overtaken,  # short, but the empty answer after it is complete
        (11, 2): whole,
        (19, 2): whole,
        (20, 2): whole,  # landed twice
        (21, 2): whole,
        (22, 2): pending,  # one event short
        (22, 5): pending,  # one event short of its count alone
        (23, 2): found[(23, 2)],  # two fetches at one moment: below
    }
    query = "select source_id, is_complete from intermediate.int_fetches_verified where day(observed_at) = 23"
    assert dict(synthetic.execute(query).fetchall()) == {
        "openrouter_exports": True,
        "openrouter_rankings": False,
    }


def test_the_newest_complete_fetch_states_the_whole_day(synthetic: Warehouse) -> None:
    query = "select model_permaslug, tokens from marts.fct_usage_daily where usage_date = ? order by 1"
    assert synthetic.execute(query, [day(18)]).fetchall() == [("deepseek/d", 30), ("other", 70)]
    assert total(synthetic, day(15)) == 100, "an unverified fetch was used"


def test_the_running_day_is_never_used(synthetic: Warehouse) -> None:
    assert total(synthetic, day(21)) is None


def test_a_disappeared_day_keeps_its_statement_and_is_told(synthetic: Warehouse) -> None:
    assert total(synthetic, day(16)) == 100
    assert unlike(evidence(synthetic, "disappeared_days"), 0) == {"16": 1}


def test_a_day_asked_for_and_never_served_is_told(synthetic: Warehouse) -> None:
    assert evidence(synthetic, "unserved_days") == {"2026-01-09": 1}
    gaps = "select day(usage_date), day(week_start_date), is_covered from intermediate.int_usage_gaps"
    assert sorted(synthetic.execute(gaps).fetchall()) == [(9, 5, True), (21, 19, False)]


def test_a_conflict_builds_on_the_larger_value_and_is_told(synthetic: Warehouse) -> None:
    assert total(synthetic, day(20)) == 70 + 31
    assert unlike(evidence(synthetic, "conflicting_keys"), 0) == {"20": 2}
    assert unlike(evidence(synthetic, "other_rows"), 1) == {"20": 2}


def test_a_world_that_never_had_fifty_models_misses_none(synthetic: Warehouse) -> None:
    assert unlike(evidence(synthetic, "missing_rows"), 0) == {}


def test_volume_is_compared_with_a_day_at_most_three_days_away(synthetic: Warehouse) -> None:
    ratios = evidence(synthetic, "volume_ratio")
    assert {key[-2:] for key in ratios} == {"05", "06", "07", "08", "10", *map(str, range(11, 21)), "22"}
    assert unlike(ratios, 1) == {"20": 1.01, "22": 100 / 101}


def test_unknown_is_other_and_whoever_nobody_mapped(synthetic: Warehouse) -> None:
    assert unlike(evidence(synthetic, "unknown_share"), 0.5) == {"18": 0.7, "20": 31 / 101, "22": 0.75}
    columns = "author, tokens, day(first_usage_date), day(last_usage_date)"
    unmapped = synthetic.execute(f"select {columns} from intermediate.int_vendors_unmapped").fetchall()
    assert unmapped == [("who", 130, 5, 19)]


def test_incomplete_fetches_count_until_a_complete_one_is_newer(synthetic: Warehouse) -> None:
    assert evidence(synthetic, "incomplete_fetches") == {"openrouter_rankings": 3, "openrouter_exports": 0}
    assert evidence(synthetic, "incomplete_fetches", "price") == {"openrouter_models": 0}


def test_twins_differ_by_the_largest_share(synthetic: Warehouse) -> None:
    found = evidence(synthetic, "twin_difference")
    assert {key[-2:]: round(value, 12) for key, value in found.items()} == {"10": 0, "11": 0.1, "12": 0.3}


def test_weeks_and_spans_of_seven_days_are_whole(synthetic: Warehouse) -> None:
    weeks = "select day(week_start_date), tokens from metrics.router_tokens_weekly"
    assert synthetic.execute(weeks).fetchall() == [(12, 700)]
    spans = "select day(usage_date) from metrics.china_share_trailing7_daily order by 1"
    assert [row[0] for row in synthetic.execute(spans).fetchall()] == [16, 17, 18, 19, 20]


def test_every_number_has_offsets(synthetic: Warehouse) -> None:
    query = """
        select count(distinct raw."offset"), count(distinct selected."offset")
        from intermediate.int_usage_provenance as chosen
        join intermediate.int_usage_selected as selected using (usage_date)
        join raw.usage_observed_v1 as raw on raw.fetch_id = chosen.fetch_id
        where chosen.usage_date = ?
    """
    assert synthetic.execute(query, [day(18)]).fetchone() == (24, 2)


def test_the_price_of_a_day_is_its_newest_complete_base_tier(synthetic: Warehouse) -> None:
    prices = "input_usd_per_million, output_usd_per_million, blended_usd_per_million, is_discounted"
    query = f"select model_id, {prices} from metrics.list_price_daily where price_date = ? order by 1"
    assert synthetic.execute(query, [day(10)]).fetchall() == [
        ("deepseek/d", 0.1, 0.5, 0.2, False),
        ("m/discounted", 4, 8, 5, False),
        ("m/free", 0, 0, 0, False),
        ("m/hostile", 1e18, None, None, False),
        ("m/torn", 2, 2, 2, False),
        ("m/variable", None, 2, None, False),
    ]
    assert evidence(synthetic, "listed_models", "price") == {"2026-01-10": 6}
    assert evidence(synthetic, "priced_share", "price") == {"2026-01-10": 4 / 6}
    assert evidence(synthetic, "conflicting_keys", "price") == {"2026-01-10": 1}


def test_models_are_those_met_in_usage_or_in_the_catalogue(synthetic: Warehouse) -> None:
    query = "select model_id, vendor_id, origin, name, day(first_usage_date) from marts.dim_models order by 1"
    assert synthetic.execute(query).fetchall() == [
        ("deepseek/d", "deepseek", "chinese", "D", 5),
        ("openai/g", "openai", "other", None, 5),
        ("who/x", "unknown", "unknown", None, 5),
        ("z-ai/only-listed", "z-ai", "chinese", "Only listed", None),
    ]
