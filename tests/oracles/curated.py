"""The known answers about curated facts, counted by hand from the synthetic world's own tables."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from demo.world import markets
from demo.world.calendar import FINAL_AS_OF
from demo.world.curated import ENTRIES, FIGURES, RELEASES, SYNTHETIC, FactRow, LeaderboardEntry, ReleaseRow
from demo.world.markets import fixings
from tests.oracles import hub, watches
from tests.oracles.answers import Answer, cells_of

RATIOS = {
    "moonshot_run_rate_growth": (("run_rate", "moonshot", -1), ("run_rate", "moonshot", -2)),
    "alibaba_capex_growth": (("capex", "alibaba", -1), ("capex", "alibaba", -2)),
    "hbm_stacks_per_package": (("hbm_stacks", "cxmt", -1), ("hbm_packages", "cxmt", -1)),
    "sora_day_cost_to_lifetime_revenue": (("sora_cost", "openai", -1), ("sora_lifetime_revenue", "openai", -1)),
}
RATIO_TITLES = {
    "moonshot_run_rate_growth": "Moonshot AI: annual run-rate, newest over the one before",
    "alibaba_capex_growth": "Alibaba: capital expenditure, newest fiscal year over the one before",
    "hbm_stacks_per_package": "CXMT: HBM stacks per package",
    "sora_day_cost_to_lifetime_revenue": "Sora: cost of one day over the revenue of its lifetime",
}
MILLIONTHS, TRILLION = 100, 10**12  # of a ten thousandth; how a rate is rounded before many are averaged

Told = TypeVar("Told", FactRow, LeaderboardEntry, ReleaseRow)
Rates = Mapping[tuple[str, date], int]  # per euro, in ten thousandths


def answers(seed: int) -> Iterator[Answer]:
    """The known answers of the curated metrics at the last pass."""
    figures = _standing()
    rates = markets.draw(seed).rates
    for figure in figures:
        key = {"fact_id": figure.fact_id, "company_id": figure.company_id, "fact_date": figure.fact_date}
        yield from cells_of("disclosed_value", key, _value(figure, rates))
    yield from _divide(figures)
    yield from _rank(_known(ENTRIES))
    yield from _count(_known(RELEASES))
    american = [(f"{reading.day}", hub.count_american(reading)) for reading in hub.read(seed)]
    yield from watches.answers(figures, american)


def _known(rows: Iterable[Told]) -> list[Told]:
    return [row for row in rows if row.known_at <= FINAL_AS_OF]


def _standing() -> list[FactRow]:
    """The last known row of each figure, unless it was withdrawn."""
    newest = {(f.fact_id, f.company_id, f.fact_date): f for f in sorted(_known(FIGURES), key=lambda f: f.known_at)}
    return [figure for figure in newest.values() if figure.unit]


def _value(figure: FactRow, rates: Rates) -> dict[str, object]:
    used = _rates_of(figure)
    low, high = (Decimal(text) if text else None for text in (figure.low, figure.high))
    return {
        "kind": "flow" if figure.over else "stock",
        "period_start": figure.over and figure.over[0],
        "period_end": figure.over and figure.over[1],
        "low": low,
        "high": high,
        "unit": figure.unit,
        "currency": figure.currency or None,
        "low_usd": _convert(figure, low, used, rates),
        "high_usd": _convert(figure, high, used, rates),
        "own_usd": Decimal(figure.own_usd) if figure.own_usd else None,
        "usd_basis": _basis(figure, used),
        "confidence": "reported",
        "citation": SYNTHETIC,
    }


def _basis(figure: FactRow, used: list[date]) -> str:
    if not figure.currency:
        return "not money"
    if figure.currency == "USD":
        return "stated in USD"
    return f"average of {len(used)} rates, {used[0]} to {used[-1]}" if figure.over else f"rate of {used[0]}"


def _rates_of(figure: FactRow) -> list[date]:
    """The days of the rates converting a figure: those of its period, or the last one up to its date."""
    day = date.fromisoformat(figure.fact_date)
    if figure.over is None:
        return [max(fixing for fixing in fixings() if fixing <= day)]
    start, end = (min(date.fromisoformat(bound), day) for bound in figure.over)
    return [fixing for fixing in fixings() if start <= fixing <= end]


def _convert(figure: FactRow, amount: Decimal | None, used: list[date], rates: Rates) -> Decimal | None:
    """To the cent, at the plain average of the rates; each rate in whole trillionths of a dollar."""
    if amount is None or not figure.currency:
        return None
    if figure.currency == "USD":
        return amount
    pairs = ((rates["USD", day] * MILLIONTHS, rates[figure.currency, day] * MILLIONTHS) for day in used)
    total = sum((dollars * TRILLION + own // 2) // own for dollars, own in pairs)
    twice = 2 * len(used) * TRILLION
    return Decimal((2 * int(amount * 100) * total + twice // 2) // twice) / 100


def _divide(figures: list[FactRow]) -> Iterator[Answer]:
    for ratio_id, (above_at, below_at) in RATIOS.items():
        above, below = (_nth(figures, *at) for at in (above_at, below_at))
        cells = {
            "title": RATIO_TITLES[ratio_id],
            "low": float(above.low) / float(below.high),
            "high": float(above.high) / float(below.low),
            "numerator_fact": f"{above.fact_id} {above.company_id} {above.fact_date}",
            "denominator_fact": f"{below.fact_id} {below.company_id} {below.fact_date}",
        }
        yield from cells_of("disclosed_ratio", {"ratio_id": ratio_id}, cells)


def _nth(figures: list[FactRow], fact_id: str, company_id: str, place: int) -> FactRow:
    own = [f for f in figures if (f.fact_id, f.company_id) == (fact_id, company_id)]
    return sorted(own, key=lambda f: f.fact_date)[place]


def _rank(entries: list[LeaderboardEntry]) -> Iterator[Answer]:
    for entry in entries:
        rivals = [e for e in entries if (e.board_id, e.ranking_date) == (entry.board_id, entry.ranking_date)]
        key = {"board_id": entry.board_id, "ranking_date": entry.ranking_date, "board_rank": _place(entry, rivals)}
        opened = [e for e in rivals if e.is_open == "true"]
        cells = {
            "model": entry.entry_id,
            "vendor_id": entry.vendor_id,
            "score": Decimal(entry.score),
            "is_chinese": entry.is_chinese,
            "is_open": entry.is_open,
            "open_rank": _place(entry, opened) if entry in opened else None,
        }
        yield from cells_of("leaderboard_rank", {**key, "entry_id": entry.entry_id}, cells)


def _place(entry: LeaderboardEntry, rivals: list[LeaderboardEntry]) -> int:
    """One more than the different scores above one's own."""
    return 1 + len({e.score for e in rivals if Decimal(e.score) > Decimal(entry.score)})


def _count(releases: list[ReleaseRow]) -> Iterator[Answer]:
    for release in releases:
        day = date.fromisoformat(release.release_date)
        year = {(day - timedelta(days=back)).isoformat() for back in range(365)}
        own = [r for r in releases if r.vendor_id == release.vendor_id and r.release_date in year and r.is_major]
        key = {"vendor_id": release.vendor_id, "release_date": release.release_date, "release": release.release}
        cells = {
            "is_major": release.is_major,
            "is_open": release.is_open,
            "releases_trailing_year_count": len(own),
            "citation": SYNTHETIC,
        }
        yield from cells_of("release_cadence", key, cells)
