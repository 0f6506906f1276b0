"""`check`: a number somebody quotes, held against every way to count it over what is published now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.storage.home import Home, describe
from connectors.storage.publications import catalog
from flows.queries.compose import compose
from flows.queries.entities import require_known_entity
from flows.queries.periods import EVER, Period, read_period
from flows.stages.dbt import read_graph
from tokenshare import claims
from tokenshare.claims import About
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric

SYNTHETIC = "demo"  # the origin of a home whose numbers are nobody's
EVERYTHING = "all that is published"
SHOWN = 20  # of many matches, those nearest by
STATED = """SELECT 'asked' AS claim_id, '' AS quote, ?::VARCHAR AS about, ?::VARCHAR AS entity,
    ?::DECIMAL(28, 9) AS claimed, ?::DECIMAL(28, 9) AS rounding, ?::VARCHAR AS unit, 'about' AS comparison,
    ?::VARCHAR AS claimed_method, ?::VARCHAR AS span_name, ?::DATE AS start_date, ?::DATE AS end_date,
    '' AS claim_source"""
ASKED = """SELECT claim_id, about, entity, unnest(['day', 'week', 'trailing7', 'trailing28', 'month']) AS span_name,
    start_date, end_date FROM int_claims_stated"""


@dataclass(frozen=True)
class Question:
    """What was asked: a number, what it is about, over which period; the method, if one is named."""

    about: About
    entity: str
    value: Decimal
    rounding: Decimal
    period: Period
    method: str | None

    @property
    def window(self) -> str:
        """The window in which the verdict is given; the others are tried beside it."""
        return claims.usual_window(self.about, (self.period.end - self.period.start).days + 1)


def read_question(
    value: str, about: str, entity: str, period: str | None, rounding: str | None, method: str | None
) -> Question:
    """What a person typed, as a question; raises UsageError naming what to write instead."""
    found = claims.ABOUT_BY_NAME.get(about)
    if found is None:
        raise UsageError(f"a claim cannot be about {about!r}", f"choose among {', '.join(claims.ABOUT_BY_NAME)}")
    number = _read_number(value, "VALUE")
    step = _read_number(rounding, "--rounding") if rounding else Decimal(1).scaleb(int(number.as_tuple().exponent))
    if step <= 0:
        raise UsageError(f"{step} is not a valid rounding step", "omit --rounding, or write 0.01 for whole percents")
    wrong = claims.objections(found, value=number, entity=entity, method=method or found.methods[0])
    for column, said in wrong:
        raise UsageError(f"{column}: {said.partition(':')[0]}", said.partition(":")[2].strip())
    return Question(found, entity, number, step, read_period(period), method)


def check(home: Home, asked: Question) -> dict[str, Any]:
    """The verdict in the usual window, what each method gives there, and how many variants of any window match."""
    metric = METRIC_BY_ID.get(asked.about.stands_on)
    standing = _standing(home, metric) if metric else dict.fromkeys(("as_of", "version", "status", "held_since"))
    graph = read_graph(home.build / "dbt")
    query = compose(graph, "int_claims_compared", {"int_claims_stated": STATED, "int_claims_asked": ASKED})
    rows = sorted(catalog.read_query(home, query, _values(asked)), key=lambda row: row["nearness"])
    own = [row for row in rows if row["tried_span_name"] == asked.window]
    if not rows:
        require_known_entity(home, asked.about.name, asked.entity)
    return {
        **_asked(asked),
        "verdict": _verdict(own),
        **_nearest(own),
        "beside": _beside(own),
        **_tried(rows, asked.window),
        "synthetic": (describe(home) or {}).get("origin") == SYNTHETIC,
        **standing,
    }


def _asked(asked: Question) -> dict[str, Any]:
    return {
        "value": float(asked.value),
        "about": asked.about.name,
        "entity": asked.entity,
        "unit": asked.about.unit,
        "rounding": float(asked.rounding),
        "asked_period": EVERYTHING if asked.period == EVER else "/".join(map(str, asked.period)),
        "asked_method": asked.method,
        "stands_on": asked.about.stands_on or None,
        "window": asked.window,
    }


def _read_number(text: str, what: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise UsageError(f"{what} {text!r} is not a valid number", "write digits, a share as a part of one: 0.61")
    return number


def _values(asked: Question) -> list[Any]:
    about = asked.about
    figures = [str(asked.value), str(asked.rounding)]
    return [about.name, asked.entity, *figures, about.unit, asked.method, asked.window, *asked.period]


def _standing(home: Home, metric: Metric) -> dict[str, Any]:
    """Which version is looked at; raises UsageError where none is published."""
    query = f"SELECT DISTINCT as_of, version, status, held_since FROM {metric.relation}"  # noqa: S608  # ours
    shown = catalog.read_query(home, query, [])
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
    told = _told(own[0]) if own else dict.fromkeys(("nearest", "method", "period", "numerator", "denominator"))
    return {name: value for name, value in told.items() if name != "window"}


def _beside(own: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What every method gives in the window of the nearest number."""
    same = [row for row in own if row["tried_end_date"] == own[0]["tried_end_date"]]
    return [_told(row) for row in sorted(same, key=lambda row: (row["preference"], row["method"]))]


def _tried(rows: Sequence[dict[str, Any]], window: str) -> dict[str, Any]:
    """How much was tried, window by window, and the matches: by the verdict's own window first."""
    matched = [row for row in rows if row["is_matched"]]
    tried, held = (Counter(row["tried_span_name"] for row in found) for found in (rows, matched))
    matched.sort(key=lambda row: row["tried_span_name"] != window)
    return {
        "variants_tried": len(rows),
        "variants_matched": len(matched),
        "windows": [{"window": name, "tried": tried[name], "matched": held[name]} for name in claims.WINDOWS],
        "matches": [_told(row) for row in matched[:SHOWN]],
    }


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": row["method"],
        "window": row["tried_span_name"],
        "period": row["span_label"],
        "nearest": row["value"],
        "numerator": row["numerator"],
        "denominator": row["denominator"],
    }
