"""The rows behind each figure: published rows joined and cut, never recomputed."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from flows.report.reading import NamedRow, Published

MOST_VENDORS, MOST_RATIOS, MOST_SHOCKS = 15, 14, 12
RANKS, RANKED_WEEKS, RANKED_VENDORS = 10, 26, 7


def of(metric: str) -> Callable[[Published], list[NamedRow]]:
    """All rows of one metric."""
    return lambda published: published.rows(metric)


def china_share(published: Published) -> list[NamedRow]:
    """One row a week: the share by each method, the bounds, and the denominators."""
    identified, origin, top10, bounds = (
        {row["week_start_date"]: row for row in published.rows(f"china_share_{method}_weekly")}
        for method in ("identified", "origin", "top10", "bounds")
    )
    return [
        {
            "week_start_date": week,
            "identified_share": identified[week]["china_share"],
            "origin_share": origin[week]["china_share"],
            "unknown_share": origin[week]["unknown_share"],
            "top10_share": top10[week]["china_share"],
            "lower_share": bounds[week]["lower_share"],
            "upper_share": bounds[week]["upper_share"],
            "tokens": bounds[week]["tokens"],
            "known_tokens": origin[week]["denominator_tokens"],
            "unknown_tokens": bounds[week]["unknown_tokens"],
        }
        for week in sorted(identified.keys() & origin.keys() & top10.keys() & bounds.keys())
    ]


def vendors(published: Published) -> list[NamedRow]:
    """The largest vendors of the newest week, `unknown` among them."""
    return _largest(published.newest("vendor_share_weekly"), "vendor_share", MOST_VENDORS)


def reconciliation(published: Published) -> list[NamedRow]:
    """The steps of the newest week."""
    return published.newest("china_share_reconciliation_weekly")


def models(published: Published) -> list[NamedRow]:
    """The ten most-used models of the newest weeks, newest first in a week's order; small vendors stand together."""
    rows = [row for row in published.rows("model_rank_weekly") if row["model_rank"] <= RANKS]
    weeks = sorted({row["week_start_date"] for row in rows})[-RANKED_WEEKS:]
    shown = [row for row in rows if weeks and row["week_start_date"] >= weeks[0]]
    total: Counter[str] = Counter()
    for row in shown:
        total[row["vendor_name"]] += row["tokens"]
    named = {name for name, _ in total.most_common(RANKED_VENDORS)}
    return [{**row, "shown_as": row["vendor_name"] if row["vendor_name"] in named else "Others"} for row in shown]


def price_ratios(published: Published) -> list[NamedRow]:
    """The newest day's price ratios of the most-used models with a price, the most used first."""
    ranks = {row["model_id"]: row["model_rank"] for row in published.newest("model_rank_weekly")}
    rows = [row for row in published.newest("price_ratio_daily") if row["blended_ratio"]]
    chosen = sorted({row["model_id"] for row in rows}, key=lambda name: (ranks.get(name, len(ranks) + 1), name))[
        :MOST_RATIOS
    ]
    shown = [row for row in rows if row["model_id"] in chosen]
    return sorted(shown, key=lambda row: (chosen.index(row["model_id"]), row["reference_model_id"]))


def derivatives(published: Published) -> list[NamedRow]:
    """The families with most derivatives by any relation on the newest day."""
    rows = [row for row in published.newest("family_derivatives_daily") if row["relation"] == "any"]
    return _largest(rows, "models_count", MOST_VENDORS)


def downloads(published: Published) -> list[NamedRow]:
    """All-time counters of the newest day."""
    return _largest(published.newest("family_downloads_daily"), "downloads_all_time", MOST_VENDORS)


def spend(published: Published) -> list[NamedRow]:
    """The vendors with both shares in the newest week."""
    estimated = published.newest("router_spend_share_estimated_weekly")
    weeks = {row["week_start_date"] for row in estimated}
    tokens = {
        row["vendor_id"]: row["vendor_share"]
        for row in published.rows("vendor_share_weekly")
        if row["week_start_date"] in weeks
    }
    rows = [{**row, "vendor_share": tokens[row["vendor_id"]]} for row in estimated if row["vendor_id"] in tokens]
    return _largest(rows, "vendor_share", MOST_VENDORS)


def gateway(published: Published) -> list[NamedRow]:
    """The vendors of your gateway's newest day beside the router's of that day, or of the newest one before it."""
    own = published.newest("gateway_token_share_daily")
    router = [row for row in published.rows("vendor_share_daily") if own and row["usage_date"] <= own[0]["usage_date"]]
    day = max((row["usage_date"] for row in router), default=None)
    others = {row["vendor_id"]: row["vendor_share"] for row in router if row["usage_date"] == day}
    rows = [
        {
            **row,
            "router_date": day,
            "gateway_share": row["vendor_share"],
            "router_share": others.get(row["vendor_id"], 0.0),
            "difference_share": row["vendor_share"] - others.get(row["vendor_id"], 0.0),
        }
        for row in own
    ]
    return _largest(rows if day else [], "gateway_share", MOST_VENDORS)


def market_values(published: Published) -> list[NamedRow]:
    """Each company's last session of a month, and its newest."""
    last: dict[tuple[str, int, int], NamedRow] = {}
    for row in sorted(published.rows("market_cap_daily"), key=lambda row: row["session_date"]):
        last[row["company_id"], row["session_date"].year, row["session_date"].month] = row
    return sorted(last.values(), key=lambda row: (row["company_id"], row["session_date"]))


def shocks(published: Published) -> list[NamedRow]:
    """The largest losses in USD."""
    known = [row for row in published.rows("session_shock_daily") if row["change_usd"] is not None]
    return sorted(known, key=lambda row: row["change_usd"])[:MOST_SHOCKS]


def leaderboards(published: Published) -> list[NamedRow]:
    """The newest ranking of every board."""
    newest: dict[str, date] = {}
    rows = published.rows("leaderboard_rank")
    for row in rows:
        newest[row["board_id"]] = max(row["ranking_date"], newest.get(row["board_id"], row["ranking_date"]))
    return [row for row in rows if row["ranking_date"] == newest[row["board_id"]]]


def releases(published: Published) -> list[NamedRow]:
    """The newest releases first."""
    return sorted(published.rows("release_cadence"), key=lambda row: row["release_date"], reverse=True)


def relations(published: Published) -> list[NamedRow]:
    """Every published relation with its denominator and standing: what BI tools find in the file."""
    names = ("relation", "title", "unit", "denominator", "status", "version", "as_of")
    return [{name: getattr(card, name) for name in names} for card in published.cards.values()]


def _largest(rows: list[NamedRow], column: str, most: int) -> list[NamedRow]:
    return sorted(rows, key=lambda row: -(row[column] or 0))[:most]
