"""Which periods a finding holds, and what becomes of the versions of a metric with held periods."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.gates.consistent import candidate
from tests.gates.test_deciding import FROZEN, GOOD, HOLDING, NEW, NOTHING, NOW, OLD, PASSED, WHY
from tokenshare.held_periods import WHOLE_DAY, PeriodFinding, find_periods, period_of, rests_on, touched_periods
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID
from tokenshare.publication import Breach, Candidate, Check, Standing, decide, hold_periods

DAY = date(2026, 1, 8)
FINDING = PeriodFinding("router", "", "volume_ratio", "2026-01-08", "3", "0.6 to 1.6", (DAY,))
WEEK = {"week_start_date": date(2026, 1, 5), "tokens": 2100, "tokens_year_ago": None, "growth_ratio": None}
FULL = candidate("router_tokens_weekly", [WEEK])


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("2026-01-08", (DAY, "")),
        ("2026-01-08 openai/gpt-5.5", (DAY, "openai/gpt-5.5")),
        ("BABA 2026-01-08", (DAY, "BABA")),
        ("valuation moonshot 2026-01-08", (DAY, "valuation moonshot")),
        ("openrouter_rankings", None),
        ("*", None),
        ("newest day", None),
        ("china 2026-01-05/2026-01-11", None),
        ("2026-13-01", None),
        ("20260108", None),
    ],
)
def test_a_key_names_a_day_and_what_is_wrong_on_it(key: str, found: tuple[date, str] | None) -> None:
    assert period_of(key) == found


def check_of(*keys: str) -> Check:
    breaches = tuple(Breach(key, "3") for key in keys)
    return Check("volume_ratio", "failed", "3 at ...", "0.6 to 1.6", breaches=breaches)


def test_one_key_without_a_day_holds_the_whole_metric() -> None:
    metric = METRIC_BY_ID["router_tokens_weekly"]
    assert list(find_periods(GROUP_BY_ID["router"], metric, check_of("2026-01-08"), is_evidence=True)) == [FINDING]
    assert list(find_periods(GROUP_BY_ID["router"], metric, check_of("2026-01-08", "a source"), is_evidence=True)) == []


def test_a_law_of_a_week_holds_its_seven_days() -> None:
    metric = METRIC_BY_ID["router_tokens_weekly"]
    (finding,) = find_periods(GROUP_BY_ID["router"], metric, check_of("2026-01-05"), is_evidence=False)
    assert finding.days == tuple(date(2026, 1, 5) + timedelta(days=n) for n in range(7))
    assert finding.metric == "router_tokens_weekly"


def test_a_finding_about_one_repository_holds_all_counters_of_its_day() -> None:
    metric = METRIC_BY_ID["family_downloads_daily"]
    (finding,) = find_periods(GROUP_BY_ID[metric.group], metric, check_of("2026-01-08 Qwen/A"), is_evidence=True)
    assert (finding.days, finding.entity) == ((date(2026, 1, 8),), WHOLE_DAY)


WINDOWS = {
    "fct_usage_daily": [DAY],
    "router_tokens_weekly": [date(2026, 1, 5)],
    "china_share_trailing7_daily": [DAY + timedelta(days=n) for n in range(7)],
    "market_cap_daily": [DAY],
    "dim_vendors": [],
}


@pytest.mark.parametrize("id", WINDOWS)
def test_the_periods_with_the_held_day_are_touched_and_no_others(id: str) -> None:
    metric = METRIC_BY_ID[id]
    firsts = [date(2025, 12, 1) + timedelta(days=n) for n in range(80)]
    starts = {"week": [day for day in firsts if day.weekday() == 0], "month": [day for day in firsts if day.day == 1]}
    names = list(metric.row.model_fields)
    rows = [tuple(day if name == metric.period else "x" for name in names) for day in starts.get(metric.window, firsts)]
    assert list(touched_periods(metric, rows, [FINDING])) == WINDOWS[id]


@pytest.mark.parametrize(
    ("entity", "key", "is_touched"),
    [
        ("", ("2026-01-08", "nvidia"), True),
        ("nvidia", ("2026-01-08", "nvidia"), True),
        ("nvidia", ("2026-01-08", "broadcom"), False),
        ("a name with blanks", ("2026-01-08", "a name with blanks"), True),
        ("nvidia", ("2026-01-08", "total"), True),
        ("valuation moonshot", ("valuation", "moonshot", "2026-01-08"), True),
    ],
)
def test_a_row_rests_on_the_entity_it_names_and_a_total_on_all(
    entity: str, key: tuple[str, ...], is_touched: bool
) -> None:
    assert rests_on(entity, key) == is_touched


# standing, candidate that is let out -> (version, status) of every record that changes
HELD = replace(HOLDING, shown=replace(FROZEN, status="current", held_since=None, reason=""))
TABLE = (
    (NOTHING, NEW, [(2, "held"), (1, "current")]),
    (GOOD, NEW, [(3, "held"), (1, "superseded"), (2, "current")]),
    (GOOD, OLD, [(2, "held"), (1, "current")]),
    (HELD, OLD, [(2, "superseded"), (3, "held"), (1, "current")]),
    (replace(HELD, held=replace(HOLDING.held, digest=FULL.digest)), OLD, [(2, "held"), (1, "current")]),
    (  # the same refused rows again, but a newer version was shown meanwhile
        replace(HELD, held=replace(HOLDING.held, digest=FULL.digest)),
        NEW,
        [(2, "superseded"), (4, "held"), (1, "superseded"), (3, "current")],
    ),
)


@pytest.mark.parametrize(("standing", "shown", "changed"), TABLE)
def test_the_rest_is_published_and_the_refused_candidate_is_the_held_version(
    standing: Standing, shown: Candidate, changed: list[tuple[int, str]]
) -> None:
    let_out = decide(replace(standing, held=None), shown, [PASSED], "suite", NOW, confirmed=True)
    outcome = hold_periods(let_out, standing, FULL, WHY, since=datetime(2026, 1, 12, 6, tzinfo=UTC))
    assert (outcome.status, outcome.reason) == ("held", WHY)
    assert [(p.version, p.status) for p in outcome.publications] == changed
    assert outcome.version == outcome.publications[-1].version


def test_a_candidate_that_is_no_other_than_what_is_shown_is_no_version() -> None:
    let_out = decide(GOOD, NEW, [PASSED], "suite", NOW, confirmed=True)
    for refused in (None, NEW):
        outcome = hold_periods(let_out, GOOD, refused, WHY, since=NOW)
        assert [(p.version, p.status) for p in outcome.publications] == [(1, "superseded"), (2, "current")]
