"""The synthetic Hub, read moment by moment and built by dbt, shows every known answer and nothing besides."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from connectors.http.session import HttpSession, Politeness
from connectors.sources import huggingface_hub
from demo import world
from demo.emulator.server import Upstream
from demo.world import hub
from tests.dbt.conftest import built
from tests.dbt.landing import Landing, fetch_parsed
from tests.oracles import hub as known_hub
from tokenshare.metrics import METRICS
from tokenshare.sources import Fetch, Window

pytestmark = pytest.mark.long  # the demo shows the same known answers
MOMENTS = sorted({*hub.EARLIER, world.BACKFILL_AS_OF, *world.DAILY_AS_OFS})
HUB = [metric.id for metric in METRICS if metric.needs == (("huggingface_hub",),)]
MEASURED = [metric.id for metric in METRICS if metric.id in HUB and metric.schema == "metrics"]
FACT = "marts.fct_downloads_daily"
SELECTED = ("+int_organisations_unmapped", "+int_downloads_evidence", "+int_listing_evidence", "+dim_families")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("hub world")
    world.write(directory)
    return directory


@pytest.fixture(scope="module")
def landing(directory: Path) -> Landing:
    landing = Landing()
    for moment in MOMENTS:
        window = Window(moment.date(), moment.date(), moment)
        with Upstream(directory, moment) as upstream, session(upstream.urls["huggingface"]) as polite:
            fetch = Fetch("huggingface_hub", window, tuple(huggingface_hub.fetch(polite, window)))
        fetch_parsed(fetch, huggingface_hub.parse(fetch)).land(landing)
    return landing


def session(url: str) -> HttpSession:
    return HttpSession(url, None, Politeness(calls=100))


@pytest.fixture(scope="module")
def warehouse(landing: Landing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    selected = [f"+{id}" for id in HUB]
    arguments = ("build", "--select", *selected, *SELECTED, "--indirect-selection", "cautious")
    with built(landing, tmp_path_factory.mktemp("hub warehouse"), *arguments) as connection:
        yield connection


@pytest.mark.parametrize("metric", MEASURED)
def test_every_known_answer_is_shown_and_nothing_besides(warehouse: duckdb.DuckDBPyConnection, metric: str) -> None:
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for answered, key, column, value in known_hub.answers(1):
        if answered == metric:
            known[key][column] = value
    assert known
    assert warehouse.execute(f"select count(*) from metrics.{metric}").fetchone() == (len(known),)
    for key, cells in known.items():
        assert shown(warehouse, metric, key, list(cells)) == list(cells.values()), key


def shown(warehouse: duckdb.DuckDBPyConnection, metric: str, key: str, columns: list[str]) -> list[str]:
    """The cells of one row as the known answers write them."""
    cells = json.loads(key)
    where = " and ".join(f"cast({name} as varchar) = ?" for name in cells)
    query = f"select {', '.join(columns)} from metrics.{metric} where {where}"
    (row,) = warehouse.execute(query, [str(value) for value in cells.values()]).fetchall()
    return ["" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in row]


def test_no_evidence_of_the_synthetic_hub_would_shut_a_gate(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = "select check_name, max(observed) from intermediate.int_downloads_evidence group by all"
    most = dict(warehouse.execute(query).fetchall())
    assert (most["conflicting_keys"], most["incomplete_fetches"], most["counted_share"]) == (0, 0, 1)
    assert most["fallen_share"] == most["gone_share"] == 0, "one is not many"


def test_a_rename_keeps_the_flow_and_a_withdrawal_takes_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    renamed = f"select any_value(hub_id) from {FACT} where repo = 'THUDM/glm-4-9b-chat'"
    query = f"select repo, downloads_flow from {FACT} where hub_id = ({renamed}) order by download_date"
    rows = warehouse.execute(query).fetchall()
    assert [repo for repo, _ in rows[:3]] == ["THUDM/glm-4-9b-chat"] * 2 + ["zai-org/glm-4-9b-chat"]
    assert all(flow > 0 for _, flow in rows[1:])
    resets = "select family_id, download_date from metrics.family_downloads_daily where is_counter_reset order by all"
    assert warehouse.execute(resets).fetchall() == [("granite", date(2026, 3, 31)), ("llama", date(2026, 6, 29))]


def test_whom_nobody_mapped_is_listed_and_no_family(warehouse: duckdb.DuckDBPyConnection) -> None:
    unmapped = {row[0] for row in warehouse.execute("from intermediate.int_organisations_unmapped").fetchall()}
    assert {"acme-labs", "sentence-transformers", "bartowski"} <= unmapped
    assert not unmapped & {"Qwen", "google", "BAAI"}
    assert warehouse.execute(f"select count(*) from {FACT} where family_id is null").fetchone() == (0,)
