"""The models of the synthetic world: their developers, origins, usage and prices.

The table is an answer key, written by hand beside the seeds of the pipeline and never read from them.
Models and developers are real (but for acme-labs, unmapped on purpose); weights and prices are invented.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from demo.world.calendar import FIRST_DAY, LAST_DAY

CHINESE = frozenset({"identified", "lineage", "attributed"})


@dataclass(frozen=True)
class SyntheticModel:
    """One model variant, used from `first_date` to `last_date`.

    `counted` is the reason its origin is known: `identified` by a Chinese vendor, `lineage` on a Chinese base,
    `attributed` stealth of a Chinese vendor, `other` not Chinese, `unknown`. `openness` holds from `opened_date` on;
    before it the weights were not available. `weight` is relative, among the models of one author. Prices are USD per
    million tokens.
    """

    permaslug: str
    name: str
    vendor_id: str
    counted: str
    openness: str
    opened_date: date
    weight: float
    first_date: date
    last_date: date
    input_usd: Decimal
    output_usd: Decimal
    repository: str

    @property
    def id(self) -> str:
        return self.permaslug.partition(":")[0]

    @property
    def author(self) -> str:
        return self.permaslug.partition("/")[0]

    @property
    def is_promoted(self) -> bool:
        """Given away for a few days only."""
        return self.is_free and (self.last_date - self.first_date).days < 7

    @property
    def is_free(self) -> bool:
        return self.permaslug.endswith(":free")

    @property
    def is_identified(self) -> bool:
        return self.counted == "identified"

    @property
    def is_chinese(self) -> bool:
        return self.counted in CHINESE

    @property
    def is_of_known_origin(self) -> bool:
        return self.counted != "unknown"


def read(cells: dict[str, str]) -> SyntheticModel:
    """Read a line of models.csv; a day left empty is the world's first or last."""
    return SyntheticModel(
        permaslug=cells["permaslug"],
        name=cells["name"],
        vendor_id=cells["vendor_id"],
        counted=cells["counted"],
        openness=cells["openness"],
        opened_date=date.fromisoformat(cells["opened_date"] or FIRST_DAY.isoformat()),
        weight=float(cells["weight"]),
        first_date=date.fromisoformat(cells["first_date"] or FIRST_DAY.isoformat()),
        last_date=date.fromisoformat(cells["last_date"] or LAST_DAY.isoformat()),
        input_usd=Decimal(cells["input_usd_per_million"]),
        output_usd=Decimal(cells["output_usd_per_million"]),
        repository=cells["repository"],
    )


with Path(__file__).with_name("models.csv").open(encoding="utf-8", newline="") as _table:
    MODELS = tuple(read(cells) for cells in csv.DictReader(_table))

# The upstream's sum of all models beyond the fifty: it has no name, and no known origin.
OTHER = SyntheticModel(
    permaslug="other",
    name="other",
    vendor_id="unknown",
    counted="unknown",
    openness="unknown",
    opened_date=FIRST_DAY,
    weight=1,  # thousands of small models besides the ones listed here
    first_date=FIRST_DAY,
    last_date=LAST_DAY,
    input_usd=Decimal(0),
    output_usd=Decimal(0),
    repository="",
)
MODEL_BY_PERMASLUG = {model.permaslug: model for model in (*MODELS, OTHER)}
