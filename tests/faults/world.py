"""Three weeks of a small world with every file, and the function to write it again."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.hub import write_hub
from tests.scene import MODELS, small_rows, write_prices, write_rankings

Row = dict[str, str]
Rows = list[Row]

FIRST, DAY = date(2026, 6, 1), timedelta(days=1)
MONDAY = date(2026, 6, 22)  # of the passes; what a fetch asks for anew are the eight days before
SUNDAY = MONDAY - DAY
EARLIER = [datetime(2026, 6, day, 6, tzinfo=UTC) for day in (19, 20)]
BEFORE, CURATED_AT = "2026-05-31T00:00:00Z", "2026-06-06T00:00:00Z"
PRO, SOL, FLASH = "deepseek/deepseek-v4-pro-20260423", "openai/gpt-5.5-20260423", "deepseek/deepseek-v4-flash-20260423"
QUOTED = {"NVDA": ("200", "USD"), "AVGO": ("300", "USD"), "0700.HK": ("600", "HKD"), "2513.HK": ("900", "HKD")}
COUNTED = {"NVDA": "24000000", "AVGO": "5000000", "0700.HK": "9000000", "2513.HK": "400000"}
RATES = {"USD": "1.2", "HKD": "9.3", "CNY": "8.4"}


def known_after(day: date, hour: int = 3) -> str:
    return f"{day + DAY}T{hour:02d}:00:00Z"


def weekdays() -> list[date]:
    days = [FIRST + DAY * number for number in range((SUNDAY - FIRST).days + 1)]
    return [day for day in days if day.weekday() < 5]


def table(header: str, *lines: Sequence[object]) -> Rows:
    return [dict(zip(header.split(), map(str, line), strict=True)) for line in lines]


def read(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(directory: Path, files: Mapping[str, Rows | None]) -> Path:
    """Each file whole; None takes it away."""
    for name, rows in files.items():
        path = directory / name
        if rows is None:
            path.unlink(missing_ok=True)
            continue
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return directory


def make_world(directory: Path) -> dict[str, Rows]:
    """The files of the world as they should be; written once on the way."""
    write_rankings(directory, small_rows(FIRST, 21))
    dear = dict.fromkeys(MODELS, ("0.000001", "0.000002"))
    prices = {PRO: ("0.000000435", "0.00000087"), SOL: ("0.000005", "0.00003"), **dear}
    write_prices(directory, BEFORE, prices)
    write_hub(directory, EARLIER[0].date(), 4)
    drawn = {name: read(directory / name) for name in ("rankings_daily.csv", "models.csv", "hub_models.csv")}
    return {**drawn, **_sampled(), **_priced(), **_markets(), **_disclosed(), **_ranked(), **_told()}


def _sampled() -> dict[str, Rows]:
    weeks = [FIRST + DAY * 7 * number for number in range(3)]
    lines = [
        (known_after(week + DAY * 6), week, "programming", model, tokens)
        for week in weeks
        for model, tokens in (*((model, 900_000 + week.day) for model in MODELS), ("other", 500_000))
    ]
    return {
        "rankings_category_weekly.csv": table("known_at week_start_date category model_permaslug total_tokens", *lines)
    }


def _priced() -> dict[str, Rows]:
    header = (
        "known_at provider model valid_from valid_to tier_min_tokens utc_start utc_end "
        "input_usd_per_million output_usd_per_million"
    )
    lines = [
        ("deepseek", "deepseek-v4-pro", "2026-05-01", "2026-06-10", "", "", "", "0.5", "1"),
        ("deepseek", "deepseek-v4-pro", "2026-06-10", "", "", "", "", "0.435", "0.87"),
        ("deepseek", "deepseek-v4-flash", "2026-06-01", "", "", "", "", "0.1", "0.2"),
        ("openai", "gpt-5.5", "2026-05-01", "", "", "", "", "5", "30"),
    ]
    return {"prices.csv": table(header, *((BEFORE, *line) for line in lines))}


def _markets() -> dict[str, Rows]:
    quotes = [
        (known_after(day, 0), symbol, day, close, currency, "false")
        for day in weekdays()
        for symbol, (close, currency) in QUOTED.items()
    ]
    counts = [(BEFORE, symbol, FIRST, count, "1") for symbol, count in COUNTED.items()]
    counts += [(known_after(FIRST + 9 * DAY), "NVDA", FIRST + 9 * DAY, COUNTED["NVDA"], "1")]
    rates = [(known_after(day, 0), day, "EUR", quote, rate) for day in weekdays() for quote, rate in RATES.items()]
    return {
        "quotes.csv": table("known_at symbol date close currency is_partial", *quotes),
        "share_counts.csv": table("known_at symbol date shares_issued units_per_line", *counts),
        "fx.csv": table("known_at date base quote rate", *rates),
    }


def _disclosed() -> dict[str, Rows]:
    header = (
        "known_at fact_id company_id fact_date period_start period_end kind low high unit currency own_usd "
        "confidence citation"
    )
    money = ("USD", "USD", "", "reported", "invented")
    figures = [
        ("valuation", "deepseek", "2026-06-02", "", "", "stock", 45 * 10**9, 50 * 10**9, *money),
        ("valuation", "moonshot", "2026-06-03", "", "", "stock", 20 * 10**9, 20 * 10**9, *money),
        ("run_rate", "moonshot", "2026-05-01", "", "", "stock", 10**8, 10**8, *money),
        ("run_rate", "moonshot", "2026-06-04", "", "", "stock", 2 * 10**8, 2 * 10**8, *money),
        ("capex", "meituan", "2026-06-05", "2026-06-01", "2026-06-05", "flow", 5 * 10**9, 5 * 10**9,
         "CNY", "CNY", "", "filed", "invented"),
    ]  # fmt: skip
    return {"disclosures.csv": table(header, *((CURATED_AT, *figure) for figure in figures))}


def _ranked() -> dict[str, Rows]:
    board = "known_at board_id ranking_date entry_id model vendor_id score is_open"
    entries = [
        ("swe-bench-pro", "2026-06-02", "kimi-k2.6", "Kimi K2.6", "moonshotai", "58.6", "true"),
        ("swe-bench-pro", "2026-06-02", "gpt-5.5", "GPT-5.5", "openai", "58.1", "false"),
        ("hle", "2026-06-03", "kimi-k2.6", "Kimi K2.6", "moonshotai", "54", "true"),
    ]
    return {"leaderboards.csv": table(board, *((CURATED_AT, *entry) for entry in entries))}


def _told() -> dict[str, Rows]:
    releases = [
        ("moonshotai", "2026-04-20", "Kimi K2.6", "true", "true", "invented"),
        ("moonshotai", "2026-06-04", "Kimi K2.7", "true", "true", "invented"),
    ]
    quoted = "claim_id quote value unit rounding about entity period_start period_end source"
    claims = [
        ("china", "invented", "0.3", "ratio", "0.01", "china_share", "", "2026-06-08", "2026-06-14", "nobody"),
        ("china-late", "invented", "0.4", "ratio", "0.01", "china_share", "", "2026-06-15", "2026-06-21", "nobody"),
    ]
    return {
        "releases.csv": table(
            "known_at vendor_id release_date release is_major is_open citation",
            *((CURATED_AT, *release) for release in releases),
        ),
        "claims.csv": table(quoted, *claims),
    }
