"""The input of the page: rows and cards of published metrics, each read once from the published file."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from connectors.storage.home import Home
from connectors.storage.publications import catalog
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.origins import Origin

NamedRow = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """The context of a metric's numbers: none is read without its denominator."""

    metric: str
    title: str
    unit: str
    method: str
    denominator: str
    coverage: str
    exclusions: str
    citation: str
    state: str
    reason: str
    version: int | None = None
    as_of: datetime | None = None
    status: str = "inactive"
    held_since: datetime | None = None


class Published:
    """The published metrics of a home. An unregistered id has no rows and no card."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._rows: dict[str, list[NamedRow]] = {}

    @cached_property
    def origin(self) -> Origin:
        """The origin of the numbers: live, recorded or synthetic."""
        return catalog.read_origin(self._home)

    @cached_property
    def as_of(self) -> datetime | None:
        """The newest as-of moment of any pass; None if there is none."""
        return max((run["as_of"] for run in catalog.read_catalog(self._home, "runs")), default=None)

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Every metric's card by id."""
        shown = {
            metric: {
                **{name: found[name] for name in ("version", "as_of", "held_since")},
                "status": "held" if found["held_since"] else found["status"],
            }
            for metric, found in catalog.read_shown(self._home).items()
        }
        names = ("metric", "title", "unit", "method", "denominator", "coverage", "exclusions", "citation")
        return {
            row["metric"]: Card(
                **{name: row[name] for name in names},
                state=row["state"],
                reason=row["reason"],
                **({} if row["state"] == "inactive" else shown).get(row["metric"], {"status": row["state"]}),
            )
            for row in catalog.read_catalog(self._home, "metrics")
        }

    def rows(self, metric: str) -> list[NamedRow]:
        """The published rows of a metric; none if it is not published."""
        if metric not in self._rows:
            known = metric in METRIC_BY_ID and metric in self.cards
            self._rows[metric] = catalog.read_metric(self._home, METRIC_BY_ID[metric]) if known else []
        return self._rows[metric]

    def newest(self, metric: str) -> list[NamedRow]:
        """The rows of a metric's newest period."""
        period = METRIC_BY_ID[metric].period if metric in METRIC_BY_ID else None
        rows = self.rows(metric)
        last: date | None = max((row[period] for row in rows), default=None) if period else None
        return [row for row in rows if period is None or row[period] == last]
