"""A home whose published file is replaced as a test asks: each day one row of the newest week is stated again."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.faults.daily_worlds import DAYS as KNOWN
from tests.faults.daily_worlds import GROWTH, START, moment
from tests.scene import MODELS, Scene, small_rows, write_rankings

DAYS = 4


@dataclass
class Moving:
    """The home, its world and the day up to which it is known."""

    scene: Scene
    world: Path
    day: int = 0

    @property
    def file(self) -> Path:
        return self.scene.home.published_file

    def refresh(self) -> None:
        """Make the pass of the next day."""
        self.day += 1
        assert self.scene.refresh(moment(self.day), self.world).status == "ok"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the published file says now."""
        with duckdb.connect(self.file, read_only=True) as connection:
            return connection.execute(query).fetchall()


def moving_world(directory: Path) -> Path:
    """Two weeks, then days of which each states a Wednesday of the second week again."""
    wednesday = (START + timedelta(days=KNOWN - 5)).isoformat()
    again = [
        (f"{START + timedelta(days=KNOWN + day)}T03:00:00Z", wednesday, MODELS[0], str(1_000_000 + GROWTH * day))
        for day in range(1, DAYS + 1)
    ]
    return write_rankings(directory, [*small_rows(START, KNOWN + DAYS), *again])
