"""The lines that sources ask for, the curated seed, and the emulator's filers name the same things."""

import csv
from pathlib import Path

from connectors.sources.listings import FILERS, LINES
from demo.emulator.markets import SYMBOL_BY_CIK

SEED = Path(__file__).parents[2] / "dbt" / "seeds" / "company_lines.csv"


def seed() -> dict[str, dict[str, str]]:
    with SEED.open(encoding="utf-8", newline="") as file:
        return {row["symbol"]: row for row in csv.DictReader(file)}


def test_every_line_asked_for_is_mapped_and_every_company_has_a_line_that_is_asked_for() -> None:
    mapped = seed()
    assert {line.symbol for line in LINES} <= mapped.keys()
    asked = {mapped[line.symbol]["company_id"] for line in LINES}
    assert asked == {row["company_id"] for row in mapped.values()}
    preferred = {row["symbol"] for row in mapped.values() if row["preference"] == "1"}
    assert preferred <= {line.symbol for line in LINES}


def test_units_and_exchanges_agree() -> None:
    mapped = seed()
    for line in LINES:
        assert str(line.units) == mapped[line.symbol]["units_per_line"], line
        assert (line.exchange == "HK") == (mapped[line.symbol]["exchange"] == "HKEX"), line


def test_the_emulator_knows_every_filer() -> None:
    assert {line.cik: line.symbol for line in FILERS} == SYMBOL_BY_CIK
