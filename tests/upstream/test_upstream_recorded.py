"""Real days, served by the emulator, read by the real sources; skipped where the recorded data is absent."""

import csv
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.http.session import HttpSession
from connectors.sources import SOURCES
from demo.emulator.server import Upstream
from tokenshare.events import UsageObserved
from tokenshare.sources import Fetch, Window

REPOSITORY = Path(__file__).parents[2]
RECORDED = Path(os.environ.get("TOKENSHARE_RECORDED_DATA") or REPOSITORY.parent / "shared" / "data")
BY_ID = {source.id: source for source in SOURCES}

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not (RECORDED / "openrouter").is_dir(), reason="no recorded data here"),
]
WORLDS = {
    "openrouter": datetime(2026, 8, 3, 6, tzinfo=UTC),
    "openrouter-weeks": datetime(2026, 6, 22, 6, tzinfo=UTC),
}


def observe(name: str, source_id: str) -> list[UsageObserved]:
    source, as_of = BY_ID[source_id], WORLDS[name]
    window = Window(date(2025, 1, 1), as_of.date() - timedelta(days=1), as_of)
    with Upstream(RECORDED / name, as_of) as upstream, HttpSession(upstream.url, upstream.key) as session:
        parsed = source.parse(Fetch(source_id, window, tuple(source.fetch(session, window))))
    assert not parsed.unknown_fields
    assert parsed.end_date == window.end
    return [event for event in parsed.events if isinstance(event, UsageObserved)]


def newest(name: str) -> dict[tuple[str, str], int]:
    """The file read without our code: the last row of a key is the newest, as it is written in order."""
    with (RECORDED / name / "rankings_daily.csv").open(newline="") as file:
        found = sorted(csv.DictReader(file), key=lambda row: row["known_at"])
    return {(row["date"], row["model_permaslug"]): int(row["total_tokens"]) for row in found}


@pytest.mark.parametrize("name", WORLDS)
def test_every_recorded_row_arrives_to_the_token(name: str) -> None:
    events = observe(name, "openrouter_rankings")
    assert {(f"{event.usage_date}", event.model_permaslug): event.tokens for event in events} == newest(name)
    assert set(Counter(event.usage_date for event in events).values()) == {51}


def test_the_export_agrees_with_the_rankings_on_its_thirty_days() -> None:
    told = {
        (event.usage_date, event.model_permaslug): event.tokens
        for event in observe("openrouter", "openrouter_rankings")
    }
    exported = observe("openrouter", "openrouter_exports")
    assert len(exported) == 30 * 51
    assert all(told[event.usage_date, event.model_permaslug] == event.tokens for event in exported)
