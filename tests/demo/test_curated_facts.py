"""The synthetic world's curated facts: whole by the real parsers, labelled, and eventful between the passes."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.sources import SOURCES
from connectors.sources.files import FileSession
from demo import world
from demo.world import curated
from demo.world.curated import CORRECTED_AT, CROSSED_AT, FIGURES, SYNTHETIC
from tests.oracles.markets import DISCLOSED
from tokenshare.sources import Fetch, Source, Window

CURATED = [source for source in SOURCES if source.ships and source.first_known]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("curated world")
    for file in curated.files(1):
        with (folder / file.name).open("w", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows((file.header, *file.rows))
    return folder


@pytest.mark.parametrize("source", CURATED, ids=lambda source: source.id)
def test_the_real_parsers_take_every_file_at_every_pass(source: Source, folder: Path) -> None:
    for as_of in (world.BACKFILL_AS_OF, *world.DAILY_AS_OFS):
        window = Window(as_of.date() - timedelta(days=7), as_of.date() - timedelta(days=1), as_of)
        pages = tuple(source.fetch(FileSession((folder,)), window))
        parsed = source.parse(Fetch(source.id, window, pages))
        assert parsed.events
        assert not parsed.unknown_fields


def test_what_cites_says_that_it_is_synthetic(folder: Path) -> None:
    for name in ("disclosures.csv", "releases.csv"):
        rows = list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()))
        assert {row["citation"] for row in rows} - {""} == {SYNTHETIC}
        assert sum(row["citation"] == "" for row in rows) <= 1  # a withdrawn row says nothing


def test_something_happens_between_passes() -> None:
    passes = [world.BACKFILL_AS_OF, *world.DAILY_AS_OFS]
    assert any(before < CORRECTED_AT < after for before, after in pairwise(passes))
    assert passes[1] < CROSSED_AT


def test_the_markets_count_with_the_valuations_of_the_file() -> None:
    told = {f.company_id: f for f in FIGURES if f.fact_id == "valuation"}
    middles = {id: (50 * (int(f.low) + int(f.high)), date.fromisoformat(f.fact_date)) for id, f in told.items()}
    assert middles == DISCLOSED
    assert sum(f.fact_id == "valuation" for f in FIGURES) == len(DISCLOSED)
