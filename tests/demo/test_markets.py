"""The synthetic markets: the story and the traps are in them, and the pipeline's numbers are the known answers."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.sources import disclosures, ecb_rates, quotes_file, shares_file
from connectors.sources.files import SHIPPED, FileSession
from demo import world
from demo.emulator.answers import Request
from demo.emulator.markets import ECB_FOLDER
from demo.emulator.server import Pace, WorldView
from demo.world import curated, markets
from demo.world.calendar import FINAL_AS_OF
from demo.world.markets import TARGET_HOLIDAYS
from tests.dbt.conftest import built
from tests.dbt.landing import Landing, fetched
from tests.oracles import markets as known_markets
from tokenshare.events import Event
from tokenshare.sources import Fetch, Page, Source, Window
from tokenshare.topics import Topic

METRICS = ("market_cap_daily", "session_shock_daily", "pureplay_value_daily", "platform_value_daily")
WINDOW = Window(date(2025, 1, 1), date.fromordinal(FINAL_AS_OF.toordinal() - 1), FINAL_AS_OF)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic markets")
    for file in (*markets.files(1), *curated.files(1)):
        world._write(folder, file)
    return folder


def land(landing: Landing, source: Source, *pages: Page) -> None:
    fetch = Fetch(source.id, WINDOW, pages)
    events: dict[Topic, tuple[Event, ...]] = {source.emits[0]: source.parse(fetch).events}
    stamp = {"source_id": source.id, "observed_at": WINDOW.observed_at, "fetch_id": fetch.id}
    fetched(stamp, events, None).land(landing)


@pytest.fixture(scope="module")
def warehouse(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    landing, files = Landing(), FileSession((folder, SHIPPED))
    for source in (quotes_file.SOURCE, shares_file.SOURCE, disclosures.SOURCE):
        land(landing, source, files.get(source.world_file))
    shown = WorldView(folder, FINAL_AS_OF, Pace()).answer(Request(f"{ECB_FOLDER}/eurofxref-hist.zip", {}, None))
    land(landing, ecb_rates.SOURCE, Page("eurofxref-hist.zip", shown.body, shown.content_type))
    build = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select")
    with built(landing, tmp_path_factory.mktemp("built"), *build, *(f"+{id}" for id in METRICS)) as connection:
        yield connection


def test_every_known_answer_is_what_the_pipeline_computes(warehouse: duckdb.DuckDBPyConnection) -> None:
    shown: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
    for metric in METRICS:
        found = warehouse.execute(f"select * from metrics.{metric}")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        shown[metric] = {(str(row.get("session_date") or row["value_date"]), row["company_id"]): row for row in rows}
    wrong, keys = [], set()
    for metric, key, column, text in known_markets.answers(1):
        at = tuple(json.loads(key).values())
        keys.add((metric, at))
        if not equals(shown[metric][at][column], text):
            wrong.append((metric, at, column, text, shown[metric][at][column]))
    assert not wrong, wrong[:5]
    assert len(keys) == sum(len(rows) for rows in shown.values()) > 9_000


def equals(value: Any, text: str) -> bool:
    """Money to the cent and ratios within 1e-9; everything else exactly."""
    if value is None or text == "":
        return value is None and text == ""
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, float):
        return abs(value - float(text)) < (0.005 if abs(value) > 1e5 else 1e-9)
    return str(value) == text


def test_the_story_is_in_it() -> None:
    caps = known_markets.value(1)
    crash, eve = date(2025, 1, 27), date(2025, 1, 24)
    for company, share, billions in (("nvidia", -0.17, -600), ("broadcom", -0.17, -200)):
        before, after = caps[company][eve].cents, caps[company][crash].cents
        assert (after - before) / before == pytest.approx(share, abs=0.005)
        assert (after - before) / 1e11 == pytest.approx(billions, rel=0.05)
    newest = {company: values[max(values)].cents / 1e11 for company, values in caps.items()}
    assert max(newest, key=lambda company: newest[company]) == "nvidia"
    assert newest["nvidia"] == pytest.approx(5140, rel=0.02)


def test_the_traps_are_in_it(folder: Path) -> None:
    drawn = markets.draw(1)
    hong_kong = {day for symbol, day in drawn.closes if symbol == "0700.HK"}
    assert hong_kong & TARGET_HOLIDAYS  # sessions without a rate of the day
    assert not {day for _, day in drawn.rates} & TARGET_HOLIDAYS
    rows = (folder / "quotes.csv").read_text().splitlines()
    assert [row for row in rows if row.endswith(",true")] == [row for row in rows if row.startswith("2026-06-30T05")]
    assert len([row for row in rows if ",MSFT,2026-06-26," in row]) == 2  # a close that is corrected
    assert {row.split(",")[1] for row in rows} > {"ACME", "9988.HK", "BABA"}
