"""The input of the page: rows and cards of published metrics, each read once from the published file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from connectors.storage.home import Home
from connectors.storage.publications import catalog
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.origins import Origin

NamedRow = dict[str, Any]
# The display name of an id, by the column of the id: the mart that has it, and its column there.
DISPLAYED = {
    "vendor_id": ("dim_vendors", "vendor_name"),
    "family_id": ("dim_families", "family_name"),
    "company_id": ("dim_companies", "company_name"),
}


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
    relation: str
    version: int | None = None
    as_of: datetime | None = None
    status: str = "inactive"
    held_since: datetime | None = None

    @property
    def is_held(self) -> bool:
        return self.status == "held" or self.state == "held"


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
        return max((run["as_of"] for run in self.catalog("runs")), default=None)

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
        names = ("metric", "title", "unit", "method", "denominator", "coverage", "exclusions", "citation", "relation")
        return {
            row["metric"]: Card(
                **{name: row[name] for name in names},
                state=row["state"],
                reason=row["reason"],
                **({} if row["state"] == "inactive" else shown).get(row["metric"], {"status": row["state"]}),
            )
            for row in self.catalog("metrics")
        }

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Display names by the column of their ids; the newest if a party was renamed."""
        return {
            id: {row[id]: row[name] for row in self._read(mart) if row[name]} for id, (mart, name) in DISPLAYED.items()
        }

    def catalog(self, table: str) -> list[NamedRow]:
        """The rows of a table of the catalogue."""
        return catalog.read_catalog(self._home, table)

    def rows(self, metric: str) -> list[NamedRow]:
        """The published rows of a metric, each with the display names of its parties; none if it is not published."""
        if metric not in self._rows:
            self._rows[metric] = self._named(self._read(metric))
        return self._rows[metric]

    def newest(self, metric: str) -> list[NamedRow]:
        """The rows of a metric's newest period."""
        return self._named(self._read(metric, is_newest=True))

    def _read(self, metric: str, *, is_newest: bool = False) -> list[NamedRow]:
        known = metric in METRIC_BY_ID and metric in self.cards
        return catalog.read_metric(self._home, METRIC_BY_ID[metric], is_newest=is_newest) if known else []

    def _named(self, rows: Iterable[NamedRow]) -> list[NamedRow]:
        return [{**row, **self._display(row)} for row in rows]

    def _display(self, row: NamedRow) -> NamedRow:
        return {
            name: self.names[id].get(row[id], row[id])
            for id, (_, name) in DISPLAYED.items()
            if id in row and name not in row
        }
