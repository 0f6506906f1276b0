"""The synthetic world's curated facts: invented figures about real names, labelled so, with a crossing on the way.

The tables are an answer key, written by hand beside the seeds of the pipeline and never read from them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from demo.world.calendar import stamp
from demo.world.files import File

DISCLOSURE_COLUMNS = (
    *("known_at", "fact_id", "company_id", "fact_date", "period_start", "period_end", "kind", "low", "high"),
    *("unit", "currency", "own_usd", "confidence", "citation"),
)
LEADERBOARD_COLUMNS = (*("known_at", "board_id", "ranking_date", "entry_id", "model", "vendor_id", "score", "is_open"),)
RELEASE_COLUMNS = ("known_at", "vendor_id", "release_date", "release", "is_major", "is_open", "citation")
SYNTHETIC = "synthetic: invented for the demo, nobody said so"
CORRECTED_AT = datetime(2026, 6, 28, 20, tzinfo=UTC)  # between the first two passes
CROSSED_AT = datetime(2026, 6, 29, 18, tzinfo=UTC)  # between two daily passes


def _day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T00:00:00+00:00")


class FactRow(NamedTuple):
    """A row of disclosures.csv; one without low and high withdraws an earlier one. Amounts are as the file writes them.

    A flow is `over` a first and a last day.
    """

    known_at: datetime
    fact_id: str
    company_id: str
    fact_date: str
    low: str
    high: str
    unit: str
    currency: str = ""
    over: tuple[str, str] | None = None
    own_usd: str = ""


class LeaderboardEntry(NamedTuple):
    """A row of leaderboards.csv. `is_chinese` is the answer, not a column."""

    known_at: datetime
    board_id: str
    ranking_date: str
    entry_id: str
    vendor_id: str
    score: str
    is_open: str
    is_chinese: bool


class ReleaseRow(NamedTuple):
    """A row of releases.csv."""

    known_at: datetime
    vendor_id: str
    release_date: str
    release: str
    is_major: bool
    is_open: str


YEAR_2025, YEAR_2026 = ("2025-01-02", "2025-12-31"), ("2026-01-01", "2026-12-31")
QUARTER, FISCAL_2026 = ("2025-01-02", "2025-03-31"), ("2025-04-01", "2026-03-31")
TWELVE_MONTHS = ("2025-06-30", "2026-06-26")
TEXT_TO_VIDEO = "video-arena-text-to-video-places"
VIDEO_SCORES = "video-arena"  # a lead in video, beside a gap in text
USD, CNY = ("USD", "USD"), ("CNY", "CNY")  # unit and currency
M, B, T = "000000", "000000000", "000000000000"

FIGURES = (
    FactRow(_day("2025-01-21"), "r1_training_cost", "deepseek", "2025-01-20", "", f"5{M}", *USD),
    FactRow(_day("2025-05-16"), "capex", "alibaba", "2025-03-31", f"80{B}", f"80{B}", *CNY, QUARTER),
    FactRow(_day("2026-01-20"), "maas_revenue", "bytedance", "2025-12-31", f"9{B}", f"9{B}", *CNY, YEAR_2025),
    FactRow(_day("2026-01-20"), "ai_run_rate", "alibaba", "2025-12-31", f"4200{M}", f"4200{M}", "USD/year", "USD"),
    FactRow(_day("2026-02-10"), "hbm_stacks", "cxmt", "2026-02-09", "1200000", "1400000", "stacks", over=YEAR_2026),
    FactRow(_day("2026-02-10"), "hbm_packages", "cxmt", "2026-02-09", "200000", "250000", "packages", over=YEAR_2026),
    FactRow(_day("2026-04-02"), "run_rate", "moonshot", "2026-03-31", f"90{M}", f"90{M}", "USD/year", "USD"),
    FactRow(_day("2026-04-16"), "valuation", "bytedance", "2026-04-15", f"470{B}", f"470{B}", *USD),
    FactRow(_day("2026-04-20"), "maas_revenue", "bytedance", "2026-04-18", f"13800{M}", f"13800{M}", *CNY, FISCAL_2026),
    FactRow(_day("2026-05-04"), "run_rate", "moonshot", "2026-04-30", f"180{M}", f"190{M}", "USD/year", "USD"),
    FactRow(_day("2026-05-05"), "valuation", "moonshot", "2026-05-04", f"18{B}", f"18{B}", *USD),
    FactRow(_day("2026-05-10"), "doubao_monthly_users", "bytedance", "2026-04-30", f"330{M}", f"330{M}", "users/month"),
    FactRow(CORRECTED_AT, "doubao_monthly_users", "bytedance", "2026-04-30", f"336{M}", f"336{M}", "users/month"),
    FactRow(_day("2026-05-12"), "rumour", "zhipu", "2026-05-11", "1", "2", "count"),
    FactRow(_day("2026-05-14"), "rumour", "zhipu", "2026-05-11", "", "", ""),
    FactRow(_day("2026-05-16"), "capex", "alibaba", "2026-03-31", f"120{B}", f"120{B}", *CNY, FISCAL_2026, f"16900{M}"),
    FactRow(_day("2026-05-16"), "ai_run_rate", "alibaba", "2026-05-15", f"5600{M}", f"5600{M}", "USD/year", "USD"),
    FactRow(_day("2026-05-16"), "cloud_growth", "alibaba", "2026-03-31", "0.31", "0.31", "ratio", "", FISCAL_2026),
    FactRow(_day("2026-05-21"), "valuation", "deepseek", "2026-05-20", f"40{B}", f"44{B}", *USD),
    FactRow(_day("2026-05-21"), "tokens_processed", "bytedance", "2026-05-20", f"110{T}", f"110{T}", "tokens/day"),
    FactRow(_day("2026-05-21"), "own_chips", "bytedance", "2026-05-20", "90000", "", "chips", over=YEAR_2026),
    FactRow(_day("2026-06-01"), "parent_company_rule", "us-bis", "2026-05-31", "1", "1", "event"),
    FactRow(_day("2026-06-02"), "sora_cost", "openai", "2026-06-01", f"14{M}", f"14{M}", "USD/day", "USD"),
    FactRow(_day("2026-06-02"), "sora_lifetime_revenue", "openai", "2026-06-01", f"2{M}", f"2{M}", *USD),
    FactRow(_day("2026-06-05"), "fine", "zhipu", "2026-06-04", f"30{M}", f"30{M}", *CNY),
    FactRow(CROSSED_AT, "maas_revenue", "bytedance", "2026-06-28", f"15200{M}", f"15200{M}", *CNY, TWELVE_MONTHS),
)  # fmt: skip
ENTRIES = tuple(
    LeaderboardEntry(_day(known), board, day, entry, vendor, score, is_open, is_chinese)
    for known, board, day, entry, vendor, score, is_open, is_chinese in (
        ("2026-03-02", "swe-bench-pro", "2026-03-01", "deepseek-v3.2", "deepseek", "48.2", "true", True),
        ("2026-03-02", "swe-bench-pro", "2026-03-01", "gpt-5.4", "openai", "55", "false", False),
        ("2026-03-02", "swe-bench-pro", "2026-03-01", "glm-5", "z-ai", "48.2", "true", True),
        ("2026-06-11", "swe-bench-pro", "2026-06-10", "kimi-k2.6", "moonshotai", "57.4", "true", True),
        ("2026-06-11", "swe-bench-pro", "2026-06-10", "gpt-5.5", "openai", "58.1", "false", False),
        ("2026-06-11", "swe-bench-pro", "2026-06-10", "stranger", "acme-labs", "51", "", False),
        ("2026-06-11", "swe-bench-pro", "2026-06-10", "glm-5.2", "z-ai", "51", "true", True),
        ("2026-06-11", TEXT_TO_VIDEO, "2026-06-10", "seedance-2.0", "bytedance-seed", "-1", "false", True),
        ("2026-06-11", TEXT_TO_VIDEO, "2026-06-10", "veo-3.1", "google", "-2", "false", False),
        ("2026-06-11", VIDEO_SCORES, "2026-06-10", "seedance-2.0", "bytedance-seed", "1460", "false", True),
        ("2026-06-11", VIDEO_SCORES, "2026-06-10", "veo-3.1", "google", "1375", "false", False),
    )
)  # fmt: skip
RELEASES = tuple(
    ReleaseRow(_day(known), vendor, day, name, is_major, is_open)
    for known, vendor, day, name, is_major, is_open in (
        ("2025-01-21", "deepseek", "2025-01-20", "DeepSeek R1", True, "true"),
        ("2025-07-12", "moonshotai", "2025-07-11", "Kimi K2", True, "true"),
        ("2025-09-06", "moonshotai", "2025-09-05", "Kimi K2 0905", False, "true"),
        ("2025-11-07", "moonshotai", "2025-11-06", "Kimi K2 Thinking", True, "true"),
        ("2026-01-21", "deepseek", "2026-01-20", "DeepSeek, 365 days later", True, "true"),
        ("2026-04-21", "moonshotai", "2026-04-20", "Kimi K2.6", True, "true"),
        ("2026-04-25", "deepseek", "2026-04-24", "DeepSeek V4 Flash", True, "true"),
        ("2026-04-25", "deepseek", "2026-04-24", "DeepSeek V4 Pro", True, "true"),
        ("2026-05-02", "openai", "2026-05-01", "GPT-5.5", True, "false"),
    )
)


def files(_: int) -> Iterator[File]:
    """disclosures.csv, leaderboards.csv and releases.csv: they are written by hand, not drawn."""
    yield File("disclosures.csv", DISCLOSURE_COLUMNS, map(_disclose, FIGURES))
    entries = (
        (stamp(e.known_at), e.board_id, e.ranking_date, e.entry_id, e.entry_id, e.vendor_id, e.score, e.is_open)
        for e in ENTRIES
    )
    yield File("leaderboards.csv", LEADERBOARD_COLUMNS, entries)
    releases = (
        (stamp(r.known_at), r.vendor_id, r.release_date, r.release, str(r.is_major).lower(), r.is_open, SYNTHETIC)
        for r in RELEASES
    )
    yield File("releases.csv", RELEASE_COLUMNS, releases)


def _disclose(figure: FactRow) -> tuple[str, ...]:
    start, end = figure.over or ("", "")
    if not figure.unit:  # withdrawn: nothing but the key
        return stamp(figure.known_at), figure.fact_id, figure.company_id, figure.fact_date, *[""] * 10
    key = (stamp(figure.known_at), figure.fact_id, figure.company_id, figure.fact_date, start, end)
    kind = "flow" if figure.over else "stock"
    amounts = (kind, figure.low, figure.high, figure.unit, figure.currency, figure.own_usd)
    return *key, *amounts, "reported", SYNTHETIC
