"""A chart as inline SVG in the colours of the page: text and grid take its ink, in light and in dark."""

import re
from html import escape

from flows.report.charts import Chart

INK, GRID = "#010203", "#040506"  # stand-ins outside every palette, replaced by CSS colours after rendering
CONFIG = {
    "background": None,
    "padding": {"left": 24, "right": 12, "top": 5, "bottom": 5},  # a browser's font may be wider than ours
    "view": {"stroke": None},
    "font": "system-ui, sans-serif",
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": GRID,
        "tickColor": GRID,
        "gridColor": GRID,
        "labelFontSize": 12,
        "labelLimit": 190,
    },
    "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
}


def draw(chart: Chart, title: str) -> str:
    """The SVG element, labelled for screen readers; its marks are in the table beside it."""
    import vl_convert

    specification = chart.to_dict()
    specification["config"] = CONFIG
    svg = vl_convert.vegalite_to_svg(specification)
    svg = svg.replace(INK, "currentColor").replace(GRID, "var(--grid)")
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    box = f'viewBox="0 0 {size[1]} {size[2]}" style="max-width:{size[1]}px"' if size else ""
    body = svg[svg.index(">") + 1 :]
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" {box}>{body}'
