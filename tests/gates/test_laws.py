"""Every law is seen to hold and to be broken; one that cannot be read does not hold."""

from dataclasses import replace

import pytest

from expectations.laws import LAWS, Law
from tests.gates.consistent import Break, case, found, judge, setting, shut, unlanded
from tests.gates.tables import Table

SPEND = "router_spend_share_estimated_weekly"
DAILY, WEEKLY = "vendor_share_daily", "vendor_share_weekly"
IDENTIFIED, ORIGIN, BOUNDS = (f"china_share_{way}_weekly" for way in ("identified", "origin", "bounds"))


def _without_first(table: Table) -> Table:
    return table[1:]


# law, the metric it is judged on, the table that is broken, how
BROKEN: tuple[tuple[str, str, str, Break], ...] = (
    ("shares_sum_to_one", DAILY, DAILY, setting("vendor_share", 0.300000002)),
    ("shares_sum_to_one", WEEKLY, WEEKLY, _without_first),
    ("shares_sum_to_one", "openness_share_weekly", "openness_share_weekly", setting("openness_share", 0.5)),
    ("named_shares_sum_to_one", WEEKLY, WEEKLY, setting("named_share", 0.49)),
    ("share_is_quotient", *["china_share_top10_weekly"] * 2, setting("china_share", 0.667)),
    ("share_is_quotient", *["china_share_reconciliation_weekly"] * 2, setting("numerator_tokens", 211)),
    ("identified_share_is_sum_of_vendors", IDENTIFIED, WEEKLY, setting("tokens", 209)),
    ("identified_share_is_sum_of_vendors", IDENTIFIED, "dim_vendors", setting("is_chinese", False)),
    ("denominator_is_router_total", *[IDENTIFIED] * 2, setting("denominator_tokens", 699)),
    ("denominator_is_router_total", *["free_share_weekly"] * 2, setting("tokens", 701)),
    ("known_and_unknown_make_total", ORIGIN, BOUNDS, setting("unknown_tokens", 1)),
    ("known_and_unknown_make_whole", *[ORIGIN] * 2, setting("unknown_share", 0.41)),
    ("parts_make_router_total", WEEKLY, WEEKLY, setting("tokens", 211)),
    ("parts_make_router_total", "fct_usage_daily", "fct_usage_daily", _without_first),
    ("bounds_contain_origin", *[BOUNDS] * 2, setting("upper_share", 0.5)),
    ("bounds_contain_origin", *["china_share_trailing7_daily"] * 2, setting("lower_share", 0.7)),
    ("steps_add_up", *["china_share_reconciliation_weekly"] * 2, setting("change_share", 0.2, row=1)),
    ("steps_add_up", "china_share_reconciliation_weekly", ORIGIN, setting("china_share", 0.5)),
    ("ranks_are_dense", *["model_rank_weekly"] * 2, setting("model_rank", 5, row=2)),
    ("ranks_are_dense", *["model_rank_weekly"] * 2, _without_first),
    ("share_is_of_router_total", *["model_rank_weekly"] * 2, setting("model_share", 0.5)),
    ("repositories_make_family_total", *["family_downloads_daily"] * 2, setting("downloads_all_time", 1001)),
    ("repositories_make_family_total", "family_downloads_daily", "fct_downloads_daily", _without_first),
    ("resets_have_no_flow", *["family_downloads_daily"] * 2, setting("is_counter_reset", True, row=1)),
    ("any_is_no_less_than_its_parts", *["family_derivatives_daily"] * 2, setting("models_count", 4)),
    ("any_is_no_less_than_its_parts", *["family_derivatives_daily"] * 2, lambda table: table[:1]),
    ("derivative_share_is_quotient", *["new_derivative_share_monthly"] * 2, setting("derivative_share", 0.41)),
    ("download_share_is_quotient", *["china_download_share_trailing_year"] * 2, setting("china_share", 0.5, row=1)),
    ("download_share_is_quotient", *["china_download_share_trailing_year"] * 2, setting("china_share", 0.4)),
    ("download_share_is_quotient", *["china_download_share_trailing_year"] * 2, setting("china_share", None, row=1)),
    ("trending_ranks_are_dense", *["trending_top10_daily"] * 2, setting("trending_rank", 4, row=1)),
    ("programming_is_part_of_all", *["programming_share_weekly"] * 2, setting("programming_share", 0.6)),
    ("programming_is_part_of_all", "programming_share_weekly", "router_tokens_weekly", setting("tokens", 701)),
    ("parts_make_programming_total", *["vendor_programming_share_weekly"] * 2, setting("tokens", 281)),
    ("shares_sum_to_one", *["vendor_programming_share_weekly"] * 2, _without_first),
    ("bounds_leave_room", *[SPEND] * 2, setting("lower_share", 0.6)),
    ("bounds_leave_room", *[SPEND] * 2, setting("upper_share", 0.2)),
    ("spend_is_ordered", *[SPEND] * 2, setting("spend_low_usd", 2.1)),
    ("prices_are_plausible", *["list_price_daily"] * 2, setting("output_usd_per_million", 250_000.0)),
    ("range_is_ordered", *["disclosed_value"] * 2, setting("low", 51e9)),
    ("range_is_ordered", *["disclosed_ratio"] * 2, setting("high", 6.0)),
    ("range_is_ordered", *["fct_disclosures"] * 2, setting("high", 44e9)),
    ("usd_follows_the_currency", *["disclosed_value"] * 2, setting("low_usd", 44e9)),
    ("usd_follows_the_currency", *["disclosed_value"] * 2, setting("usd_basis", "no rate", row=1)),
    ("usd_follows_the_currency", *["disclosed_value"] * 2, setting("low_usd", 1.0, row=2)),
    ("own_usd_agrees", *["disclosed_value"] * 2, setting("own_usd", 1.75e9, row=1)),
    ("own_usd_agrees", *["disclosed_value"] * 2, setting("own_usd", 126.1e9, row=1)),
    ("places_follow_scores", *["leaderboard_rank"] * 2, setting("board_rank", 2, row=1)),
    ("places_follow_scores", *["leaderboard_rank"] * 2, setting("board_rank", 4, row=3)),
    ("open_places_follow_scores", *["leaderboard_rank"] * 2, setting("open_rank", 3, row=3)),
    ("open_places_follow_scores", *["leaderboard_rank"] * 2, setting("open_rank", 1, row=2)),
    ("open_places_follow_scores", *["leaderboard_rank"] * 2, setting("open_rank", None, row=1)),
    ("a_major_release_counts_itself", *["release_cadence"] * 2, setting("releases_trailing_year_count", 0)),
    ("state_follows_value", *["watch_status"] * 2, setting("threshold", 4e9, row=0)),
    ("state_follows_value", *["watch_status"] * 2, setting("threshold", 7e9, row=1)),
    ("state_follows_value", *["watch_status"] * 2, setting("state", "near", row=1)),
    ("state_follows_value", *["watch_status"] * 2, setting("value", None, row=0)),
    ("state_follows_value", *["watch_status"] * 2, setting("state", "quiet", row=2)),
    ("state_follows_value", *["watch_status"] * 2, setting("since", None, row=1)),
    ("hours_make_the_day", *["gateway_token_share_daily"] * 2, setting("tokens", 301)),
    ("hours_make_the_day", "gateway_token_share_daily", "gateway_share_hourly", _without_first),
    ("shares_sum_to_one", *["gateway_spend_share_daily"] * 2, setting("vendor_share", 0.26)),
    ("gap_is_difference", *["gateway_token_spend_gap_daily"] * 2, setting("gap_share", -0.5)),
    ("hourly_shares_sum_to_one", *["gateway_share_hourly"] * 2, setting("token_share", 0.76)),
    ("tokens_are_prompt_and_completion", *["fct_requests_hourly"] * 2, setting("tokens", 350)),
    ("prices_are_plausible", *["fct_prices_daily"] * 2, setting("input_usd_per_million", 250_000.0)),
    ("ratio_is_quotient_of_list_prices", *["price_ratio_daily"] * 2, setting("input_ratio", 0.0500001)),
    ("ratio_is_quotient_of_list_prices", *["price_ratio_daily"] * 2, setting("output_ratio", None)),
    ("ratio_is_quotient_of_list_prices", *["price_ratio_daily"] * 2, setting("input_ratio", 0.1, row=1)),
    ("ratio_is_quotient_of_list_prices", "price_ratio_daily", "list_price_daily", _without_first),
    ("ratio_is_quotient_of_list_prices", "price_ratio_daily", "list_price_daily",
     setting("input_usd_per_million", 0.0, row=2)),
    ("values_are_plausible", *["market_cap_daily"] * 2, setting("market_cap_usd", 5e15)),
    ("values_are_plausible", *["market_cap_daily"] * 2, setting("market_cap_usd", 5e5)),
    ("changes_are_of_market_values", *["session_shock_daily"] * 2, setting("change_usd", -17e6 + 0.02)),
    ("changes_are_quotients", *["session_shock_daily"] * 2, setting("change_share", -0.1700001)),
    ("changes_are_of_market_values", "session_shock_daily", "market_cap_daily", _without_first),
    ("worst_falls_only", *["session_shock_daily"] * 2, setting("is_worst_to_date", True, row=1)),
    ("total_is_sum_of_companies", *["pureplay_value_daily"] * 2, setting("value_usd", 45e6 + 0.02, row=1)),
    ("total_is_sum_of_companies", *["platform_value_daily"] * 2, lambda table: table[:-1]),
    ("verdict_follows_from_variants", *["claim_verdict"] * 2, setting("variants_matched", 0)),
    ("verdict_follows_from_variants", *["claim_verdict"] * 2, setting("variants_matched", 14)),
    ("verdict_follows_from_variants", *["claim_verdict"] * 2, setting("verdict", "no_data", row=1)),
    ("verdict_follows_from_variants", *["claim_verdict"] * 2, setting("reproduced_by", "origin 2026-W02", row=1)),
    ("nearest_is_quotient", *["claim_verdict"] * 2, setting("nearest", 0.667)),
    ("nearest_is_quotient", *["claim_verdict"] * 2, setting("nearest", None, row=1)),
    ("verdict_names_its_number", *["claim_verdict"] * 2, setting("claimed", 0.68)),
)  # fmt: skip


