"""Charts: rows in, an Altair chart out; `narrow` is for a phone.

The palette is distinct in light, in dark and for the colour-blind, and every chart has its rows as a table beside it.
A mark with a `tip` shows it to whoever points at it. Lines have their names beside their ends, on a phone below.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

import altair as alt

from flows.report.labels import spread
from flows.report.numbers import money, percent, short, week
from flows.report.reading import NamedRow

Chart = alt.Chart | alt.LayerChart
WIDE, NARROW = 992, 358  # pixels of the page's column
PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56a0d3", "#8a6d3b", "#7f7f7f"]
METHODS = {"identified_share": "identified, of all", "origin_share": "by origin, of known", "top10_share": "top ten"}
CLASSES = {
    "open_chinese": "open, Chinese",
    "open_other": "open, other",
    "closed_chinese": "closed, Chinese",
    "closed_other": "closed, other",
    "unknown": "unknown",
}
SHORT = "replace(format(datum.value, '~s'), 'G', 'B')"  # billions, not giga
PERCENT = alt.Axis(format="%", title=None, tickCount=6)
COUNT = alt.Axis(labelExpr=SHORT, title=None, tickCount=6)
USD = alt.Axis(labelExpr=f"{SHORT} + ' USD'", title=None, tickCount=6)
RATIO = alt.Axis(title="times the reference, log scale", tickCount=6)
LONGEST_NAME = 260  # pixels
SPAN_DAYS = 100  # from so many days on, an axis names months
Value = Callable[[Any], str]


def china_share(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    band = (
        alt.Chart(_data(rows))
        .mark_area(opacity=0.25, color=PALETTE[0], aria=False)
        .encode(_days("week_start_date", rows), alt.Y("lower_share:Q", axis=PERCENT), alt.Y2("upper_share:Q"))
    )
    long = [
        {"week_start_date": row["week_start_date"], "name": name, "share": row[column]}
        for column, name in METHODS.items()
        for row in rows
    ]
    return _sized(alt.layer(band, *_lines(long, "week_start_date", "share", percent, PERCENT, narrow)), narrow, 320)


def router_tokens(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _line(rows, "week_start_date", "tokens", short, COUNT, narrow)


def vendors(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    most = alt.Chart(_data(rows)).mark_tick(color=PALETTE[1], thickness=2, aria=False)
    most = most.encode(_ranked("vendor_name"), alt.X("upper_share:Q"))
    return _sized(alt.layer(_bars(rows, "vendor_name", "vendor_share", percent, PERCENT), most), narrow, _tall(rows))


def models(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    names = [*dict.fromkeys(row["shown_as"] for row in rows if row["shown_as"] != "Others"), "Others"]
    tipped = [
        _tipped(row, f"{row['model_id']}, {week(row['week_start_date'])}: {percent(row['model_share'])}")
        for row in rows
    ]
    chart = (
        alt.Chart(_data(tipped))
        .mark_bar()
        .encode(
            alt.X("week:O", axis=alt.Axis(title=None, labelOverlap=True, labelAngle=0)),
            alt.Y("model_share:Q", axis=PERCENT, stack="zero"),
            alt.Color("shown_as:N", scale=_scale(names), legend=_legend(narrow)),
            alt.Order("model_rank:Q"),
            description="tip:N",
        )
        .transform_calculate(week="timeFormat(toDate(datum.week_start_date), '%G-W%V')")
    )
    return _sized(chart, narrow, 340)


def openness(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    tipped = [
        _tipped(
            {**row, "name": CLASSES[row["openness"]]},
            f"{CLASSES[row['openness']]}, {week(row['week_start_date'])}: {percent(row['openness_share'])}",
        )
        for row in rows
    ]
    stacked = alt.Chart(_data(tipped)).encode(
        _days("week_start_date", rows),
        alt.Y("openness_share:Q", axis=PERCENT, stack="zero", scale=alt.Scale(domain=[0, 1])),
        alt.Color("name:N", scale=_scale(list(CLASSES.values())), legend=_legend(narrow)),
    )
    area, points = stacked.mark_area(aria=False), stacked.mark_point(filled=True, size=50, opacity=0)
    return _sized(area if narrow else alt.layer(area, points.encode(description="tip:N")), narrow, 300)


def free(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _line(rows, "week_start_date", "free_share", percent, PERCENT, narrow)


def programming(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _line(rows, "week_start_date", "programming_share", percent, PERCENT, narrow)


def china_downloads(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _line(rows, "download_date", "china_share", percent, PERCENT, narrow)


def price_ratios(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    tipped = [
        _tipped(row, f"{row['model_id']}: {row['blended_ratio']:.2f} times {row['reference_model_id']}") for row in rows
    ]
    chart = (
        alt.Chart(_data(tipped))
        .mark_point(filled=True, size=70)
        .encode(
            alt.X(
                "blended_ratio:Q",
                title="times the reference, log scale",
                axis=alt.Axis(tickCount=6),
                scale=alt.Scale(type="log"),
            ),
            _ranked("model_id"),
            alt.Color("reference_model_id:N", scale=alt.Scale(range=PALETTE), legend=_legend(narrow, 2)),
            description="tip:N",
        )
    )
    return _sized(chart, narrow, _tall({row["model_id"] for row in rows}) + 60)


def downloads(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _sized(_bars(rows, "family_name", "downloads_all_time", short, COUNT), narrow, _tall(rows))


def derivatives(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _sized(_bars(rows, "family_name", "models_count", short, COUNT), narrow, _tall(rows))


def spend(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    bounds = (
        alt.Chart(_data(rows))
        .mark_bar(height=6, color=PALETTE[1], opacity=0.6, aria=False)
        .encode(_ranked("vendor_name"), alt.X("lower_share:Q", axis=PERCENT), alt.X2("upper_share:Q"))
    )
    tipped = [
        _tipped(
            row,
            f"{row['vendor_name']}: {percent(row['vendor_share'])} of tokens, {percent(row['lower_share'])} to "
            f"{percent(row['upper_share'])} of spend",
        )
        for row in rows
    ]
    used = (
        alt.Chart(_data(tipped))
        .mark_point(filled=True, size=70, color=PALETTE[0])
        .encode(_ranked("vendor_name"), alt.X("vendor_share:Q", axis=PERCENT), description="tip:N")
    )
    return _sized(alt.layer(bounds, used), narrow, _tall(rows))


def gateway(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    return _sized(_bars(rows, "vendor_name", "difference_share", percent, PERCENT), narrow, _tall(rows))


def market_values(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    named = [{**row, "name": row["company_name"]} for row in rows]
    return _sized(alt.layer(*_lines(named, "session_date", "market_cap_usd", money, USD, narrow)), narrow, 380)


def shocks(rows: Sequence[NamedRow], narrow: bool) -> Chart:
    named = [{**row, "session": f"{row['company_name']}, {row['session_date']}"} for row in rows]
    return _sized(_bars(named, "session", "change_usd", money, USD), narrow, _tall(rows))


def _line(rows: Sequence[NamedRow], period: str, value: str, words: Value, axis: alt.Axis, narrow: bool) -> Chart:
    """One line, which its heading names."""
    return _sized(
        alt.layer(*_lines([{**row, "name": ""} for row in rows], period, value, words, axis, narrow)), narrow, 260
    )


def _lines(
    rows: Sequence[NamedRow], period: str, value: str, words: Value, axis: alt.Axis, narrow: bool
) -> list[alt.Chart]:
    """A line for each `name` of the rows with its points, and the names beside the ends, the largest in colour."""
    known = [row for row in rows if row[value] is not None]
    last: dict[str, NamedRow] = {}
    for row in sorted(known, key=lambda row: row[period]):
        last[row["name"]] = row
    names = sorted(last, key=lambda name: -last[name][value])
    colours = (PALETTE[:-1] + [PALETTE[-1]] * len(names))[: len(names)]
    legend = None if not narrow or len(names) == 1 else _legend(narrow)
    colour = alt.Color("name:N", scale=alt.Scale(domain=names, range=colours), legend=legend)
    y = alt.Y(f"{value}:Q", axis=axis)
    tipped = [
        _tipped(row, f"{row['name']}, {_when(period, row[period])}: {words(row[value])}".lstrip(", ")) for row in known
    ]
    line = alt.Chart(_data(tipped)).mark_line(aria=False).encode(_days(period, rows), y, colour)
    if narrow:
        return [line]
    points = alt.Chart(_data(tipped)).mark_point(filled=True, size=50, opacity=0 if len(known) > 40 * len(names) else 1)
    return [
        line,
        points.encode(_days(period, rows), y, colour, description="tip:N"),
        *_names(last, names, period, value, colour),
    ]


def _names(
    last: Mapping[str, NamedRow], names: Sequence[str], period: str, value: str, colour: alt.Color
) -> list[alt.Chart]:
    """The name of each line, beside its end and never over another."""
    if len(names) < 2:
        return []
    heights = spread([last[name][value] for name in names], gap=1 / 20)
    at = max(row[period] for row in last.values())
    ends = _data([{period: at, "name": name, "height": height} for name, height in zip(names, heights, strict=True)])
    place = {"x": alt.X(f"{period}:T"), "y": alt.Y("height:Q")}
    mark = alt.Chart(ends).mark_text(align="left", dx=8, text="●", aria=False).encode(**place, color=colour)
    word = (
        alt.Chart(ends)
        .mark_text(align="left", dx=22, fontSize=12, color="currentColor", aria=False)
        .encode(**place, text="name:N")
    )
    return [mark, word]


def _bars(rows: Sequence[NamedRow], name: str, value: str, words: Value, axis: alt.Axis) -> alt.Chart:
    tipped = [_tipped(row, f"{row[name]}: {words(row[value])}") for row in rows]
    bars = alt.Chart(_data(tipped)).mark_bar(color=PALETTE[0])
    return cast(alt.Chart, bars.encode(_ranked(name), alt.X(f"{value}:Q", axis=axis), description="tip:N"))


def _data(rows: Sequence[NamedRow]) -> alt.Data:
    """The rows as one text, which Altair does not look into; days as text, so that no time zone shifts them."""
    return alt.Data(values=json.dumps(rows, default=str), format={"type": "json"})  # type: ignore[no-untyped-call]


def _tipped(row: NamedRow, tip: str) -> NamedRow:
    return {**row, "tip": tip}


def _when(period: str, day: date) -> str:
    return week(day) if period.startswith("week_") else day.isoformat()


def _days(period: str, rows: Sequence[NamedRow]) -> alt.X:
    """The axis of days: months of a long time, days of a short one."""
    days = [row[period] for row in rows]
    span = (max(days) - min(days)).days
    if span >= SPAN_DAYS:
        return alt.X(f"{period}:T", axis=alt.Axis(format="%b %Y", title=None, labelOverlap=True, tickCount=6))
    step = alt.TimeIntervalStep("day", max(1, span // 5))
    return alt.X(f"{period}:T", axis=alt.Axis(format="%Y-%m-%d", title=None, labelOverlap=True, tickCount=step))


def _ranked(name: str) -> alt.Y:
    """Names in the order of the rows."""
    return alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=LONGEST_NAME))


def _tall(rows: Any) -> int:
    """Pixels for a bar a row, and the axis."""
    return 22 * len(rows) + 40


def _scale(domain: list[str]) -> alt.Scale:
    return alt.Scale(domain=domain, range=PALETTE[: len(domain)])


def _legend(narrow: bool, columns: int = 5) -> alt.Legend:
    return alt.Legend(orient="bottom", title=None, columns=1 if narrow else columns, labelLimit=280, columnPadding=30)


def _sized(chart: Any, narrow: bool, height: int) -> Chart:
    """The chart in the whole width of the column."""
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    room = {"left": 24, "right": 24, "top": 8, "bottom": 5}  # a browser's font may be wider
    return cast(Chart, chart.properties(width=NARROW if narrow else WIDE, height=height, autosize=fit, padding=room))
