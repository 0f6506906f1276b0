"""Two real listings of the Hub, twelve days apart: rolling counters that fall make neither a flow nor a reset."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.sources.huggingface_hub import parse
from tests.dbt.conftest import built
from tests.dbt.landing import Fetched, Landing, fetch_parsed
from tests.sources.payloads import WINDOW
from tokenshare.events import DownloadsObserved
from tokenshare.sources import Fetch, Page
from tokenshare.topics import DOWNLOADS_OBSERVED

pytestmark = pytest.mark.recorded
MOMENTS = {
    datetime(2025, 5, 22, 5, 54, 46, tzinfo=UTC): "hftrendradar_downloads_20250522T055446Z.json",
    datetime(2025, 6, 3, 5, 1, 16, tzinfo=UTC): "hftrendradar_downloads_20250603T050116Z.json",
}
BUILT = ("build", "--select", "+int_downloads_attributed", "--exclude-resource-type", "unit_test")


def listing(path: Path) -> list[dict[str, Any]]:
    """The listing as the paths we ask would give it: they are of datasets, and show no all-time counter.

    One is put in that rises by 1 between the listings, so that there is something a fall could have hidden.
    """
    rows: list[dict[str, Any]] = json.loads(path.read_bytes())
    rises = "20250603" in path.name
    return [{**row, "downloadsAllTime": 10**9 + rises} for row in rows]


def fetched(moment: datetime, path: Path) -> Fetched:
    body = json.dumps(listing(path)).encode()
    page = Page("https://huggingface.co/api/models?sort=downloads", body, "application/json")
    fetch = Fetch("huggingface_hub", replace(WINDOW, observed_at=moment), (page,))
    return fetch_parsed(fetch, parse(fetch))


@contextmanager
def landed(recorded_data: Path, home: Path) -> Iterator[tuple[list[Fetched], duckdb.DuckDBPyConnection]]:
    fetches = [fetched(moment, recorded_data / "hub" / name) for moment, name in MOMENTS.items()]
    landing = Landing()
    for one in fetches:
        one.land(landing)
    with built(landing, home, *BUILT, "--indirect-selection", "cautious") as warehouse:
        yield fetches, warehouse


def counters(one: Fetched) -> dict[str, int]:
    events = [event for event in one.events[DOWNLOADS_OBSERVED] if isinstance(event, DownloadsObserved)]
    return {event.hub_id: event.downloads_30_days or 0 for event in events}


def test_nine_of_seventeen_rolling_counters_fall_and_none_is_a_reset(recorded_data: Path, tmp_path: Path) -> None:
    with landed(recorded_data, tmp_path) as (fetches, warehouse):
        before, after = (counters(one) for one in fetches)
        common = before.keys() & after.keys()
        fallen = {hub_id for hub_id in common if after[hub_id] < before[hub_id]}
        assert (len(before), len(after), len(common), len(fallen)) == (30, 30, 17, 9)
        found = warehouse.execute(
            "select hub_id, downloads_flow, is_counter_reset from intermediate.int_downloads_attributed "
            "where download_date = date '2025-06-03' and list_contains(?, hub_id)",
            [sorted(common)],
        ).fetchall()
    assert {(flow, is_reset) for _, flow, is_reset in found} == {(1, False)}
    assert {hub_id for hub_id, *_ in found} == common


def test_without_an_all_time_counter_there_is_no_flow_at_all(recorded_data: Path) -> None:
    rows = [listing(recorded_data / "hub" / name) for name in MOMENTS.values()]
    bare = [{**row, "downloadsAllTime": None} for row in rows[0][1:]]
    page = Page("https://huggingface.co/api/models", json.dumps([rows[0][0], *bare]).encode(), "application/json")
    events = parse(Fetch("huggingface_hub", WINDOW, (page,))).events
    assert sum(getattr(event, "downloads_all_time", None) is None for event in events) == len(bare)
