"""What a metric is: a number we stand behind, with its denominator, evidence and laws."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from tokenshare.topics import Topic

Window = Literal["day", "trailing7", "week", "snapshot"]
OWNER = "tokenshare maintainers"


@dataclass(frozen=True)
class Metric:
    """A number we stand behind.

    `grain` is the natural key, its period first. `window` says which days feed one key. `share` is the column
    whose parts make a whole. `sources` are alternatives: where none is part of the set-up the metric is inactive.
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
    sources: tuple[str, ...]
    window: Window = "week"
    share: str | None = None
    has_year_ago: bool = False
    exclusions: str = "none"
    coverage: str = "all rows"
    freshness: timedelta | None = timedelta(days=3)
    laws: tuple[str, ...] = field(default_factory=tuple)
    schema: Literal["metrics", "marts"] = "metrics"
    owner: str = OWNER

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.id}"

    @property
    def period(self) -> str | None:
        """The column that dates a row; None where rows are not dated."""
        return self.grain[0] if self.window != "snapshot" else None
