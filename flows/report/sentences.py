"""Opening sentences of the figures: the newest numbers in words, for readers without sight of the chart."""

from collections import Counter
from collections.abc import Sequence

from flows.report.numbers import money, percent, short, week
from flows.report.reading import NamedRow


def china_share(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return (
        f"{week(last['week_start_date'])}: {percent(last['identified_share'])} of all tokens by identified vendors, "
        f"{percent(last['origin_share'])} of tokens of known origin, while {percent(last['unknown_share'])} of all is "
        f"unknown; between {percent(last['lower_share'])} and {percent(last['upper_share'])} of all, "
        "whatever the unknown is."
    )


def vendors(rows: Sequence[NamedRow]) -> str:
    named = [row for row in rows if row["vendor_id"] != "unknown"][:3]
    shares = ", ".join(f"{row['vendor_name']} {percent(row['vendor_share'])}" for row in named)
    return f"{week(rows[0]['week_start_date'])}, of all tokens: {shares}."


def openness(rows: Sequence[NamedRow]) -> str:
    newest = rows[-1]["week_start_date"]
    shares = {row["openness"]: row["openness_share"] for row in rows if row["week_start_date"] == newest}
    opened = shares.get("open_chinese", 0) + shares.get("open_other", 0)
    return f"{week(newest)}: {percent(opened)} of all tokens by models whose weights can be downloaded."


def programming(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return (
        f"{week(last['week_start_date'])}: programming is {percent(last['programming_share'])} of "
        f"{short(last['tokens'])} tokens, sampled by the router."
    )


def gateway(rows: Sequence[NamedRow]) -> str:
    first, most = rows[0], max(rows, key=lambda row: abs(row["difference_share"]))
    return (
        f"{first['usage_date']}: {first['vendor_name']} has {percent(first['gateway_share'])} of your tokens. "
        f"Farthest from the router's {most['router_date']}: {most['vendor_name']}, {percent(most['gateway_share'])} "
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
        f"{first['download_date']}: {first['family_name']} leads with {short(first['downloads_all_time'])} downloads."
    )


def spend(rows: Sequence[NamedRow]) -> str:
    first = rows[0]
    return (
        f"{first['vendor_name']}: {percent(first['vendor_share'])} of tokens, between {percent(first['lower_share'])} "
        f"and {percent(first['upper_share'])} of estimated spend. An estimate: list prices, the split of prompt and "
        "completion unknown."
    )


def market_values(rows: Sequence[NamedRow]) -> str:
    newest = max(row["session_date"] for row in rows)
    top = max((r for r in rows if r["session_date"] == newest), key=lambda r: r["market_cap_usd"] or 0)
    return f"{newest}: {top['company_name']} is the most valuable tracked, {money(top['market_cap_usd'])}."


def shocks(rows: Sequence[NamedRow]) -> str:
    worst = rows[0]
    return (
        f"The largest: {worst['company_name']} on {worst['session_date']}, {money(worst['change_usd'])} "
        f"({percent(worst['change_share'])})."
    )


def reconciliation(rows: Sequence[NamedRow]) -> str:
    first, last = rows[0], rows[-1]
    return (
        f"{week(last['week_start_date'])}: from {percent(first['china_share'])} of all tokens by identified vendors to "
        f"{percent(last['china_share'])} of those of known origin, step by step."
    )


def router_tokens(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return f"{week(last['week_start_date'])}: {short(last['tokens'])} tokens."


def models(rows: Sequence[NamedRow]) -> str:
    newest = rows[-1]["week_start_date"]
    top = [row for row in rows if row["week_start_date"] == newest]
    first = top[0]
    return (
        f"{week(newest)}: {first['model_id']} leads with {percent(first['model_share'])} of all tokens; "
        f"{sum(row['is_chinese'] is True for row in top)} of the {len(top)} most-used are Chinese."
    )


def free(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return f"{week(last['week_start_date'])}: {percent(last['free_share'])} of all tokens by free variants."


def derivatives(rows: Sequence[NamedRow]) -> str:
    first = rows[0]
    return f"{first['download_date']}: {short(first['models_count'])} repositories are built on {first['family_name']}."


def china_downloads(rows: Sequence[NamedRow]) -> str:
    last = rows[-1]
    return f"The year to {last['download_date']}: {percent(last['china_share'])} of downloads are of Chinese families."


def trending(rows: Sequence[NamedRow]) -> str:
    chinese = sum(row["is_chinese"] is True for row in rows)
    return f"{rows[0]['download_date']}: {chinese} of the {len(rows)} trending are Chinese; {rows[0]['repo']} leads."


def disclosures(rows: Sequence[NamedRow]) -> str:
    return f"{len(rows)} figures of {len({row['company_name'] for row in rows})} companies, each with its source."


def ratios(rows: Sequence[NamedRow]) -> str:
    return f"{len(rows)} quotients, between the bounds that the disclosed figures leave."


def leaderboards(rows: Sequence[NamedRow]) -> str:
    return f"{len({row['board_id'] for row in rows})} boards, each as last ranked."


def releases(rows: Sequence[NamedRow]) -> str:
    first = rows[0]
    return f"The newest: {first['release']} by {first['vendor_name']}, on {first['release_date']}."


def relations(rows: Sequence[NamedRow]) -> str:
    return f"{len(rows)} relations: {_counted(rows, 'status')}"


def watches(rows: Sequence[NamedRow]) -> str:
    return _counted(rows, "state")


def _counted(rows: Sequence[NamedRow], column: str) -> str:
    counts = Counter(str(row[column]).replace("_", " ") for row in rows)
    return ", ".join(f"{count} {value}" for value, count in sorted(counts.items())) + "."
