"""The metric registry against the SQL, walked both ways: nothing undeclared, nothing orphaned."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from connectors.sources import SOURCES
from expectations.laws import LAWS
from tokenshare.columns import columns_of
from tokenshare.metrics import GROUP_BY_ID, GROUPS, METRIC_BY_ID, METRICS, Group, Metric
from tokenshare.topics import TOPICS

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt" / "models"
BY_ID = {"argvalues": METRICS, "ids": lambda metric: metric.id}
CHECK_NAME = re.compile(r"^\s*(?:select|union all select)\s+'([a-z_]+)'", re.MULTILINE)
ONE_TAKEN_OVER = re.compile(r"_evidence'\) }} where check_name = '([a-z_]+)'")
ALL_TAKEN_OVER = re.compile(r"select check_name, key, observed from {{ ref\('(\w+_evidence)'\) }}")
PROMISED = {  # contracts.md, "Columns of the published metrics": the metrics we have
    "router_tokens_weekly": "week_start_date tokens tokens_year_ago growth_ratio",
    "china_share_identified_weekly": "week_start_date chinese_tokens denominator_tokens china_share",
    "china_share_origin_weekly": "week_start_date chinese_tokens denominator_tokens china_share",
    "china_share_top10_weekly": "week_start_date chinese_tokens denominator_tokens china_share",
    "china_share_trailing7_daily": "usage_date identified_share origin_share lower_share upper_share tokens",
    "china_share_reconciliation_weekly": "week_start_date step_number step numerator_tokens denominator_tokens "
    "china_share change_share",
    "china_share_bounds_weekly": "week_start_date lower_share upper_share unknown_tokens tokens",
    "vendor_share_daily": "vendor_id tokens vendor_share named_share days_observed upper_share usage_date",
    "vendor_share_weekly": "vendor_id tokens vendor_share named_share days_observed upper_share week_start_date",
    "model_rank_weekly": "week_start_date model_rank model_id vendor_id is_chinese chinese_so_far_count tokens "
    "model_share",
    "openness_share_weekly": "week_start_date openness tokens openness_share",
    "china_part_of_open_weekly": "week_start_date chinese_tokens denominator_tokens china_share",
    "free_share_weekly": "week_start_date free_tokens tokens free_share",
    "claim_verdict": "claim_id quote about entity stands_on claimed unit rounding comparison claimed_method "
    "claimed_period nearest method period numerator denominator verdict reproduced_by beside variants_tried "
    "variants_matched source",
    "programming_share_weekly": "week_start_date category_tokens tokens programming_share",
    "vendor_programming_share_weekly": "week_start_date vendor_id tokens vendor_share",
    "router_spend_share_estimated_weekly": "week_start_date vendor_id lower_share upper_share spend_low_usd "
    "spend_high_usd lowest_usd_per_million highest_usd_per_million priced_tokens priced_tokens_share",
    "list_price_daily": "price_date model_id source_id input_usd_per_million output_usd_per_million "
    "blended_usd_per_million is_discounted",
    "disclosed_value": "fact_id company_id fact_date kind period_start period_end low high unit currency low_usd "
    "high_usd own_usd usd_basis confidence citation",
    "disclosed_ratio": "ratio_id title low high numerator_fact denominator_fact",
    "leaderboard_rank": "board_id ranking_date board_rank entry_id model vendor_id score is_chinese is_open open_rank",
    "release_cadence": "vendor_id release_date release is_major is_open releases_trailing_year_count citation",
    "watch_status": "watch_id title state since value threshold unit",
    "price_ratio_daily": "price_date model_id reference_model_id input_ratio output_ratio blended_ratio",
    "family_downloads_daily": "download_date family_id downloads_all_time downloads_flow is_counter_reset "
    "repos_count days_covered",
    "family_derivatives_daily": "download_date family_id relation models_count",
    "new_derivative_share_monthly": "month_start_date family_id derivatives_count models_count derivative_share",
    "china_download_share_trailing_year": "download_date chinese_downloads unknown_downloads downloads china_share "
    "coverage_share days_covered",
    "trending_top10_daily": "download_date trending_rank repo author is_chinese trending_score chinese_so_far_count",
    "market_cap_daily": "session_date company_id market_cap_usd close currency shares_issued fx_date change_year_share",
    "session_shock_daily": "session_date company_id change_share change_usd is_worst_to_date",
    "pureplay_value_daily": "value_date company_id value_usd basis basis_date",
    "platform_value_daily": "value_date company_id value_usd basis basis_date",
}
GRAINS = {
    "claim_verdict": ("claim_id",),
    "china_share_trailing7_daily": ("usage_date",),
    "china_share_reconciliation_weekly": ("week_start_date", "step_number"),
    "vendor_share_daily": ("usage_date", "vendor_id"),
    "vendor_share_weekly": ("week_start_date", "vendor_id"),
    "model_rank_weekly": ("week_start_date", "model_rank"),
    "openness_share_weekly": ("week_start_date", "openness"),
    "vendor_programming_share_weekly": ("week_start_date", "vendor_id"),
    "router_spend_share_estimated_weekly": ("week_start_date", "vendor_id"),
    "list_price_daily": ("price_date", "model_id"),
    "disclosed_value": ("fact_id", "company_id", "fact_date"),
    "disclosed_ratio": ("ratio_id",),
    "leaderboard_rank": ("board_id", "ranking_date", "board_rank", "entry_id"),
    "release_cadence": ("vendor_id", "release_date"),
    "watch_status": ("watch_id",),
    "price_ratio_daily": ("price_date", "model_id", "reference_model_id"),
    "family_downloads_daily": ("download_date", "family_id"),
    "family_derivatives_daily": ("download_date", "family_id", "relation"),
    "new_derivative_share_monthly": ("month_start_date", "family_id"),
    "china_download_share_trailing_year": ("download_date",),
    "trending_top10_daily": ("download_date", "trending_rank"),
    "market_cap_daily": ("session_date", "company_id"),
    "session_shock_daily": ("session_date", "company_id"),
    "pureplay_value_daily": ("value_date", "company_id"),
    "platform_value_daily": ("value_date", "company_id"),
}
JUDGED = [group for group in GROUPS if group.evidence]
AGEING = {metric.group for metric in METRICS if metric.freshness is not None}
MARTS = {
    *("dim_companies", "dim_families", "dim_models", "dim_vendors"),
    *("fct_disclosures", "fct_downloads_daily", "fct_prices_daily", "fct_quotes_daily", "fct_usage_daily"),
}


def models_in(schema: str) -> list[str]:
    return [path.stem for path in (MODELS / schema).rglob("*.sql")]


def unit_tested() -> set[str]:
    found = (yaml.safe_load(path.read_text()) for path in MODELS.rglob("unit_tests.yml"))
    return {test["model"] for document in found for test in document["unit_tests"]}


def checks_in(model: str) -> Counter[str]:
    """Check names that the SQL measures, and how often each; what it takes over from other measures counts as one."""
    (path,) = (MODELS / "intermediate").rglob(f"{model}.sql")
    sql = re.sub(r"--.*", "", path.read_text())
    found = Counter([*CHECK_NAME.findall(sql), *ONE_TAKEN_OVER.findall(sql)])
    for other in ALL_TAKEN_OVER.findall(sql):
        found |= checks_in(other)
    return found


@pytest.mark.parametrize("schema", ["metrics", "marts"])
def test_every_metric_has_one_model_of_its_id_and_every_model_its_metric(schema: str) -> None:
    assert sorted(models_in(schema)) == sorted(metric.id for metric in METRICS if metric.schema == schema)


def test_ids_are_unique() -> None:
    assert len(METRIC_BY_ID) == len(METRICS)


def test_every_metric_has_a_unit_test_and_every_unit_test_a_model() -> None:
    assert {metric.id for metric in METRICS if metric.schema == "metrics"} <= unit_tested()
    assert unit_tested() <= {path.stem for path in MODELS.rglob("*.sql")}


def test_every_law_named_exists_and_every_law_is_used() -> None:
    assert {law for metric in METRICS for law in metric.laws} == LAWS.keys()


def test_every_law_and_check_has_its_reason() -> None:
    assert all(law.meaning for law in LAWS.values())
    assert all(evidence.meaning for group in GROUPS for evidence in group.evidence)


@pytest.mark.parametrize("group", JUDGED, ids=lambda group: group.id)
def test_every_check_is_measured_and_every_measure_judged(group: Group) -> None:
    measured = checks_in(group.measured_by)
    assert measured.keys() == {evidence.name for evidence in group.evidence}
    assert set(measured.values()) == {1}
    assert group.dated_by in measured if group.id in AGEING else not group.dated_by


def test_groups_have_evidence_where_their_numbers_can_grow_old() -> None:
    assert {group.id for group in GROUPS} == {metric.group for metric in METRICS}
    assert {group.id for group in JUDGED} >= AGEING
    assert {group.id for group in GROUPS if group.provenance} == {m.group for m in METRICS if m.sources}


def test_every_model_that_a_group_names_exists() -> None:
    models = {path.stem for path in MODELS.rglob("*.sql")}
    named = {name for group in GROUPS for name in (group.measured_by, *group.listed) if name}
    assert named | {part.model for group in GROUPS for part in group.provenance} <= models


def test_every_interval_is_one() -> None:
    assert all(e.within.minimum <= e.within.maximum for group in GROUPS for e in group.evidence)
    assert all(law.minimum <= law.maximum for law in LAWS.values())
    (unknown,) = (e for e in GROUP_BY_ID["router"].evidence if e.name == "unknown_share")
    assert unknown.within.maximum == 0.25


@pytest.mark.parametrize("metric", **BY_ID)
def test_a_metric_declares_itself_in_full(metric: Metric) -> None:
    names = [column.name for column in columns_of(metric.row)]
    said = (metric.title, metric.method, metric.denominator, metric.exclusions, metric.coverage, metric.owner)
    assert all(said)
    assert set(metric.grain) <= set(names)
    assert not any(column.is_nullable for column in columns_of(metric.row) if column.name in metric.grain)
    assert metric.share is None or metric.share in names
    assert set(metric.topics) <= set(TOPICS)
    assert set(metric.sources) <= {source.id for source in SOURCES}
    assert metric.group in GROUP_BY_ID
    assert metric.freshness is None or metric.window != "snapshot"
    assert metric.freshness is None or metric.freshness > timedelta(0)


@pytest.mark.parametrize("metric", **BY_ID)
def test_the_sources_of_a_metric_emit_its_topics(metric: Metric) -> None:
    emitted = {topic for source in SOURCES if source.id in metric.sources for topic in source.emits}
    assert set(metric.topics) - emitted <= {topic for topic in TOPICS if topic.subject == "fetch.completed"}


def test_members_of_a_group_have_one_freshness() -> None:
    assert all(len({m.freshness for m in METRICS if m.group == group.id}) == 1 for group in JUDGED)


@pytest.mark.parametrize("id", PROMISED)
def test_a_metric_has_the_columns_that_were_promised(id: str) -> None:
    assert [column.name for column in columns_of(METRIC_BY_ID[id].row)] == PROMISED[id].split()
    assert METRIC_BY_ID[id].grain == GRAINS.get(id, ("week_start_date",))


def test_every_metric_is_a_promise() -> None:
    assert PROMISED.keys() | MARTS == METRIC_BY_ID.keys()
