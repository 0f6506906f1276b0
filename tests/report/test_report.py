"""The page in a real browser: it asks for nothing, hides nothing, and anyone can read it."""

import csv
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows import report
from flows.report.figures import CLAIMS, FIGURES
from flows.report.numbers import percent
from flows.report.page import SCRIPT
from tests.report.browser import Tab, browse
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_prices, write_rankings
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>/{{ 7*7 }}${HOME}'
# What a world of rankings alone can feed.
DRAWN = ("china-share", "router-tokens", "vendors", "models", "openness", "free")


@dataclass(frozen=True)
class Page:
    scene: Scene
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Two weeks; then the price of a model with a hostile name slips, and is held with that name in its reason."""
    scene = Scene(tmp_path_factory.mktemp("report") / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 6, 1), 15))
    write_prices(world, "2025-01-01T00:00:00Z", {HOSTILE: ("0.000003", "0.000015")})
    scene.refresh("2026-06-15T06:00:00Z", world)
    write_prices(world, "2026-06-16T01:00:00Z", {HOSTILE: ("3", "15")})
    scene.refresh("2026-06-16T06:00:00Z", world)
    yield Page(scene, report.write(scene.home))
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browse(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.mark.threat("X08", "X19")
def test_it_asks_for_nothing_and_the_console_is_silent(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    asked = [event["request"]["url"] for event in tab.events["Network.requestWillBeSent"]]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert {name: tab.events.get(name) for name in QUIET} == dict.fromkeys(QUIET)


QUIET = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening")


@pytest.mark.threat("X06", "X08")
def test_upstream_text_stays_text(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    assert tab.value("document.querySelectorAll('img, iframe, object, embed, link[rel=stylesheet]').length") == 0
    assert HOSTILE in tab.value("document.body.innerText")
    assert tab.value("document.querySelectorAll('script').length") == 1
    assert page.text.count("<script") == 1  # ours, the only one that the page's policy lets run
    assert f"'sha256-{b64encode(sha256(SCRIPT.read_bytes()).digest()).decode()}'" in page.text


def test_a_hold_is_one_calm_line_with_its_runbook(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    lines = tab.value("[...document.querySelectorAll('#holds li')].map(e => e.innerText)")
    title = METRIC_BY_ID["list_price_daily"].title
    assert [line for line in lines if title in line] == [line for line in lines if "by model_moved" in line]
    assert lines[0].startswith("Held since 2026-06-16 06:00 UTC by model_moved: ")
    assert HOSTILE not in "".join(lines)
    link = tab.value("document.querySelector('#holds a').href")
    assert link.endswith("/docs/runbooks/prices.md#model_moved")
    assert Path(unquote(urlsplit(link).path)).is_file()
    badges = tab.value("[...document.querySelectorAll('#price-ratios .badge.held')].map(badge => badge.innerText)")
    assert badges == ["held, as of 2026-06-16"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000, 1400])
def test_it_fits_and_can_be_read(page: Page, tab: Tab, width: int, scheme: str) -> None:
    tab.open(page.path, width=width, scheme=scheme)
    assert tab.value("document.documentElement.scrollWidth") <= width
    for selector in ("body", ".sentence", ".badge", "dt", "summary", "a", "button", "figcaption", "figure svg text"):
        assert tab.value(CONTRAST % selector) >= 4.5, (selector, scheme)
    shown = {True: "narrow", False: "wide"}[width < 600]
    assert tab.value(f"document.querySelector('#china-share .{shown}').getBoundingClientRect().height") > 100


CONTRAST = """(() => {
  const light = rgb => rgb.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const read = text => text.match(/[\\d.]+/g).map(Number);
  const behind = node => { for (; node; node = node.parentElement) {
    const rgb = read(getComputedStyle(node).backgroundColor); if (rgb.length < 4 || rgb[3] > 0) return rgb.slice(0, 3) }
    return [255, 255, 255] };
  const node = document.querySelector('%s'), style = getComputedStyle(node);
  const ink = node.closest('svg') && node.tagName != 'svg' ? style.fill : style.color;
  const [a, b] = [light(read(ink).slice(0, 3)), light(behind(node))].sort((x, y) => y - x);
  return (a + .05) / (b + .05) })()"""


def test_every_chart_has_its_rows_as_a_table_and_a_name_for_those_who_do_not_see_it(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    drawn = tab.value(
        "[...document.querySelectorAll('section.figure')].filter(s => s.querySelector('svg')).map(s => s.id)"
    )
    assert tuple(drawn) == DRAWN
    for id in DRAWN:
        assert tab.value(f"document.querySelectorAll('#{id} tbody tr').length") > 1
        assert tab.value(f"document.querySelector('#{id} caption').textContent !== ''")
    nodes = tab.ask("Accessibility.getFullAXTree")["nodes"]
    names = [node.get("name", {}).get("value", "") for node in nodes if node["role"]["value"] == "image"]
    assert len(names) == len(DRAWN)
    assert all(len(name) > 40 for name in names), names
    roles = {node["role"]["value"] for node in nodes}
    assert {"main", "navigation", "heading", "banner"} <= roles


def test_the_keyboard_reaches_every_table_and_method(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    wanted = tab.value("document.querySelectorAll('summary, nav a').length")
    reached = set()
    for _ in range(2 * wanted + 20):
        tab.press("Tab")
        reached.add(tab.value(PLACE))
    assert len(reached - {-1}) == wanted


PLACE = "[...document.querySelectorAll('summary, nav a')].indexOf(document.activeElement)"


def test_the_numbers_are_the_published_ones(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    origin = {row["week_start_date"]: row for row in page.scene.metric("china_share_origin_weekly")}
    newest = origin[max(origin)]
    said = tab.value("document.querySelector('#china-share .sentence').innerText")
    assert f"{percent(newest['china_share'])} of tokens of known origin" in said
    assert f"{percent(newest['unknown_share'])} of all is unknown" in said
    cells = tab.value(
        "[...document.querySelectorAll('#vendors tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    shown = {
        row["vendor_id"]: row
        for row in page.scene.metric("vendor_share_weekly")
        if row["week_start_date"] == max(origin)
    }
    assert {cell[6]: cell[4] for cell in cells} == {id: f"{row['tokens']:,}" for id, row in shown.items()}


def test_what_is_not_there_says_why(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    for figure in FIGURES:
        sentence = tab.value(f"document.querySelector('#{figure.id} .sentence').innerText")
        assert sentence.strip()
    assert re.search("No numbers: ", tab.value("document.querySelector('#downloads .sentence').innerText"))


def test_a_synthetic_home_says_so_in_every_heading(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    assert "(synthetic)" in tab.value("document.title")
    headings = tab.value("[...document.querySelectorAll('section.figure h2')].map(h => h.innerText)")
    assert len(headings) == len(FIGURES)
    assert all(heading.endswith("(synthetic)") for heading in headings)


def test_every_metric_has_a_place() -> None:
    placed = [id for figure in FIGURES for id in figure.metrics]
    assert sorted([*placed, *CLAIMS]) == sorted(metric.id for metric in METRICS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing(page: Page, tab: Tab, width: int, scheme: str) -> None:
    tab.open(page.path, width=width, scheme=scheme)
    tab.value("document.querySelectorAll('details').forEach(one => one.open = true)")
    tab.value(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "; 0")
    found = tab.value("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_no_placeholder_is_left(page: Page) -> None:
    cards = page.scene.catalog("metrics")
    assert {card["citation"] for card in cards if "{" in card["citation"]} == set()
    assert "Source: OpenRouter (openrouter.ai/rankings), as of 2026-06-16." in {card["citation"] for card in cards}
    assert not re.search(r"\{\w+\}", re.sub(r"<(style|script)>.*?</\1>|\$\{HOME\}", "", page.text, flags=re.DOTALL))


def test_a_mark_says_its_number_to_whoever_points_at_it(page: Page, tab: Tab) -> None:
    tab.open(page.path)
    tips = tab.value("[...document.querySelectorAll('#vendors .wide svg title')].map(e => e.textContent)")
    rows = page.scene.metric("vendor_share_weekly")
    newest = max(row["week_start_date"] for row in rows)
    assert sorted(tip.rpartition(": ")[2] for tip in tips) == sorted(
        percent(row["vendor_share"]) for row in rows if row["week_start_date"] == newest
    )


def test_csv_and_picture_are_kept_without_asking_anybody(page: Page, tab: Tab, tmp_path: Path) -> None:
    tab.open(page.path)
    tab.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.value("document.querySelector('#vendors .actions a').click()")
    kept = tab.kept(tmp_path / "vendors.csv").decode()
    assert kept.splitlines()[0].startswith("vendor_name,vendor_share,")
    newest = page.scene.metric("vendor_share_weekly")
    last = max(row["week_start_date"] for row in newest)
    shares = {row["vendor_id"]: row["vendor_share"] for row in newest if row["week_start_date"] == last}
    assert {row["vendor_id"]: float(row["vendor_share"]) for row in csv.DictReader(kept.splitlines())} == shares
    tab.value("[...document.querySelectorAll('#vendors button')].find(b => b.textContent == 'PNG').click()")
    assert tab.kept(tmp_path / "vendors.png").startswith(b"\x89PNG")


def test_it_reads_without_a_script(page: Page, tab: Tab) -> None:
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(page.path)
        assert tab.value("document.querySelectorAll('.actions button').length") == 0
        assert tab.value("document.querySelectorAll('.actions a[download]').length") > len(DRAWN)
        assert tab.value("document.querySelector('#vendors tbody tr').cells.length") > 1
    finally:
        tab.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_the_next_page_says_what_changed(page: Page, tab: Tab) -> None:
    """Two passes have moved the home since the first of them drew its page."""
    stated = re.search(r'<main id="figures" data-as-of="([^"]+)" data-since="([^"]*)">', page.text)
    assert stated
    assert stated[1] == "2026-06-16T06:00:00+00:00"
    assert stated[2] == ""  # the first page has none before it
    older = page.text.replace(stated[1], "2026-06-15T06:00:00+00:00", 1)
    page.path.write_text(older, encoding="utf-8")
    assert report.write(page.scene.home) == page.path
    tab.open(page.path)
    said = tab.value("document.querySelector('#changes').innerText")
    assert "Since the page of 2026-06-15 06:00 UTC" in said
    assert f"Held: {METRIC_BY_ID['list_price_daily'].title}." in said
    assert "a new version" in said
    again = page.text
    report.write(page.scene.home)
    assert page.text == again  # as new as the page before: it compares with the same one
