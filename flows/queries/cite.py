"""`cite`: one sentence for a published number, with everything needed to check it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connectors.sources import citation_of
from connectors.storage.home import Home
from connectors.storage.publications import catalog
from flows.queries.keys import key_among, read_key
from flows.queries.trace import trace
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.origins import Origin
from tokenshare.publication import cite_sources
from tokenshare.restatements import key_json

MADE = {  # by origin of the numbers: only those of real upstreams, asked now, are measurements
    "live": "measured by tokenshare as of {}",
    "recorded": "recorded, as of {}: counted by tokenshare",
    "synthetic": "synthetic, not a measurement: counted by tokenshare in a world of files as of {}",
}
BOUNDS = METRIC_BY_ID["china_share_bounds_weekly"]
BOUNDED = {f"china_share_{way}_weekly" for way in ("identified", "origin", "top10")}
UNITS = {"tokens": " tokens", "rank": "", "count": ""}


def cite(
    home: Home, metric: Metric, words: Sequence[str], *, as_of: datetime | None = None, verify: bool = False
) -> dict[str, Any]:
    """The citation of a key: the number shown to readers, or as known at a moment, its fields and their sentence.

    With `verify` the number is computed again from the offsets of its version alone, as `trace` does. Raises UsageError
    if nothing is published for the key.
    """
    known = _known(home, metric, as_of)
    row = _row(metric, words, known, as_of)
    origin = catalog.read_origin(home).until(known.fields["as_of"])
    column = _column(metric)
    fields: dict[str, Any] = {
        "metric": metric.id,
        "key": key_json(metric, read_key(metric, words)),
        "column": column,
        "value": row[column],
        "unit": _unit(metric, column),
        "denominator": metric.denominator,
        "denominator_tokens": row.get("denominator_tokens", row.get("tokens") if column != "tokens" else None),
        **_bounds(home, metric, row, as_of),
        **known.fields,
        **(_period_status(home, metric, words) if as_of is None else {}),
        **origin.fields,
        "synthetic": origin.kind == "synthetic",
        "citation": _citation(metric, origin, known.fields["as_of"]),
        **(_verified(home, metric, words, known, row) if verify else {"verified": None, "changed_since": []}),
    }
    return {"sentence": _sentence(metric, words, fields), **fields}


@dataclass(frozen=True)
class KnownNumber:
    """A version: its rows from the vintages, and its fields of a citation."""

    rows: Sequence[dict[str, Any]]
    fields: dict[str, Any]


def _known(home: Home, metric: Metric, as_of: datetime | None) -> KnownNumber:
    """The version shown to readers, or the newest one at a moment."""
    if as_of is None:
        publications = [p for p in catalog.read_catalog(home, "publications", metric=metric.id) if p["published_at"]]
        shown = next((p for p in publications if p["status"] != "superseded"), None)
        if shown is None or not catalog.read_metric(home, metric):
            raise UsageError(f"{metric.id} has no published row", f"see `tokenshare metrics {metric.id}`")
        return _of_version(shown, catalog.read_version(home, metric, shown["version"]), as_of)
    return _of_version(*catalog.read_metric_as_of(home, metric, as_of), as_of)


def _of_version(publication: dict[str, Any], rows: Sequence[dict[str, Any]], as_of: datetime | None) -> KnownNumber:
    """A version as known at a moment: without a hold begun later, and valid through the moment at most."""
    is_held = publication["status"] == "held" and (as_of is None or publication["held_since"] <= as_of)
    status = "current" if publication["status"] == "held" and not is_held else publication["status"]
    through = publication["valid_through"]
    fields = {
        "as_of": min(as_of, through) if as_of else through,
        "version": publication["version"],
        "digest": publication["digest"],
        "status": status,
        "held_since": publication["held_since"] if is_held else None,
    }
    return KnownNumber(rows, fields)


def _row(metric: Metric, words: Sequence[str], known: KnownNumber, as_of: datetime | None) -> dict[str, Any]:
    wanted = key_among(metric, words, known.rows, f" as of {as_of.isoformat()}" if as_of else "")
    return next(row for row in known.rows if tuple(row[name] for name in metric.grain) == wanted)


def _period_status(home: Home, metric: Metric, words: Sequence[str]) -> dict[str, Any]:
    """The status of the shown row: its period may be held while the version is not."""
    wanted = read_key(metric, words)
    rows = (row for row in catalog.read_metric(home, metric) if tuple(row[name] for name in metric.grain) == wanted)
    return {name: row[name] for row in rows for name in ("status", "held_since")}


def _verified(
    home: Home, metric: Metric, words: Sequence[str], known: KnownNumber, row: dict[str, Any]
) -> dict[str, Any]:
    """`verified` is true if the vintage equals the version, and the version its recomputation from its offsets.

    It is None if only the recomputation differs and seeds or SQL have changed since: that proves nothing.
    """
    found = trace(home, metric, words, known.fields["version"])
    names = [column.name for column in columns_of(metric.row)]
    is_kept = found.row == tuple(row[name] for name in names)
    is_changed = bool(found.changed_since) and not found.is_equal
    verified = None if is_changed and is_kept else is_kept and found.is_equal
    return {"verified": verified, "changed_since": list(found.changed_since)}


def _column(metric: Metric) -> str:
    """The cited column of a metric: its share, else its first number. Raises UsageError if it has no number."""
    values = [column for column in columns_of(metric.row) if column.name not in metric.grain]
    shares = [column.name for column in values if column.name.endswith("_share")]
    if metric.unit == "ratio" and (metric.share or shares):
        return metric.share or shares[0]
    numbers = [column.name for column in values if column.is_number]
    if not numbers:
        raise UsageError(f"{metric.id} has no number to cite", "cite another metric, such as china_share_origin_weekly")
    return numbers[0]


def _unit(metric: Metric, column: str) -> str:
    return next(found.unit for found in columns_of(metric.row) if found.name == column) or metric.unit


def _bounds(home: Home, metric: Metric, row: Mapping[str, Any], as_of: datetime | None) -> dict[str, Any]:
    """The lowest and the highest share, with nothing or all of the unknown counted in, if published."""
    if metric.id in BOUNDED:
        weeks = {found["week_start_date"]: found for found in _known(home, BOUNDS, as_of).rows}
        row = weeks.get(row["week_start_date"], {})
    return {name: row.get(name) for name in ("lower_share", "upper_share")}


def _sentence(metric: Metric, words: Sequence[str], fields: dict[str, Any]) -> str:
    value = _format_value(fields["value"], fields["unit"])
    number = f"{metric.title}, {' '.join(words)}: {value}{_of(fields)}{_between(fields)}"
    made = MADE[fields["origin"]].format(_moment(fields["recorded_as_of"] or fields["as_of"]))
    version = f"{metric.id} version {fields['version']}, digest {fields['digest'][:12]}"
    held = f"held since {_moment(fields['held_since'])}, the last good version" if fields["status"] == "held" else ""
    released = "released by a person past a shut gate" if fields["status"] == "released" else ""
    replaced = "replaced by a newer version since" if fields["status"] == "superseded" else ""
    parts = [number, made, version, held, released, replaced, _verdict(fields)]
    return f"{'; '.join(filter(None, parts))}. {fields['citation']}".strip()


def _citation(metric: Metric, origin: Origin, moment: datetime) -> str:
    """The source of the metric and the citation that a recorded world states; none for invented numbers."""
    if origin.kind == "synthetic":
        return ""
    source, stated = cite_sources(citation_of(metric), origin.newest(moment)), origin.fields["recorded_citation"]
    return stated if stated.startswith(source.rstrip(".")) else f"{source} {stated}".strip()


def _verdict(fields: dict[str, Any]) -> str:
    if fields["verified"] is not None:
        return f"computed again from its offsets: {'the same' if fields['verified'] else 'NOT the same'}"
    changed = " and ".join(fields["changed_since"])
    return f"not to be computed again: {changed} changed since" if changed else ""


def _of(fields: dict[str, Any]) -> str:
    """The denominator without the Markdown of the metric card, its count after its first clause."""
    if fields["denominator"].startswith("none"):
        return ""
    tokens = fields["denominator_tokens"]
    name, semicolon, rest = fields["denominator"].replace("`", "").partition(";")
    return f" of {name}{f' ({tokens:,})' if tokens is not None else ''}{semicolon}{rest}"


def _between(fields: dict[str, Any]) -> str:
    low, high = fields["lower_share"], fields["upper_share"]
    if high is None:
        return ""
    if low is None:
        return f", at most {high:.1%}"
    return f", between {low:.1%} and {high:.1%} of all tokens depending on the unknown"


def _format_value(value: Any, unit: str) -> str:
    if value is None:
        return "unknown"
    if unit == "ratio":
        return f"{value:.1%}"
    return f"{value:,}{UNITS.get(unit, f' {unit}')}" if isinstance(value, int) else f"{value:.6g} {unit}".strip()


def _moment(moment: datetime | date) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
