"""Opening sentences of the figures: the newest numbers in words, for readers without sight of the chart."""

from collections import Counter
from collections.abc import Sequence

from flows.report.numbers import money, percent, tokens
from flows.report.reading import NamedRow


def china_share(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return (
        f"Week of {last['week_start_date']}: {percent(last['identified_share'])} of all tokens by identified vendors, "
        f"{percent(last['origin_share'])} of tokens of known origin, while {percent(last['unknown_share'])} of all is "
        f"unknown; between {percent(last['lower_share'])} and {percent(last['upper_share'])} of all, "
        "whatever the unknown is."
    )


def vendors(rows: Sequence[NamedRow]) -> str:
    named = [row for row in rows if row["vendor_id"] != "unknown"][:3]
    shares = ", ".join(f"{row['vendor_id']} {percent(row['vendor_share'])}" for row in named)
    return f"Week of {rows[0]['week_start_date']}, of all tokens: {shares}."


def openness(rows: Sequence[NamedRow]) -> str:
    week = rows[-1]["week_start_date"]
    shares = {row["openness"]: row["openness_share"] for row in rows if row["week_start_date"] == week}
    opened = shares.get("open_chinese", 0) + shares.get("open_other", 0)
    return f"Week of {week}: {percent(opened)} of all tokens by models whose weights can be downloaded."


def programming(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return (
        f"Week of {last['week_start_date']}: programming is {percent(last['programming_share'])} of "
        f"{tokens(last['tokens'])} tokens, sampled by the router."
    )


def gateway(rows: Sequence[NamedRow]) -> str:
    first, most = rows[0], max(rows, key=lambda row: abs(row["difference_share"]))
    return (
        f"{first['usage_date']}: {first['vendor_id']} has {percent(first['gateway_share'])} of your tokens. "
        f"Farthest from the router's {most['router_date']}: {most['vendor_id']}, {percent(most['gateway_share'])} "
        f"against {percent(most['router_share'])}."
    )


def price_ratios(rows: Sequence[NamedRow]) -> str:
    cheapest = min(rows, key=lambda row: (row["blended_ratio"], row["model_id"]))
    return (
        f"{cheapest['price_date']}: {cheapest['model_id']} costs {cheapest['blended_ratio']:.2f} times "
        f"{cheapest['reference_model_id']}, three parts input to one part output."
    )


def downloads(rows: Sequence[NamedRow]) -> str:
    first = rows[0]
    return (
        f"{first['download_date']}: {first['family_id']} leads with {first['downloads_all_time']:,} downloads in all."
    )


def spend(rows: Sequence[NamedRow]) -> str:
    first = rows[0]
    return (
        f"{first['vendor_id']}: {percent(first['vendor_share'])} of tokens, between {percent(first['lower_share'])} "
        f"and {percent(first['upper_share'])} of estimated spend. An estimate: list prices, the split of prompt and "
        "completion unknown."
    )


def market_values(rows: Sequence[NamedRow]) -> str:
    newest = max(row["session_date"] for row in rows)
    top = max((r for r in rows if r["session_date"] == newest), key=lambda r: r["market_cap_usd"] or 0)
    return f"{newest}: {top['company_id']} is the most valuable tracked, {money(top['market_cap_usd'])}."


def shocks(rows: Sequence[NamedRow]) -> str:
    worst = rows[0]
    return (
        f"The largest: {worst['company_id']} on {worst['session_date']}, {money(worst['change_usd'])} "
        f"({percent(worst['change_share'])})."
    )


def watches(rows: Sequence[NamedRow]) -> str:
    return _counted(rows, "state")


def claims(rows: Sequence[NamedRow]) -> str:
    return _counted(rows, "verdict")


def _counted(rows: Sequence[NamedRow], column: str) -> str:
    counts = Counter(str(row[column]).replace("_", " ") for row in rows)
    return ", ".join(f"{count} {value}" for value, count in sorted(counts.items())) + "."
