"""Charts as inline SVG in the colours of the page: text and grid take its ink, in light and in dark.

Drawing costs two seconds, so a page takes over what the page before it drew of the same rows.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from html import escape
from importlib.metadata import version
from pathlib import Path

from flows.report.reading import NamedRow

INK, GRID = "#010203", "#040506"  # stand-ins outside every palette, replaced by CSS colours after rendering
CONFIG = {
    "background": None,
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
DRAWN = re.compile(r'<svg data-drawing="(?P<name>\w+ \w+)" data-digest="(?P<digest>\w+)"(?P<body>.*?</svg>)', re.DOTALL)
# A mark that says something, in Vega's words: what it says becomes its tooltip.
SAYING = re.compile(r'<(\w+) aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*)/>')
LONG = re.compile(r"\d+\.\d{3,}")  # a coordinate finer than anybody sees


@dataclass(frozen=True)
class Drawings:
    """The SVG elements of a page: a taken over one is byte for byte what the same rows and code once drew.

    `earlier` holds the digest and the body of each drawing of the page before.
    """

    earlier: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of_page(cls, page: str) -> "Drawings":
        """The drawings with those of an earlier page to take over."""
        return cls({found["name"]: (found["digest"], found["body"]) for found in DRAWN.finditer(page)})

    def draw(self, chart: str, rows: Sequence[NamedRow], title: str, *, is_narrow: bool) -> str:
        """The element of a function of `charts`, labelled for screen readers; its marks are in the table beside it."""
        name = f"{chart} {'narrow' if is_narrow else 'wide'}"
        inputs = json.dumps([_code(), name, title, rows], default=str)
        digest, body = self.earlier.get(name, ("", ""))
        if digest != _digest(inputs, body):
            body = _render(chart, rows, title, is_narrow)
        return f'<svg data-drawing="{name}" data-digest="{_digest(inputs, body)}"{body}'


def _digest(inputs: str, body: str) -> str:
    return sha256(f"{inputs}{body}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    """The code that draws, as one digest."""
    sources = b"".join(
        Path(__file__).with_name(name).read_bytes() for name in ("charts.py", "drawing.py", "labels.py", "numbers.py")
    )
    return sha256(sources + f"{version('altair')} {version('vl-convert-python')}".encode()).hexdigest()


def _render(chart: str, rows: Sequence[NamedRow], title: str, is_narrow: bool) -> str:
    """An SVG element after the first word of its tag."""
    import vl_convert

    from flows.report import charts  # Altair: a second

    specification = getattr(charts, chart)(rows, is_narrow).to_dict(validate=False)
    specification["config"] = CONFIG
    svg = vl_convert.vegalite_to_svg(specification)
    svg = svg.replace(INK, "currentColor").replace(GRID, "var(--grid)")
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    box = f'viewBox="0 0 {size[1]} {size[2]}"' if size else ""
    marks = SAYING.sub(r"<\1\3/>" if is_narrow else r"<\1\3><title>\2</title></\1>", svg[svg.index(">") + 1 :].rstrip())
    marks = LONG.sub(lambda found: f"{float(found[0]):.1f}", marks)
    return f' xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" {box}>{marks}'
