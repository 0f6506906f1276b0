"""Subjects of claims: a closed vocabulary, so that no guess compares a claim with another number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WINDOWS = ("day", "week", "trailing7", "trailing28", "month")
SHORTEST_WEEK = 7


@dataclass(frozen=True)
class About:
    """One family of numbers.

    `methods` are the ways to count it; the first is the default of a claim. `window` is its usual period. `entity`
    is an example of the party it is about, empty for the whole.
    """

    name: str
    unit: str
    meaning: str
    methods: tuple[str, ...]
    entity: str = ""
    window: str = "week"
    limits: tuple[int, int] | None = None  # None: any number
    entities: tuple[str, ...] = ()  # the only ones allowed; empty: any
    stands_on: str = "fct_usage_daily"  # the metric behind the number; empty if no source of ours observes it


SHARE = (0, 1)
_SETS = {
    "named": "of tokens of named models",
    "known": "of tokens of known origin",
    "top5": "within the five most-used models",
    "top9": "within the nine most-used models",
    "top10": "within the ten most-used models",
}
_CHINESE = (
    *("origin", "identified", "top10", "lower", "upper", "top5", "top9", "origin_of_named"),
    *(f"identified_of_{name}" for name in _SETS),
)
_PARTS = ("of_all", *(f"of_{name}" for name in _SETS))
_COUNTED = (0, 10**18)

ROUTER = (
    About("china_share", "ratio", "Chinese share of the router's tokens", _CHINESE, limits=SHARE),
    About(
        "vendor_share",
        "ratio",
        "a vendor's share of the router's tokens",
        (*_PARTS, "attributed", "upper"),
        "deepseek",
        limits=SHARE,
    ),
    About(
        "model_rank_china_count",
        "count",
        "Chinese models among the most-used",
        ("origin", "identified"),
        "top5",
        limits=(0, 10),
        entities=("top5", "top9", "top10"),
    ),
    About(
        "openness_share",
        "ratio",
        "share of tokens by openness and origin",
        _PARTS,
        "open_chinese",
        limits=SHARE,
        entities=("open_chinese", "open_other", "closed_chinese", "closed_other", "unknown"),
    ),
    About(
        "china_part_of_open",
        "ratio",
        "Chinese part of open-weight tokens",
        ("origin", "lower", "upper", "identified", "top10"),
        limits=SHARE,
    ),
    About("free_share", "ratio", "share of tokens of free variants", _PARTS, limits=SHARE),
    About("router_tokens", "tokens", "tokens routed in a window", ("all",), limits=_COUNTED),
    About("router_growth", "ratio", "tokens over those of the window a year earlier", ("all",), limits=_COUNTED),
)
PROGRAMMING = (
    About(
        "programming_share",
        "ratio",
        "programming's part of all tokens",
        ("of_all",),
        limits=SHARE,
        stands_on="programming_share_weekly",
    ),
    About(
        "vendor_programming_share",
        "ratio",
        "a vendor's part of programming tokens",
        ("of_all", "of_known", "upper"),
        "xiaomi",
        limits=SHARE,
        stands_on="vendor_programming_share_weekly",
    ),
)


def _hub(stands_on: str, name: str, meaning: str, methods: tuple[str, ...], entity: str = "", **fields: Any) -> About:
    defaults: dict[str, Any] = {"unit": "count", "window": "day", "limits": _COUNTED}
    return About(name, meaning=meaning, methods=methods, entity=entity, stands_on=stands_on, **{**defaults, **fields})


_DERIVED = ("any", "tagged", "finetune", "quantized", "adapter", "merge")
_RATIO = {"unit": "ratio", "limits": None}
HUB = (
    _hub("family_downloads_daily", "family_downloads", "all-time downloads of a family", ("official",), "qwen"),
    _hub(
        "family_downloads_daily",
        "family_downloads_ratio",
        "downloads of one family over those of others together",
        ("official",),
        "qwen/llama",
        **_RATIO,
    ),
    _hub("family_derivatives_daily", "family_derivatives", "repositories built on a family", _DERIVED, "qwen"),
    _hub(
        "family_derivatives_daily",
        "family_derivatives_ratio",
        "derivatives of one family over those of others together",
        ("any", "tagged"),
        "qwen/google+meta",
        **_RATIO,
    ),
    _hub(
        "new_derivative_share_monthly",
        "new_derivative_share",
        "part of new derivatives",
        ("declared",),
        "qwen",
        unit="ratio",
        window="month",
        limits=SHARE,
    ),
    _hub(
        "china_download_share_trailing_year",
        "china_download_share",
        "Chinese part of a year's downloads",
        ("flow",),
        unit="ratio",
        limits=SHARE,
    ),
    _hub("trending_top10_daily", "trending_china_count", "Chinese among the ten trending", ("score",), limits=(0, 10)),
)
_SIDES = ("input", "output", "blended")
PRICES = (
    About(
        "list_price",
        "USD/1M tokens",
        "list price of a model",
        _SIDES,
        "deepseek/deepseek-v4-pro",
        "day",
        _COUNTED,
        stands_on="list_price_daily",
    ),
    About(
        "price_ratio",
        "ratio",
        "one model's price over another's",
        _SIDES,
        "openai/gpt-5.5:deepseek/deepseek-v4-pro",
        "day",
        stands_on="list_price_daily",
    ),
    About(
        "price_saving",
        "ratio",
        "how much cheaper than the mean of its peers",
        _SIDES,
        "moonshotai/kimi-k2.6",
        "day",
        SHARE,
        stands_on="price_ratio_daily",
    ),
)
_CLOSE, _NEWEST = (("close",), "nvidia", "day"), (("newest",), "total", "day")  # methods, entity, window
_PLACES = (1, 10**6)
MARKETS = (
    About("market_cap", "USD", "market value of a company", *_CLOSE, _COUNTED, stands_on="market_cap_daily"),
    About("market_cap_change", "ratio", "change of a market value over a year", *_CLOSE, stands_on="market_cap_daily"),
    About(
        "market_cap_rank",
        "rank",
        "place among companies by market value",
        *_CLOSE,
        _PLACES,
        stands_on="market_cap_daily",
    ),
    About(
        "session_change",
        "ratio",
        "change of a market value in one session",
        *_CLOSE,
        (-1, 10),
        stands_on="session_shock_daily",
    ),
    About(
        "session_change_usd", "USD", "change of a market value in one session", *_CLOSE, stands_on="session_shock_daily"
    ),
    About(
        "session_loss_rank",
        "rank",
        "place among one-day losses of value up to it",
        *_CLOSE,
        _PLACES,
        stands_on="session_shock_daily",
    ),
    About(
        "pureplay_value", "USD", "value of a pure-play, or of all", *_NEWEST, _COUNTED, stands_on="pureplay_value_daily"
    ),
    About(
        "platform_value",
        "USD",
        "value of a platform company, or of all",
        *_NEWEST,
        _COUNTED,
        stands_on="platform_value_daily",
    ),
)
_STATED: dict[str, Any] = {
    "methods": ("stated",),
    "entity": "vercel/deepseek",
    "window": "month",
    "limits": SHARE,
    "stands_on": "",
}
ELSEWHERE = (  # no source of ours observes these populations: their claims have no data
    About("elsewhere_token_share", "ratio", "a share of others' tokens", **_STATED),
    About("elsewhere_revenue_share", "ratio", "a share of others' revenue", **_STATED),
)
# Each method in the words of a sentence: "56 % ..., 61 % ...".
METHOD_WORDS = {
    "origin": "of tokens of known origin",
    "identified": "of all tokens, identified vendors alone",
    "lower": "of all tokens, if none of the unknown counts",
    "upper": "of all tokens, if all of the unknown counts",
    "origin_of_named": "of tokens of named models, by origin",
    **{f"identified_of_{name}": f"{words}, identified vendors alone" for name, words in _SETS.items()},
    "of_all": "of all tokens",
    **{f"of_{name}": words for name, words in _SETS.items()},
    **{name: words for name, words in _SETS.items() if name.startswith("top")},
    "attributed": "of all tokens, with attributed stealth models",
    "all": "in all",
    "official": "by the family's own organisations",
    "any": "by any relation or tag",
    "tagged": "by tag",
    **{name: f"as {name}" for name in ("finetune", "quantized", "adapter", "merge")},
    "declared": "by declared relation",
    "flow": "of downloads counted day by day",
    "score": "by trending score",
    "input": "for input",
    "output": "for output",
    "blended": "for three parts input to one part output",
    "close": "at the close",
    "newest": "by the newest figure",
    "stated": "as stated",
}
ABOUTS = (*ROUTER, *PROGRAMMING, *HUB, *PRICES, *MARKETS, *ELSEWHERE)
ABOUT_BY_NAME: Mapping[str, About] = {about.name: about for about in ABOUTS}


def objections(about: About, *, value: Decimal, entity: str, method: str) -> Iterator[tuple[str, str]]:
    """(column, problem) for each part of a claim its subject does not allow."""
    if about.limits and not about.limits[0] <= value <= about.limits[1]:
        low, high = about.limits
        hint = f"; for {value} % write {value / 100:f}" if about.limits == SHARE and 1 < value <= 100 else ""
        yield "value", f"{value} is outside {low} to {high}: {about.name} is stated in {about.unit}{hint}"
    if bool(entity) != bool(about.entity):
        wanted = f"name one, such as {about.entity}" if about.entity else "leave it empty, for the whole"
        yield "entity", f"{entity[:60]!r} is not an entity of {about.name}: {wanted}"
    elif about.entities and entity not in about.entities:
        yield "entity", f"{entity[:60]!r} is not an entity of {about.name}: choose among {', '.join(about.entities)}"
    if method not in about.methods:
        yield "method", f"{method[:60]!r} is not a method of {about.name}: choose among {', '.join(about.methods)}"


def usual_window(about: About, days: int) -> str:
    """The window of a claim over so many days: a period shorter than a week has no weeks."""
    return "day" if about.window == "week" and days < SHORTEST_WEEK else about.window
