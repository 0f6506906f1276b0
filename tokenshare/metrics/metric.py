"""A metric: a number we stand behind, with its denominator, evidence and laws."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from tokenshare.topics import Topic

MetricWindow = Literal["day", "trailing7", "week", "month", "history", "snapshot"]
OWNER = "tokenshare maintainers"


@dataclass(frozen=True)
class Metric:
    """A number we stand behind.

    `grain` is the natural key. `window` gives the days behind one key: `history` is every day up to it; a `snapshot`
    has no period. The parts of the column `share` make a whole. `needs` lists its sources, alternatives together: a
    need without an active source makes the metric inactive. `aided_by` are optional sources; a metric without them
    states their absence.
    """

    id: str
    title: str
    unit: str
    row: type[BaseModel]
    grain: tuple[str, ...]
    method: str
    denominator: str
    group: str
    topics: tuple[Topic, ...]
    needs: tuple[tuple[str, ...], ...]
    window: MetricWindow = "week"
    share: str | None = None
    has_year_ago: bool = False
    exclusions: str = "none"
    coverage: str = "all rows"
    freshness: timedelta | None = timedelta(days=3)
    laws: tuple[str, ...] = field(default_factory=tuple)
    aided_by: tuple[str, ...] = ()
    schema: Literal["metrics", "marts"] = "metrics"
    owner: str = OWNER

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.id}"

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source the metric may be made from."""
        return (*self.needed, *self.aided_by)

    @property
    def needed(self) -> tuple[str, ...]:
        """The sources it requires, alternatives one after the other."""
        return tuple(id for alternatives in self.needs for id in alternatives)

    def is_met_by(self, sources: Collection[str]) -> bool:
        """True if those sources, or some of them, are enough to make it."""
        return all(set(alternatives) & set(sources) for alternatives in self.needs)

    @property
    def period(self) -> str | None:
        """The column dating a row, the first date of the grain; None for undated rows."""
        dates = [name for name in self.grain if name.endswith("_date")]
        return dates[0] if self.window != "snapshot" else None
