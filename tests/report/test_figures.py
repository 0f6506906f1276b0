"""Every figure reads rows in which all that may be null is null, and draws and says something of them."""

from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.home import Home
from flows.report.drawing import Drawings
from flows.report.figures import FIGURES, ReportFigure
from flows.report.reading import Card, Published
from tokenshare.claims import ABOUTS, METHOD_WORDS
from tokenshare.columns import Column, columns_of
from tokenshare.metrics import METRIC_BY_ID, METRICS

MONDAY, MOMENT = date(2026, 6, 1), datetime(2026, 6, 15, tzinfo=UTC)
VALUES = {"DATE": MONDAY, "VARCHAR": "open_chinese", "BIGINT": 1, "DOUBLE": 0.5, "BOOLEAN": True, "TIMESTAMPTZ": MOMENT}
CARD = ("title", "unit", "method", "denominator", "coverage", "exclusions", "relation")


class Made(Published):
    """One row of every metric, made of its contract; null wherever that allows it."""

    def __init__(self) -> None:
        super().__init__(Home(Path("nowhere")))

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        return {"vendor_id": {}, "family_id": {}, "company_id": {}}

    @cached_property
    def cards(self) -> dict[str, Card]:
        return {
            metric.id: Card(metric.id, citation="", state="current", reason="", **{n: getattr(metric, n) for n in CARD})
            for metric in METRICS
        }

    def _read(self, metric: str, *, is_newest: bool = False) -> list[dict[str, Any]]:
        return [{column.name: made(column) for column in columns_of(METRIC_BY_ID[metric].row)}]


def made(column: Column) -> Any:
    if column.is_nullable:
        return None
    return column.choices[0] if column.choices else VALUES.get(column.sql_type, [])


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_a_figure_draws_and_says_rows_without_their_numbers(figure: ReportFigure) -> None:
    rows = figure.rows(Made())
    if not rows:
        pytest.skip("it shows no row without its number")
    assert figure.summarise(rows)
    assert set(figure.columns) <= rows[0].keys()
    for is_narrow in (False, True) if figure.chart else ():
        assert "</svg>" in Drawings().draw(figure.chart, rows, "title", is_narrow=is_narrow)


def test_every_method_of_a_claim_has_its_words() -> None:
    assert METHOD_WORDS.keys() == {method for about in ABOUTS for method in about.methods}
