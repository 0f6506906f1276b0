"""`check`: a quoted number compared with every way of counting it over the published metrics."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.storage.home import Home
from connectors.storage.publications import catalog
from flows.queries.compose import compose
from flows.queries.entities import require_known_entity
from flows.queries.periods import EVER, Period, read_period
from flows.stages.dbt import read_graph
from tokenshare import claims
from tokenshare.claims import About
from tokenshare.closest import unknown
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric

EVERYTHING = "all that is published"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
SHOWN = 20  # of many matches, the nearest
STATED = """SELECT 'asked' AS claim_id, '' AS quote, ?::VARCHAR AS about, ?::VARCHAR AS entity,
    ?::DECIMAL(28, 9) AS claimed, ?::DECIMAL(28, 9) AS rounding, ?::VARCHAR AS unit, 'about' AS comparison,
    ?::VARCHAR AS claimed_method, ?::VARCHAR AS span_name, ?::DATE AS start_date, ?::DATE AS end_date,
    '' AS claim_source"""
ASKED = """SELECT claim_id, about, entity, unnest(['day', 'week', 'trailing7', 'trailing28', 'month']) AS span_name,
    start_date, end_date FROM int_claims_stated"""


@dataclass(frozen=True)
class Question:
    """A quoted number with its subject, rounding step and period, and its method if one is named."""

    about: About
    entity: str
    value: Decimal
    rounding: Decimal
    period: Period
    method: str | None

    @property
    def window(self) -> str:
        """The window of the verdict; the others are tried beside it."""
        return claims.usual_window(self.about, (self.period.end - self.period.start).days + 1)


def read_question(
    value: str, about: str, entity: str, period: str | None, rounding: str | None, method: str | None
) -> Question:
    """The arguments of `check` as a question; raises UsageError naming the valid form."""
    found = claims.ABOUT_BY_NAME.get(about)
    if found is None:
        raise unknown(f"a claim cannot be about {about!r}", about, claims.ABOUT_BY_NAME)
    if "%" in value and found.unit != "ratio":
        raise UsageError(f"{about} is stated in {found.unit}, not in percent", "write the number itself")
    number = read_number(value, "VALUE")
    step = read_number(rounding, "--rounding") if rounding else Decimal(1).scaleb(int(number.as_tuple().exponent))
    if step <= 0:
        raise UsageError(f"{step} is not a valid rounding step", "omit --rounding, or write 0.01 for whole percents")
    wrong = claims.objections(found, value=number, entity=entity, method=method or found.methods[0])
    for column, objection in wrong:
        problem, _, fix = objection.partition(":")
        raise UsageError(f"{column}: {problem}", fix.strip())
    return Question(found, entity, number, step, read_period(period), method)


def check(home: Home, question: Question) -> dict[str, Any]:
    """The verdict and the value of each method in the usual window, and the matches among the variants of any window.

    Raises UsageError if the metric is not published, or if the entity is not a known one.
    """
    metric = METRIC_BY_ID.get(question.about.stands_on)
    standing = (
        _standing(home, metric, question.period)
        if metric
        else dict.fromkeys(("as_of", "version", "status", "held_since"))
    )
    graph = read_graph(home.build / "dbt")
    query = compose(graph, "int_claims_compared", {"int_claims_stated": STATED, "int_claims_asked": ASKED})
    rows = sorted(catalog.read_query(home, query, _values(question)), key=lambda row: row["nearness"])
    own = [row for row in rows if row["tried_span_name"] == question.window]
    if not rows:
        require_known_entity(home, question.about.name, question.entity)
    origin = catalog.read_origin(home)
    return {
        **_question_fields(question),
        "verdict": _verdict(own),
        **_nearest(own),
        "beside": _beside(own),
        **_tried(rows, question.window),
        **origin.fields,
        "synthetic": origin.kind == "synthetic",
        **standing,
    }


def _question_fields(question: Question) -> dict[str, Any]:
    return {
        "value": float(question.value),
        "about": question.about.name,
        "entity": question.entity,
        "unit": question.about.unit,
        "rounding": float(question.rounding),
        "asked_period": EVERYTHING if question.period == EVER else "/".join(map(str, question.period)),
        "asked_method": question.method,
        "stands_on": question.about.stands_on or None,
        "window": question.window,
    }


def read_number(text: str, name: str) -> Decimal:
    """A number of digits and a point, or a percentage: `61%` is 0.61."""
    digits = text.strip()
    sign = "%" if digits.endswith("%") else ""
    digits = digits.removesuffix("%").rstrip()
    meant = [digits.replace(",", "."), *([digits.replace(",", "")] if _GROUPED.fullmatch(digits) else [])]
    if "," in digits and (forms := [f"{form}{sign}" for form in meant if _NUMBER.fullmatch(form)]):
        problem = f"a comma in {name} {text!r} may separate decimals or thousands"
        raise UsageError(problem, f"write {' or '.join(forms)}")
    number = Decimal(digits) if _NUMBER.fullmatch(digits) else Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise UsageError(f"{name} {text!r} is not a valid number", "write digits, a share as a fraction: 0.61, or 61%")
    return number.scaleb(-2) if sign else number


def _values(question: Question) -> list[Any]:
    about = question.about
    figures = [str(question.value), str(question.rounding)]
    return [about.name, question.entity, *figures, about.unit, question.method, question.window, *question.period]


def _standing(home: Home, metric: Metric, period: Period) -> dict[str, Any]:
    """The published version and its status in a period; raises UsageError if there is none."""
    asked = f'("{metric.period}" BETWEEN ? AND ?) DESC, ' if metric.period else ""
    query = (
        f"SELECT as_of, version, status, held_since FROM {metric.relation} "  # noqa: S608  # ours
        f"ORDER BY {asked}status = 'held' DESC LIMIT 1"
    )
    shown = catalog.read_query(home, query, list(period) if metric.period else [])
    if not shown:
        raise UsageError(
            f"{metric.id} is not published in this home", "run `tokenshare refresh`, or see `tokenshare gates`"
        )
    return shown[0]


def _verdict(own: Sequence[dict[str, Any]]) -> str:
    if not own:
        return "no_data"
    matched = [row for row in own if row["is_matched"]]
    if any(row["is_own_method"] for row in matched):
        return "reproduced"
    return "reproduced_by_another_method" if matched else "not_reproduced"


def _nearest(own: Sequence[dict[str, Any]]) -> dict[str, Any]:
    fields = _variant(own[0]) if own else dict.fromkeys(("nearest", "method", "period", "numerator", "denominator"))
    return {name: value for name, value in fields.items() if name != "window"}


def _beside(own: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The value of every method in the window of the nearest number."""
    same = [row for row in own if row["tried_end_date"] == own[0]["tried_end_date"]]
    return [_variant(row) for row in sorted(same, key=lambda row: (row["preference"], row["method"]))]


def _tried(rows: Sequence[dict[str, Any]], window: str) -> dict[str, Any]:
    """The number of tries in each window, and the matches, those in the window of the verdict first."""
    matched = [row for row in rows if row["is_matched"]]
    tries, matches = (Counter(row["tried_span_name"] for row in found) for found in (rows, matched))
    matched.sort(key=lambda row: row["tried_span_name"] != window)
    return {
        "variants_tried": len(rows),
        "variants_matched": len(matched),
        "windows": [{"window": name, "tried": tries[name], "matched": matches[name]} for name in claims.WINDOWS],
        "matches": [_variant(row) for row in matched[:SHOWN]],
    }


def _variant(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": row["method"],
        "window": row["tried_span_name"],
        "period": row["span_label"],
        "nearest": row["value"],
        "numerator": row["numerator"],
        "denominator": row["denominator"],
    }