@pytest.mark.parametrize(("law", "id", "broken", "how"), BROKEN)
def test_a_broken_law_shuts_the_gate(law: str, id: str, broken: str, how: Break) -> None:
    assert law in shut(unlanded(case(id, **{broken: how})))[id]


def test_every_law_is_seen_to_be_broken() -> None:
    assert {law for law, *_ in BROKEN} == set(LAWS)


def test_a_breach_names_its_key_and_what_it_observed() -> None:
    checks = judge(case(WEEKLY, vendor_share_weekly=setting("vendor_share", 0.5)))[WEEKLY]
    check = found(checks, "shares_sum_to_one")
    assert [(breach.key, breach.observed) for breach in check.breaches] == [("2026-01-05", "1.2")]
    assert check.observed == "1.2 at 2026-01-05"


def test_a_law_that_raises_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(metric: object, frames: object) -> object:
        raise KeyError("tokens")

    monkeypatch.setitem(LAWS, "shares_sum_to_one", Law(raises, 0, 1, "never read"))  # type: ignore[arg-type]
    checks = judge(case(WEEKLY))[WEEKLY]
    check = found(checks, "shares_sum_to_one")
    assert check.shuts
    assert check.observed == "KeyError: 'tokens'"


def test_a_law_whose_other_metric_is_not_there_does_not_hold() -> None:
    sound = case("china_share_origin_weekly")
    others = {id: found for id, found in sound.candidates.items() if id != "china_share_bounds_weekly"}
    assert shut(replace(sound, candidates=others)) == {"china_share_origin_weekly": ["known_and_unknown_make_total"]}


def test_a_week_that_only_one_side_knows_breaks_a_law() -> None:
    """A key without a value is unknown, which is not zero."""
    broken = shut(case("free_share_weekly", router_tokens_weekly=lambda table: []))
    assert broken == {"free_share_weekly": ["denominator_is_router_total"]}
