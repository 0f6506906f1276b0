"""The example app of docs/bi in a real Streamlit: the right numbers, and the new ones without a restart."""

from collections.abc import Iterator

import pytest

from tests.journeys.moving import Moving
from tests.journeys.servers import ROOT, environment_of, python_of, running, wait_for
from tests.report.browser import Tab

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
APP = ROOT / "docs" / "bi" / "streamlit_app.py"
SHOWN = "document.body.innerText"
NEWEST = """
    SELECT vendor_name, format('{:,}', tokens), format('{:.2f} %', 100 * vendor_share), status
    FROM marts.wide_vendor_weekly WHERE week_start_date = (SELECT max(week_start_date) FROM marts.wide_vendor_weekly)
"""


@pytest.fixture(scope="module")
def streamlit(moving: Moving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, reading the published file."""
    home = tmp_path_factory.mktemp("streamlit")
    environ = environment_of("STREAMLIT_") | {"HOME": str(home)}
    settings = {"server.headless": "true", "server.address": "127.0.0.1", "browser.gatherUsageStats": "false"}
    options = [f"--{name}={value}" for name, value in settings.items()]
    start = [str(python_of("streamlit")), "-m", "streamlit", "run", str(APP), "--server.port={port}", *options]
    with running([*start, "--", str(moving.file)], environ, home, "/_stcore/health") as url:
        yield url


def assert_shows(tab: Tab, moving: Moving) -> None:
    """Every cell of the newest week, and whom to cite."""
    rows = moving.rows(NEWEST)
    text = wait_for(lambda: tab.value(SHOWN), lambda text: "Source: OpenRouter" in text and rows[0][1] in text)
    assert [cell for row in rows for cell in row if cell not in text] == []
    assert "Traceback" not in text


def test_the_app_shows_the_newest_week_and_its_citation(streamlit: str, tab: Tab, moving: Moving) -> None:
    tab.open(streamlit)
    assert_shows(tab, moving)
    assert "A row is held" not in tab.value(SHOWN)


def test_after_another_refresh_a_reload_shows_the_new_numbers(streamlit: str, tab: Tab, moving: Moving) -> None:
    before = moving.rows(NEWEST)
    moving.refresh()
    changed = {row[1] for row in moving.rows(NEWEST)} - {row[1] for row in before}
    assert changed
    tab.open(streamlit)
    assert_shows(tab, moving)
    assert all(number in tab.value(SHOWN) for number in changed)
