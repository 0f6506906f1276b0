"""A real Superset on the published file, as the docs say: its relations, its numbers, the dashboard, the next day."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.journeys import superset as a_superset
from tests.journeys.moving import Moving
from tests.journeys.servers import PAGE, RELATIVE, python_of, wait_for
from tests.journeys.superset import CANVASES, DRAWN, Superset
from tests.report.browser import Tab
from tokenshare.bi import RELATIONS

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1800)]
TOKENS = "SELECT week_start_date, vendor_name, tokens FROM marts.wide_vendor_weekly"
COUNTRIES = "SELECT week_start_date, country_code, country_share FROM marts.wide_country_weekly"
SHARES = "SELECT period, metric, entity, value FROM marts.fct_metric_values WHERE measure = 'china_share'"
NEWEST = """
    SELECT vendor_name, format('{:,}', tokens), format('{:.2f}%', 100 * vendor_share) FROM marts.wide_vendor_weekly
    WHERE week_start_date = (SELECT max(week_start_date) FROM marts.wide_vendor_weekly)
"""
SHOWN = "document.body.innerText"
ERRORS = "[...document.querySelectorAll('.ant-alert-error, [role=alert]')].map(found => found.innerText).join('\\n')"


@pytest.fixture(scope="module")
def superset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    with a_superset.start(python_of("superset"), tmp_path_factory.mktemp("superset") / "home") as server:
        yield server


@pytest.fixture(scope="module")
def database(superset: Superset, moving: Moving) -> int:
    """The database, connected by hand with the string of the page."""
    (string,) = re.findall(r"`(duckdb:///\.\S+)`", PAGE.read_text())
    uri = string.replace(RELATIVE, str(moving.file))
    assert uri != string
    made = superset.ask("database/", {"database_name": "by hand", "sqlalchemy_uri": uri, "cache_timeout": -1})
    return int(made["id"])


def test_the_documented_string_lists_what_is_published(superset: Superset, database: int) -> None:
    listed = superset.ask(f"database/{database}/tables/?q=(schema_name:marts)")["result"]
    assert {relation.name for relation in RELATIONS} <= {found["value"] for found in listed}


@pytest.fixture(scope="module")
def by_hand(superset: Superset, database: int) -> int:
    """A dataset made by hand in it."""
    made = superset.ask("dataset/", {"database": database, "schema": "marts", "table_name": "wide_country_weekly"})
    return int(made["id"])


def test_a_chart_of_it_has_the_very_numbers(superset: Superset, by_hand: int, moving: Moving) -> None:
    assert_countries(superset, by_hand, moving)


def assert_countries(superset: Superset, dataset: int, moving: Moving) -> None:
    found = superset.chart(dataset, ["week_start_date", "country_code"], "country_share")
    shares = {(day(row["week_start_date"]), row["country_code"]): row["country_share"] for row in found}
    assert shares == {row[:2]: row[2] for row in moving.rows(COUNTRIES)}


def charted(superset: Superset, dataset: int) -> dict[tuple[date, str], int]:
    found = superset.chart(dataset, ["week_start_date", "vendor_name"], "tokens")
    return {(day(row["week_start_date"]), row["vendor_name"]): row["tokens"] for row in found}


def published(moving: Moving) -> dict[tuple[date, str], int]:
    return {(week, vendor): tokens for week, vendor, tokens in moving.rows(TOKENS)}


def day(stated: Any) -> date:
    """A date as the API gives it: milliseconds of its midnight."""
    return datetime.fromtimestamp(stated / 1000, UTC).date()


@pytest.fixture(scope="module")
def dashboard(superset: Superset, moving: Moving, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the imported dashboard."""
    return superset.bring_dashboard(moving.file, tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="module")
def datasets(superset: Superset, dashboard: str) -> dict[str, int]:
    """The id of each imported dataset by its relation."""
    return {found["table_name"]: found["id"] for found in superset.ask("dataset/")["result"]}


def test_the_imported_datasets_have_the_very_numbers(
    superset: Superset, datasets: dict[str, int], moving: Moving
) -> None:
    assert charted(superset, datasets["wide_vendor_weekly"]) == published(moving)
    columns, only = ["period", "metric", "entity"], [{"col": "measure", "op": "==", "val": "china_share"}]
    found = superset.chart(datasets["fct_metric_values"], columns, "value", filters=only)
    shares = {(day(row["period"]), row["metric"], row["entity"]): row["value"] for row in found}
    assert shares == {row[:3]: row[3] for row in moving.rows(SHARES)}


def assert_drawn(tab: Tab, address: str, moving: Moving) -> None:
    """Two charts on canvases, a table with the newest week, and no error."""
    tab.open(address, width=1400, height=1400)
    cells = {cell for row in moving.rows(NEWEST) for cell in row}
    text = wait_for(lambda: tab.value(SHOWN), lambda shown: all(cell in shown for cell in cells), seconds=300)
    wait_for(lambda: tab.value(DRAWN), lambda count: count == CANVASES)
    assert "Chinese share of tokens by week and denominator" in text
    assert tab.value(ERRORS) == ""


def test_the_dashboard_as_code_is_drawn(superset: Superset, dashboard: str, tab: Tab, moving: Moving) -> None:
    superset.let_in(tab)
    assert_drawn(tab, dashboard, moving)


def test_after_another_refresh_the_same_server_has_the_new_numbers(
    superset: Superset, by_hand: int, datasets: dict[str, int], dashboard: str, tab: Tab, moving: Moving
) -> None:
    """Though this one keeps answers for a day: the page says how to have it ask the file."""
    before = published(moving)
    assert charted(superset, datasets["wide_vendor_weekly"]) == before
    moving.refresh()
    assert published(moving) != before
    assert charted(superset, datasets["wide_vendor_weekly"]) == published(moving)
    assert_countries(superset, by_hand, moving)
    assert_drawn(tab, dashboard, moving)
