"""A metric: a number we stand behind, with its denominator, evidence and laws."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
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

    @property
    def is_pushed(self) -> bool:
        """True if it counts what a receiver is sent."""
        return any(topic.pushed_by for topic in self.topics)

    def is_met_by(self, sources: Collection[str]) -> bool:
        """True if those sources, or some of them, are enough to make it."""
        return all(set(alternatives) & set(sources) for alternatives in self.needs)

    @property
    def period(self) -> str | None:
        """The column dating a row, the first date of the grain; None for undated rows."""
        dates = [name for name in self.grain if name.endswith("_date")]
        return dates[0] if self.window != "snapshot" else None

    def days_in(self, period: date) -> list[date]:
        """The days of one period of the metric; of a metric over its history the day itself."""
        if self.window == "week":
            return [period + timedelta(days=ahead) for ahead in range(7)]
        if self.window == "month":
            return [period + timedelta(days=ahead) for ahead in range(monthrange(period.year, period.month)[1])]
        if self.window == "trailing7":
            return [period - timedelta(days=back) for back in reversed(range(7))]
        return [period]

    def days_behind(self, period: date) -> list[date]:
        """The days behind a row dated `period`; empty if it draws on the whole history."""
        if self.window == "history":
            return []
        year_ago = self.days_in(period - timedelta(days=364)) if self.has_year_ago else []
        return [*self.days_in(period), *year_ago]
