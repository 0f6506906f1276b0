"""The synthetic world's curated facts as files, and what the metrics made of them must be, counted by hand."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from demo import curated_watches, hub, markets
from demo.calendar import FINAL_AS_OF, stamp
from demo.curated_cells import cells_of, text_of
from demo.curated_facts import (
    ENTRIES,
    FIGURES,
    RATIO_TITLES,
    RATIOS,
    RELEASES,
    SYNTHETIC,
    Entry,
    Figure,
    Release,
)
from demo.files import Answer, File
from demo.market_lines import fixings

DISCLOSURE_COLUMNS = (
    *("known_at", "fact_id", "company_id", "fact_date", "period_start", "period_end", "kind", "low", "high"),
    *("unit", "currency", "own_usd", "confidence", "citation"),
)
LEADERBOARD_COLUMNS = (*("known_at", "board_id", "ranking_date", "entry_id", "model", "vendor_id", "score", "is_open"),)
RELEASE_COLUMNS = ("known_at", "vendor_id", "release_date", "release", "is_major", "is_open", "citation")
MILLIONTHS, TRILLION = 100, 10**12  # of a ten thousandth; how a rate is rounded before many are averaged

Told = TypeVar("Told", Figure, Entry, Release)
Rates = Mapping[tuple[str, date], int]  # per euro, in ten thousandths


def files(_: int) -> Iterator[File]:
    """disclosures.csv, leaderboards.csv and releases.csv: they are told, not drawn."""
    yield File("disclosures.csv", DISCLOSURE_COLUMNS, map(_disclose, FIGURES))
    entries = (
        (stamp(e.known_at), e.board_id, e.ranking_date, e.entry_id, e.entry_id, e.vendor_id, e.score, e.is_open)
        for e in ENTRIES
    )
    yield File("leaderboards.csv", LEADERBOARD_COLUMNS, entries)
    releases = (
        (stamp(r.known_at), r.vendor_id, r.release_date, r.release, text_of(r.is_major), r.is_open, SYNTHETIC)
        for r in RELEASES
    )
    yield File("releases.csv", RELEASE_COLUMNS, releases)


def answers(seed: int) -> Iterable[Answer]:
    """What the curated metrics must be at the last pass."""
    figures = _standing()
    rates = markets.draw(seed).rates
    for figure in figures:
        key = {"fact_id": figure.fact_id, "company_id": figure.company_id, "fact_date": figure.fact_date}
        yield from cells_of("disclosed_value", key, _value(figure, rates))
    yield from _divide(figures)
    yield from _rank(_known(ENTRIES))
    yield from _count(_known(RELEASES))
    yield from curated_watches.answers(figures, hub.count_american(seed))


def _disclose(figure: Figure) -> tuple[str, ...]:
    start, end = figure.over or ("", "")
    if not figure.unit:  # withdrawn: nothing but the key
        return stamp(figure.known_at), figure.fact_id, figure.company_id, figure.fact_date, *[""] * 10
    told = (stamp(figure.known_at), figure.fact_id, figure.company_id, figure.fact_date, start, end)
    kind = "flow" if figure.over else "stock"
    amounts = (kind, figure.low, figure.high, figure.unit, figure.currency, figure.own_usd)
    return *told, *amounts, "reported", SYNTHETIC


def _known(rows: Iterable[Told]) -> list[Told]:
    return [row for row in rows if row.known_at <= FINAL_AS_OF]


def _standing() -> list[Figure]:
    """Of each figure the row that became known last, unless it was withdrawn."""
    newest = {(f.fact_id, f.company_id, f.fact_date): f for f in sorted(_known(FIGURES), key=lambda f: f.known_at)}
    return [figure for figure in newest.values() if figure.unit]


def _value(figure: Figure, rates: Rates) -> dict[str, object]:
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


def _basis(figure: Figure, used: list[date]) -> str:
    if not figure.currency:
        return "not money"
    if figure.currency == "USD":
        return "stated in USD"
    return f"average of {len(used)} rates, {used[0]} to {used[-1]}" if figure.over else f"rate of {used[0]}"


def _rates_of(figure: Figure) -> list[date]:
    """The days whose rates convert a figure: those of its period, or the last one up to its date."""
    day = date.fromisoformat(figure.fact_date)
    if figure.over is None:
        return [max(fixing for fixing in fixings() if fixing <= day)]
    start, end = (min(date.fromisoformat(bound), day) for bound in figure.over)
    return [fixing for fixing in fixings() if start <= fixing <= end]


def _convert(figure: Figure, amount: Decimal | None, used: list[date], rates: Rates) -> Decimal | None:
    """To the cent, at the plain average of the rates; each rate in whole trillionths of a dollar."""
    if amount is None or not figure.currency:
        return None
    if figure.currency == "USD":
        return amount
    pairs = ((rates["USD", day] * MILLIONTHS, rates[figure.currency, day] * MILLIONTHS) for day in used)
    total = sum((dollars * TRILLION + own // 2) // own for dollars, own in pairs)
    twice = 2 * len(used) * TRILLION
    return Decimal((2 * int(amount * 100) * total + twice // 2) // twice) / 100


def _divide(figures: list[Figure]) -> Iterator[Answer]:
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


def _nth(figures: list[Figure], fact_id: str, company_id: str, place: int) -> Figure:
    own = [f for f in figures if (f.fact_id, f.company_id) == (fact_id, company_id)]
    return sorted(own, key=lambda f: f.fact_date)[place]


def _rank(entries: list[Entry]) -> Iterator[Answer]:
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


def _place(entry: Entry, rivals: list[Entry]) -> int:
    """One more than the different scores above one's own."""
    return 1 + len({e.score for e in rivals if Decimal(e.score) > Decimal(entry.score)})


def _count(releases: list[Release]) -> Iterator[Answer]:
    for release in releases:
        day = date.fromisoformat(release.release_date)
        year = {(day - timedelta(days=back)).isoformat() for back in range(365)}
        own = [r for r in releases if r.vendor_id == release.vendor_id and r.release_date in year and r.is_major]
        key = {"vendor_id": release.vendor_id, "release_date": release.release_date}
        cells = {
            "release": release.release,
            "is_major": release.is_major,
            "is_open": release.is_open,
            "releases_trailing_year_count": len(own),
            "citation": SYNTHETIC,
        }
        yield from cells_of("release_cadence", key, cells)
