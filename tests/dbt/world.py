"""The contents of the two warehouses: synthetic days with every trap, recorded rankings day by day."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from tests.dbt.landing import Landing, fetch_catalogue, fetch_usage
from tokenshare.topics import USAGE_OBSERVED

RANKINGS = "openrouter_rankings"
EXPORTS = "openrouter_exports"


def day(number: int) -> date:
    return date(2026, 1, number)


def night(number: int, hour: int = 2) -> datetime:
    return datetime(2026, 1, number, hour, tzinfo=UTC)


def land_synthetic(landing: Landing) -> None:
    """January 2026: 5 (a Monday) to 22; the comments name the trap."""
    served = [number for number in range(5, 20) if number != 9]  # the 9th was asked for and never served
    first = [row for number in served for row in _plain_day(day(number))]
    fetch_usage(RANKINGS, night(20), first, (day(5), day(19))).land(landing, repeat=2)  # landed twice
    fetch_usage(RANKINGS, night(21), _second_answer(), (day(14), day(20))).land(landing)
    fetch_usage(RANKINGS, night(22), [(day(15), "openai/g", 999), (day(15), "other", 1)]).land(landing, drop=1)
    swapped = fetch_usage(RANKINGS, night(23), [(day(15), "openai/g", 998), (day(15), "other", 1)])
    others = swapped.completed.model_copy(update={"digest": "0" * 64})
    replace(swapped, completed=others).land(landing)  # as many events as promised, but not those
    miscounted = fetch_usage(RANKINGS, night(22, 5), [(day(15), "openai/g", 996)])
    more = miscounted.completed.model_copy(update={"counts": {USAGE_OBSERVED.name: 2}})
    replace(miscounted, completed=more).land(landing)  # those events, but not as many as promised
    unfinished = fetch_usage(RANKINGS, night(24), [(day(15), "openai/g", 997)])
    landing.land(USAGE_OBSERVED, *unfinished.events[USAGE_OBSERVED])  # never said to be complete
    _land_exports(landing)
    _land_catalogue(landing)


def _plain_day(on: date) -> list[tuple[date, str, int]]:
    return [(on, "deepseek/d", 30), (on, "openai/g:free", 20), (on, "who/x", 10), (on, "other", 40)]


def _second_answer() -> list[tuple[date, str, int]]:
    kept = [row for number in (14, 15, 17, 19) for row in _plain_day(day(number))]  # the 16th has disappeared
    fell_out = [(day(18), "deepseek/d", 30), (day(18), "other", 70)]  # two models are in `other` now
    conflict = [
        (day(20), "deepseek/d", 50),
        (day(20), "deepseek/d", 70),
        (day(20), "other", 30),
        (day(20), "other", 31),
    ]
    running = [(day(21), "deepseek/d", 1), (day(21), "other", 1)]  # not over yet
    return kept + fell_out + conflict + running


def _land_exports(landing: Landing) -> None:
    same = [(on, slug, tokens, tokens / 100) for on, slug, tokens in _plain_day(day(10))]
    moved = [
        (day(11), "deepseek/d", 40, 0.4),
        (day(11), "openai/g:free", 10, 0.1),
        (day(11), "who/x", 10, 0.1),
    ]
    moved += [(day(11), "other", 40, 0.4)]
    lacking = [(day(12), "openai/g:free", 30, 0.3), (day(12), "who/x", 20, 0.2), (day(12), "other", 50, 0.5)]
    fetch_usage(EXPORTS, night(19), [*same, *moved, *lacking]).land(landing)
    only_here = [(day(22), "deepseek/d", 25, 0.25), (day(22), "other", 75, 0.75)]
    fetch_usage(EXPORTS, night(23), only_here).land(landing)


def _land_catalogue(landing: Landing) -> None:
    entries = [
        {"id": "deepseek/d:free", "canonical_slug": "deepseek/d", "name": "D (free)"},
        {"id": "deepseek/d", "canonical_slug": "deepseek/d", "name": "D"},
        {"id": "z-ai/only-listed", "canonical_slug": "z-ai/only-listed", "name": "Only listed"},
    ]
    fetch_catalogue(night(10, 1), entries, [_price("deepseek/d", "0.000001", "0.000002")]).land(landing)
    fetch_catalogue(night(10, 13), entries, _prices()).land(landing)
    short = [_price("deepseek/d", "9", "9"), _price("m/free", "9", "9")]
    fetch_catalogue(night(10, 14), entries, short).land(landing, drop=1)
    fetch_catalogue(night(11), [], []).land(landing)  # an empty answer is complete, and says nothing


def _price(model_id: str, input_price: str | None, output_price: str | None, **given: object) -> dict[str, object]:
    return {
        "model_id": model_id,
        "input_usd_per_token": input_price,
        "output_usd_per_token": output_price,
        **given,
    }


def _prices() -> list[dict[str, object]]:
    return [
        _price("deepseek/d", "0.0000001", "0.0000005"),
        _price("deepseek/d", "0.000007", "0.000008", tier_min_tokens=128_000),
        _price("deepseek/d", "0.000007", "0.000008", utc_start=1630),
        _price("deepseek/d", "0.000007", "0.000008", utc_end=30),
        _price("deepseek/d", "0.000007", "0.000008", provider="elsewhere"),
        _price("deepseek/d", "0.000007", "0.000008", valid_from=day(11)),
        _price("deepseek/d", "0.000007", "0.000008", valid_to=day(10)),
        _price("m/variable", None, "0.000002"),
        _price("m/free", "0", "0"),
        _price("m/torn", "0.000001", "0.000001"),
        _price("m/torn", "0.000002", "0.000002"),
        _price("m/discounted", "0.000004", "0.000008"),
        _price("m/discounted", "0.000002", "0.000004", is_discounted=True),
        _price("m/hostile", "999999999999.999999999999999999", "-1"),
    ]


def land_recorded(landing: Landing, *rankings: Path) -> None:
    """Land one fetch per moment of an upstream change, stating the two days before it."""
    rows = [row for path in rankings for row in csv.DictReader(path.read_text().splitlines())]
    rows.sort(key=lambda row: row["known_at"])
    newest: dict[tuple[date, str], int] = {}
    for known_at, shown in groupby(rows, key=lambda row: row["known_at"]):
        newest |= {(date.fromisoformat(row["date"]), row["model_permaslug"]): int(row["total_tokens"]) for row in shown}
        moment = datetime.fromisoformat(known_at)
        first = moment.date() - timedelta(days=2)
        stated = [(on, slug, tokens) for (on, slug), tokens in newest.items() if on >= first]
        fetch_usage(RANKINGS, moment, stated).land(landing)
