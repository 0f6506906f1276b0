"""The table: every file of a world with each of nine faults, and the consequences.

A fault is found in one of three places. The parser refuses the whole answer: the source gives the reason, and the
numbers stay. The gate finds accepted faults: the metrics depending on them are held. The pass misses a file read
before: its sources are absent, and the metrics depending on them are held. `why` explains a cell without a meaning.

"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.edits import Edit, absent, again, each, lose, postpone, put, swap, times, without
from tests.faults.world import MONDAY, PRO
from tokenshare.metrics import METRICS

FAULTS = (
    *("column missing", "unit times 100", "currency swapped", "duplicate key", "landed day gone"),
    *("all zero", "all null", "future date", "file absent"),
)
Said = tuple[str, str]  # the check that fails, and the key at which it does


@dataclass(frozen=True)
class Cell:
    """A fault of a file and its consequences.

    `refused` has the words of a source refusing it, or absent; `held` the checks by the metrics they hold.

    """

    edit: Edit | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[tuple[str, ...], Said] = field(default_factory=dict)
    why: str = ""


def of_group(*groups: str) -> tuple[str, ...]:
    return tuple(metric.id for metric in METRICS if metric.group in groups)


def refused(edit: Edit, **said: str) -> Cell:
    return Cell(edit, refused=said)


def held(edit: Edit, metrics: Mapping[tuple[str, ...], Said]) -> Cell:
    return Cell(edit, held=metrics)


def gone(file: str, *metrics: str, by: tuple[str, ...]) -> Cell:
    """Take the file away; its readers are in `by`."""
    said = f"{file} is gone from the world, last read"
    return Cell(absent, refused=dict.fromkeys(by, said), held={metrics: ("missing_files", said)})


def no(why: str) -> Cell:
    return Cell(why=why)


ROUTER, PROGRAMMING = of_group("router"), of_group("programming")
SPEND, PRICES = of_group("router_spend_share_estimated_weekly"), of_group("list_price_daily")
DRAWN = (*PROGRAMMING, *SPEND)
CAPS, QUOTES = of_group("market_cap_daily", "session_shock_daily"), of_group("fct_quotes_daily")
VALUES = of_group("pureplay_value_daily", "platform_value_daily")
CLAIMS, CADENCE = of_group("claims"), of_group("release_cadence")
COUNTED = of_group("family_downloads", "china_download_share_trailing_year")
TRENDING, WATCHES, RANKS = of_group("trending_top10_daily"), of_group("watch_status"), of_group("leaderboard_rank")
LISTED = (*of_group("family_derivatives_daily", "new_derivative_share_monthly"), *TRENDING)
CONVERTED, FIGURES = of_group("disclosed_value"), of_group("disclosed_ratio", "fct_disclosures")
DISCLOSED = (*CONVERTED, *FIGURES, *WATCHES)
FOLLOWED = "followed_groups"
TODAY = f"{MONDAY}"
FIRST, WEEK = "2026-06-01", "2026-06-15"  # the first day of the world, and its newest week

NO_CURRENCY = no("the file has no currency")
NO_DAYS = no("the upstream shows the present alone: there is no day that it could take back")
NO_NUMBERS = no("the file has no number")


def usage(check: str, key: str) -> Mapping[tuple[str, ...], Said]:
    return {ROUTER: (check, key), DRAWN: (FOLLOWED, "router")}


RANKINGS = {
    "column missing": refused(
        lose("total_tokens"),
        openrouter_rankings="data[0] has no 'total_tokens': removed or renamed",
        openrouter_exports="misses ['total_tokens']",
    ),
    "unit times 100": held(times("total_tokens"), usage("restated_middle", FIRST)),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"date": "2026-06-16", "model_permaslug": "openai/gpt-4o"}, total_tokens="3000017"),
        usage("conflicting_keys", "2026-06-16"),
    ),
    "landed day gone": held(without(date="2026-06-17"), usage("disappeared_days", "2026-06-17")),
    "all zero": held(put("0", "total_tokens"), usage("restated_middle", FIRST)),
    "all null": refused(
        put("", "total_tokens"), openrouter_rankings="data is empty for days", openrouter_exports="status 404"
    ),
    "future date": refused(
        postpone("date"), openrouter_rankings="data is empty for days", openrouter_exports="status 404"
    ),
    "file absent": gone(
        "rankings_daily.csv", *ROUTER, *DRAWN, *CLAIMS, "dim_models", by=("openrouter_rankings", "openrouter_exports")
    ),
}
CATEGORIES = {
    "column missing": refused(lose("total_tokens"), openrouter_categories="data[0] has no 'total_tokens'"),
    "unit times 100": held(times("total_tokens"), {PROGRAMMING: ("restated_middle", FIRST)}),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"week_start_date": WEEK, "model_permaslug": "openai/gpt-4o"}, total_tokens="900016"),
        {PROGRAMMING: ("conflicting_keys", WEEK)},
    ),
    "landed day gone": held(without(week_start_date="2026-06-08"), {PROGRAMMING: ("disappeared_days", "2026-06-08")}),
    "all zero": held(put("0", "total_tokens"), {PROGRAMMING: ("restated_middle", FIRST)}),
    "all null": refused(put("", "total_tokens"), openrouter_categories="data is empty for weeks"),
    "future date": refused(postpone("week_start_date"), openrouter_categories="data is empty for weeks"),
    "file absent": gone("rankings_category_weekly.csv", *PROGRAMMING, by=("openrouter_categories",)),
}
PER_TOKEN = ("prompt_usd_per_token", "completion_usd_per_token")
MODELS = {
    "column missing": refused(
        lose("prompt_usd_per_token"), openrouter_models="no entry has 'prompt': removed or renamed"
    ),
    "unit times 100": held(times(*PER_TOKEN), {(*PRICES, *SPEND): ("catalogue_moved", TODAY)}),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"id": PRO}, prompt_usd_per_token="0.0000005"), {(*PRICES, *SPEND): ("conflicting_keys", TODAY)}
    ),
    "landed day gone": NO_DAYS,
    "all zero": refused(put("0", *PER_TOKEN), openrouter_models="no price above 0"),
    "all null": held(put("", *PER_TOKEN), {PRICES: ("priced_share", TODAY)}),
    "future date": no("created_at is the file's only date, and no metric is made of it"),
    "file absent": gone("models.csv", *SPEND, *PRICES, "dim_models", by=("openrouter_models",)),
}
PER_MILLION = ("input_usd_per_million", "output_usd_per_million")
BOOK = {
    "column missing": refused(lose("valid_from"), genai_prices="line 1: no column valid_from"),
    "unit times 100": held(times(*PER_MILLION), {PRICES: ("book_moved", PRO)}),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"model": "deepseek-v4-pro"}, output_usd_per_million="1.5"),
        {PRICES: ("conflicting_keys", f"price book, {PRO}")},
    ),
    "landed day gone": held(without(valid_from="2026-05-01", model="deepseek"), {PRICES: ("book_disappeared", PRO)}),
    "all zero": refused(put("0", *PER_MILLION), genai_prices="no price above 0"),
    "all null": refused(put("", *PER_MILLION), genai_prices="no row is known"),
    "future date": held(
        each(lambda row: row | {"valid_from": "2026-12-01", "valid_to": ""}), {PRICES: ("book_disappeared", PRO)}
    ),
    "file absent": gone("prices.csv", *PRICES, by=("genai_prices",)),
}
LINES = (*CAPS, *VALUES)
CLOSES = {
    "column missing": refused(
        lose("close"), eodhd_quotes="has no 'close': removed or renamed", quotes_dropped="line 1: no column close"
    ),
    "unit times 100": held(times("close"), {(*LINES, *QUOTES): ("restated_middle", f"{FIRST} 0700.HK")}),
    "currency swapped": held(swap("currency", "USD", "HKD"), {(*LINES, *QUOTES): ("foreign_currency", FIRST)}),
    "duplicate key": held(
        again({"symbol": "NVDA", "date": "2026-06-16"}, close="201"),
        {(*LINES, *QUOTES): ("conflicting_keys", "2026-06-16")},
    ),
    "landed day gone": held(without(date="2026-06-17"), {(*LINES, *QUOTES): ("disappeared_days", "2026-06-17")}),
    "all zero": refused(
        put("0", "close"), eodhd_quotes="nothing is worth nothing", quotes_dropped="nothing is worth nothing"
    ),
    "all null": refused(put("", "close"), eodhd_quotes="no line has a single day", quotes_dropped="no row is known"),
    "future date": refused(
        postpone("date"), eodhd_quotes="no line has a single day", quotes_dropped="lies in the future"
    ),
    "file absent": gone("quotes.csv", *LINES, *QUOTES, by=("eodhd_quotes", "quotes_dropped")),
}
COUNTS = {
    "column missing": refused(
        lose("shares_issued"), edgar_shares=".val is", shares_dropped="line 1: no column shares_issued"
    ),
    "unit times 100": held(times("shares_issued"), {LINES: ("restated_ratio", "NVDA 2026-06-01")}),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"symbol": "NVDA", "date": "2026-06-01"}, shares_issued="24000001"),
        {LINES: ("conflicting_keys", "2026-06-01")},
    ),
    "landed day gone": held(without(date="2026-06-10"), {LINES: ("disappeared_days", "2026-06-10")}),
    "all zero": refused(put("0", "shares_issued"), edgar_shares="shares_issued", shares_dropped="shares_issued"),
    "all null": refused(
        put("", "shares_issued"), edgar_shares="no filer states a share count", shares_dropped="no row is known"
    ),
    "future date": refused(postpone("date"), edgar_shares="a day to come", shares_dropped="lies in the future"),
    "file absent": gone("share_counts.csv", *LINES, by=("edgar_shares", "shares_dropped")),
}
RATES = {
    "column missing": refused(lose("rate"), ecb_rates="no rate of USD in the days asked for"),
    "unit times 100": held(times("rate"), {(*LINES, *CONVERTED): ("restated_middle", f"{FIRST} EUR/CNY")}),
    "currency swapped": held(
        swap("quote", "USD", "HKD"), {(*LINES, *CONVERTED): ("restated_middle", f"{FIRST} EUR/HKD")}
    ),
    "duplicate key": held(
        again({"quote": "USD", "date": "2026-06-18"}, rate="1.21"),
        {(*LINES, *CONVERTED): ("conflicting_keys", "2026-06-18")},
    ),
    "landed day gone": held(without(date="2026-06-16"), {(*LINES, *CONVERTED): ("disappeared_days", "2026-06-16")}),
    "all zero": refused(put("0", "rate"), ecb_rates="nothing is worth nothing"),
    "all null": refused(put("", "rate"), ecb_rates="the file has no day"),
    "future date": refused(postpone("date"), ecb_rates="no rate of USD in the days asked for"),
    "file absent": gone("fx.csv", *LINES, *CONVERTED, by=("ecb_rates",)),
}
VALUATION = "valuation deepseek 2026-06-02"
DISCLOSURES = {
    "column missing": refused(lose("citation"), disclosures="disclosures.csv line 1: no column citation"),
    "unit times 100": held(times("low", "high"), {(*DISCLOSED, *VALUES): ("restated_ratio", VALUATION)}),
    "currency swapped": refused(swap("currency", "USD", "CNY"), disclosures="column unit: 'USD' is not one of CNY"),
    "duplicate key": held(
        again({"fact_id": "valuation", "company_id": "deepseek"}, high="60000000000"),
        {(*DISCLOSED, *VALUES): ("conflicting_keys", VALUATION)},
    ),
    "landed day gone": held(without(fact_date="2026-06-05"), {DISCLOSED: ("withdrawn_rows", "2026-06-05")}),
    "all zero": refused(put("0", "low", "high"), disclosures="column low: it is 0"),
    "all null": refused(put("", "low", "high"), disclosures="no row is known"),
    "future date": refused(postpone("fact_date"), disclosures="lies in the future"),
    "file absent": gone("disclosures.csv", *DISCLOSED, *VALUES, by=("disclosures",)),
}
KIMI = "swe-bench-pro 2026-06-02 kimi-k2.6"
ENTRIES = {
    "column missing": refused(lose("score"), leaderboards="leaderboards.csv line 1: no column score"),
    "unit times 100": held(times("score"), {(*RANKS, *WATCHES): ("restated_ratio", KIMI)}),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"board_id": "swe-bench-pro", "entry_id": "kimi-k2.6"}, score="58.7"),
        {(*RANKS, *WATCHES): ("conflicting_keys", KIMI)},
    ),
    "landed day gone": held(without(ranking_date="2026-06-03"), {(*RANKS, *WATCHES): ("withdrawn_rows", "2026-06-03")}),
    "all zero": refused(put("0", "score"), leaderboards="every score is 0"),
    "all null": refused(put("", "score"), leaderboards="no row is known"),
    "future date": refused(postpone("ranking_date"), leaderboards="lies in the future"),
    "file absent": gone("leaderboards.csv", *RANKS, *WATCHES, by=("leaderboards",)),
}
RELEASES = {
    "column missing": refused(lose("release_date"), releases="releases.csv line 1: no column release_date"),
    "unit times 100": NO_NUMBERS,
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"release_date": "2026-06-04"}, is_major="false"),
        {CADENCE: ("conflicting_keys", "moonshotai 2026-06-04 Kimi K2.7")},
    ),
    "landed day gone": held(without(release_date="2026-04-20"), {CADENCE: ("withdrawn_rows", "2026-04-20")}),
    "all zero": NO_NUMBERS,
    "all null": refused(put("", "release"), releases="no row is known"),
    "future date": refused(postpone("release_date"), releases="lies in the future"),
    "file absent": gone("releases.csv", *CADENCE, by=("releases",)),
}
HUB = {
    "column missing": refused(lose("downloads_all_time"), huggingface_hub="no repository has 'downloadsAllTime'"),
    "unit times 100": held(times("downloads", "downloads_all_time"), {COUNTED: ("middle_growth", TODAY)}),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"repo": "openai/gpt-oss-20b"}, downloads_all_time="99999"),
        {(*COUNTED, *LISTED): ("conflicting_keys", TODAY), WATCHES: (FOLLOWED, "trending_top10_daily")},
    ),
    "landed day gone": held(
        lambda rows: [row for row in rows if row["repo"].partition("/")[0] not in ("Qwen", "deepseek-ai", "openai")],
        {(*COUNTED, *LISTED): ("gone_share", TODAY), WATCHES: (FOLLOWED, "trending_top10_daily")},
    ),
    "all zero": held(put("0", "downloads", "downloads_all_time"), {COUNTED: ("counted_downloads", TODAY)}),
    "all null": refused(
        put("", "downloads", "downloads_all_time"), huggingface_hub="no repository has 'downloadsAllTime'"
    ),
    "future date": refused(postpone("created_at"), huggingface_hub="a day to come"),
    "file absent": gone("hub_models.csv", *COUNTED, *LISTED, *WATCHES, by=("huggingface_hub",)),
}
QUOTED = {
    "column missing": refused(lose("value"), claims="claims.csv line 1: no column value"),
    "unit times 100": refused(times("value"), claims="column value: 30 is outside 0 to 1"),
    "currency swapped": NO_CURRENCY,
    "duplicate key": held(
        again({"claim_id": "china"}, value="0.5"), {CLAIMS: ("withdrawn_rows", "china 2026-06-08/2026-06-14")}
    ),
    "landed day gone": held(without(claim_id="china-late"), {CLAIMS: ("withdrawn_rows", "china-late")}),
    "all zero": refused(put("0", "value", "rounding"), claims="column rounding: 0 is not a step to round to"),
    "all null": refused(put("", "value"), claims="column value: it is empty"),
    "future date": held(postpone("period_start", "period_end"), {CLAIMS: ("withdrawn_rows", "china 2026-06")}),
    "file absent": gone("claims.csv", *CLAIMS, by=("claims",)),
}
TABLE: Mapping[str, Mapping[str, Cell]] = {
    "rankings_category_weekly.csv": CATEGORIES,
    "rankings_daily.csv": RANKINGS,
    "models.csv": MODELS,
    "prices.csv": BOOK,
    "quotes.csv": CLOSES,
    "share_counts.csv": COUNTS,
    "fx.csv": RATES,
    "hub_models.csv": HUB,
    "disclosures.csv": DISCLOSURES,
    "leaderboards.csv": ENTRIES,
    "releases.csv": RELEASES,
    "claims.csv": QUOTED,
}
# Its file lies in an installed package, which no world replaces; what reads it is what reads the bank's own.
NOT_SERVED = {"ecb_bundled": "ecb_rates"}
