"""`cite`: one sentence to quote a published number by, with all that makes it checkable."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connectors.storage import catalog
from connectors.storage.home import Home, describe
from flows.keys import read_key
from flows.trace import trace
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.restatements import key_json

Document = dict[str, Any]
SAID = {  # by origin of the home: nothing but what an upstream said is a measurement
    "live": "measured by tokenshare",
    "world": "counted by tokenshare from a world of files",
    "demo": "synthetic, no measurement: counted by tokenshare in its demo world",
}
BOUNDS = METRIC_BY_ID["china_share_bounds_weekly"]
BOUNDED = {f"china_share_{way}_weekly" for way in ("identified", "origin", "top10")}
UNITS = {"tokens": " tokens", "rank": "", "count": ""}


def cite(home: Home, metric: Metric, words: Sequence[str], *, verify: bool = False) -> Document:
    """What readers see for a key, as a sentence; raises UsageError where they see nothing.

    With `verify` the number is computed again from its offsets alone, as `trace` does.
    """
    row = _row(home, metric, words)
    (card,) = catalog.read_catalog(home, "metrics", metric=metric.id)
    (shown,) = catalog.read_catalog(home, "publications", metric=metric.id, version=row["version"])
    origin = str((describe(home) or {})["origin"])
    column = _column(metric)
    told: Document = {
        "metric": metric.id,
        "key": key_json(metric, read_key(metric, words)),
        "column": column,
        "value": row[column],
        "unit": _unit(metric, column),
        "denominator": metric.denominator,
        "denominator_tokens": row.get("denominator_tokens", row.get("tokens") if column != "tokens" else None),
        **_bounds(home, metric, row),
        "as_of": row["as_of"],
        "version": row["version"],
        "digest": shown["digest"],
        "status": row["status"],
        "held_since": row["held_since"],
        "origin": origin,
        "synthetic": origin == "demo",
        "citation": "" if origin == "demo" else card["citation"].replace("{as_of}", f"{row['as_of']:%Y-%m-%d}"),
        "verified": trace(home, metric, words).is_equal if verify else None,
    }
    return {"sentence": _sentence(metric, words, told), **told}


def _row(home: Home, metric: Metric, words: Sequence[str]) -> Document:
    wanted = read_key(metric, words)
    for row in catalog.read_metric(home, metric):
        if tuple(row[name] for name in metric.grain) == wanted:
            return row
    raise UsageError(f"{metric.id} shows nothing for {' '.join(words)}", f"see `tokenshare metrics {metric.id}`")


def _column(metric: Metric) -> str:
    """The column a metric is quoted by: its share, else its first number."""
    values = [column for column in columns_of(metric.row) if column.name not in metric.grain]
    shares = [column.name for column in values if column.name.endswith("_share")]
    if metric.unit == "ratio" and (metric.share or shares):
        return metric.share or shares[0]
    numbers = [column.name for column in values if column.is_number]
    if not numbers:
        raise UsageError(f"{metric.id} has no number to cite", "cite a metric, such as china_share_origin_weekly")
    return numbers[0]


def _unit(metric: Metric, column: str) -> str:
    return next(found.unit for found in columns_of(metric.row) if found.name == column) or metric.unit


def _bounds(home: Home, metric: Metric, row: Mapping[str, Any]) -> Document:
    """The lowest and the highest share that the unknown allows, where they are published."""
    if metric.id in BOUNDED:
        weeks = {found["week_start_date"]: found for found in catalog.read_metric(home, BOUNDS)}
        row = weeks.get(row["week_start_date"], {})
    return {name: row.get(name) for name in ("lower_share", "upper_share")}


def _sentence(metric: Metric, words: Sequence[str], told: Document) -> str:
    parts = [f"{metric.title}, {' '.join(words)}: {_said(told['value'], told['unit'])}", _of(told), _between(told)]
    number = ", ".join(part for part in parts if part)
    made = f"{SAID[told['origin']]} as of {_moment(told['as_of'])}"
    version = f"{metric.id} version {told['version']}, digest {told['digest'][:12]}"
    held = f"held since {_moment(told['held_since'])}, the last good version" if told["status"] == "held" else ""
    released = "released by a person past a shut gate" if told["status"] == "released" else ""
    verified = {
        True: "computed again from its offsets: the same",
        False: "computed again from its offsets: NOT the same",
    }
    tail = [version, held, released, verified.get(told["verified"], "")]
    return f"{number} ({made}; {'; '.join(part for part in tail if part)}). {told['citation']}".strip()


def _of(told: Document) -> str:
    if told["denominator"].startswith("none"):
        return ""
    tokens = told["denominator_tokens"]
    return f"of {told['denominator']}" + (f" ({tokens:,})" if tokens is not None else "")


def _between(told: Document) -> str:
    low, high = told["lower_share"], told["upper_share"]
    if high is None:
        return ""
    return f"at most {high:.1%}" if low is None else f"between {low:.1%} and {high:.1%} of all, as the unknown allows"


def _said(value: Any, unit: str) -> str:
    if value is None:
        return "unknown"
    if unit == "ratio":
        return f"{value:.1%}"
    return f"{value:,}{UNITS.get(unit, f' {unit}')}" if isinstance(value, int) else f"{value:.6g} {unit}".strip()


def _moment(moment: datetime | date) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
