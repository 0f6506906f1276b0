"""Charts: rows in, an Altair chart out; `narrow` is for a phone.

The palette is distinct in light, in dark and for the colour-blind, and every chart has its rows as a table beside it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import altair as alt
import pandas as pd

from flows.report.reading import NamedRow

Chart = alt.Chart | alt.LayerChart
WIDE, NARROW = 640, 300
PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56a0d3", "#8a6d3b", "#7f7f7f"]
METHODS = {"identified_share": "identified, of all", "origin_share": "by origin, of known", "top10_share": "top ten"}
CLASSES = ["open_chinese", "open_other", "closed_chinese", "closed_other", "unknown"]
PERCENT = alt.Axis(format="%", title=None)
DAYS = alt.Axis(format="%Y-%m-%d", title=None, labelOverlap=True, tickCount=5)


def china_share(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    frame = _frame(rows)
    weeks = alt.X("week_start_date:T", axis=DAYS)
    band = (
        alt.Chart(frame)
        .mark_area(opacity=0.25, color=PALETTE[0])
        .encode(weeks, alt.Y("lower_share:Q", axis=PERCENT), alt.Y2("upper_share:Q"))
    )
    shares = frame.melt("week_start_date", list(METHODS), "method", "share").replace({"method": METHODS})
    method = alt.Color("method:N", scale=_scale(list(METHODS.values())), legend=_legend(narrow))
    lines = alt.Chart(shares).mark_line(point=len(rows) < 20).encode(weeks, alt.Y("share:Q", axis=PERCENT), method)
    return _sized(alt.layer(band, lines), narrow, 280)


def vendors(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    frame = _frame(rows)
    bars = _bars(frame, "vendor_id", "vendor_share", PERCENT)
    most = alt.Chart(frame).mark_tick(color=PALETTE[1], thickness=2)
    most = most.encode(_ranked("vendor_id"), alt.X("upper_share:Q"))
    return _sized(alt.layer(bars, most), narrow, 22 * len(rows))


def openness(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    chart = (
        alt.Chart(_frame(rows))
        .mark_area()
        .encode(
            alt.X("week_start_date:T", axis=DAYS),
            alt.Y("sum(openness_share):Q", axis=PERCENT, stack="zero", scale=alt.Scale(domain=[0, 1])),
            alt.Color("openness:N", scale=_scale(CLASSES), legend=_legend(narrow)),
        )
    )
    return _sized(chart, narrow, 260)


def programming(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _sized(_line(rows, "week_start_date", "programming_share", PERCENT), narrow, 220)


def price_ratios(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    chart = (
        alt.Chart(_frame(rows))
        .mark_point(filled=True, size=70)
        .encode(
            alt.X("blended_ratio:Q", title="times the reference, log scale", scale=alt.Scale(type="log")),
            _ranked("model_id"),
            alt.Color("reference_model_id:N", scale=alt.Scale(range=PALETTE), legend=_legend(narrow)),
        )
    )
    return _sized(chart, narrow, 18 * len({row["model_id"] for row in rows}))


def downloads(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    bars = _bars(_frame(rows), "family_id", "downloads_all_time", alt.Axis(format="~s", title=None))
    return _sized(bars, narrow, 22 * len(rows))


def spend(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    frame = _frame(rows)
    bounds = (
        alt.Chart(frame)
        .mark_bar(height=6, color=PALETTE[1], opacity=0.6)
        .encode(_ranked("vendor_id"), alt.X("lower_share:Q", axis=PERCENT), alt.X2("upper_share:Q"))
    )
    used = (
        alt.Chart(frame)
        .mark_point(filled=True, size=70, color=PALETTE[0])
        .encode(_ranked("vendor_id"), alt.X("vendor_share:Q", axis=PERCENT))
    )
    return _sized(alt.layer(bounds, used), narrow, 22 * len(rows))


def gateway(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _sized(_bars(_frame(rows), "vendor_id", "difference_share", PERCENT), narrow, 22 * len(rows))


def market_values(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    chart = (
        alt.Chart(_frame(rows))
        .mark_line()
        .encode(
            alt.X("session_date:T", axis=DAYS),
            alt.Y("market_cap_usd:Q", axis=alt.Axis(format="~s", title="USD")),
            alt.Color("company_id:N", scale=alt.Scale(range=PALETTE), legend=_legend(narrow)),
            alt.StrokeDash("company_id:N", legend=None),
        )
    )
    return _sized(chart, narrow, 280)


def shocks(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    named = [{**row, "session": f"{row['company_id']} {row['session_date']}"} for row in rows]
    bars = _bars(_frame(named), "session", "change_usd", alt.Axis(format="~s", title="USD"))
    return _sized(bars, narrow, 22 * len(rows))


def _frame(rows: Sequence[NamedRow]) -> pd.DataFrame:
    """The rows with days as text: Vega parses them as days, and no time zone shifts them."""
    return pd.DataFrame([{k: str(v) if isinstance(v, date) else v for k, v in row.items()} for row in rows])


def _bars(frame: pd.DataFrame, name: str, value: str, axis: alt.Axis) -> alt.Chart:
    bars = alt.Chart(frame).mark_bar(color=PALETTE[0])
    return cast(alt.Chart, bars.encode(_ranked(name), alt.X(f"{value}:Q", axis=axis)))


def _line(rows: Sequence[NamedRow], period: str, value: str, axis: alt.Axis) -> alt.Chart:
    line = alt.Chart(_frame(rows)).mark_line(color=PALETTE[0], point=len(rows) < 20)
    return cast(alt.Chart, line.encode(alt.X(f"{period}:T", axis=DAYS), alt.Y(f"{value}:Q", axis=axis)))


def _ranked(name: str) -> alt.Y:
    """Names in the order of the rows."""
    return alt.Y(f"{name}:N", sort=None, title=None)


def _scale(domain: list[str]) -> alt.Scale:
    return alt.Scale(domain=domain, range=PALETTE[: len(domain)])


def _legend(narrow: bool) -> alt.Legend:
    return alt.Legend(orient="bottom", title=None, columns=1 if narrow else 3, labelLimit=280, columnPadding=40)


def _sized(chart: Any, narrow: bool, height: int) -> Chart:
    return cast(Chart, chart.properties(width=NARROW if narrow else WIDE, height=height))
