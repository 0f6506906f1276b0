"""The docs site: built once, strictly; its pages load nothing from outside, and its search works from files."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.report.browser import Tab, browse

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "docs" / "site" / "build.py"
TOOL = ROOT / ".venv" / "docs"
LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "use": "href"}
QUIET = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed")

if not (TOOL / "mkdocs").is_dir():
    pytest.skip("there is no MkDocs here: run make docs", allow_module_level=True)


class Loaded(HTMLParser):
    """The addresses that a page loads by itself; links and canonical addresses are not loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag != "link" or found.get("rel") not in ("canonical", "next", "prev", "edit"):
            self.addresses += [address] if (address := found.get(LOADING.get(tag, ""))) else []


def build(root: Path, work: Path) -> subprocess.CompletedProcess[str]:
    """Build the pages of a checkout with the tool of ours."""
    environ = {**os.environ, "PYTHONPATH": str(TOOL)}
    words = [sys.executable, str(root / "docs" / "site" / "build.py"), str(work)]
    return subprocess.run(words, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this checkout: the one build of the session that takes all pages."""
    work = tmp_path_factory.mktemp("docs")
    done = build(ROOT, work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return work / "site"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browse(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


def test_every_page_is_built(site: Path) -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    names = {page.relative_to(ROOT).with_suffix(".html") for page in pages}
    wanted = {name.with_name("index.html") if name.stem == "README" else name for name in names}
    assert wanted <= {page.relative_to(site) for page in site.rglob("*.html")}


def test_no_page_loads_anything_from_outside(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    loaded = {page: Loaded(page.read_text(encoding="utf-8")).addresses for page in pages}
    assert all(loaded.values())
    outside = {(page.name, one) for page, found in loaded.items() for one in found if urlsplit(one).netloc}
    assert outside == set()
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert [
        found for text in styles for found in re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*//[^;]*", text)
    ] == []


@pytest.mark.parametrize(
    "page", ["index.html", "docs/concepts.html", "docs/howto/server.html", "docs/reference/metrics.html"]
)
def test_a_page_asks_for_nothing_and_the_console_is_silent(site: Path, tab: Tab, page: str) -> None:
    tab.open(site / page)
    tab.value("new Promise(resolve => setTimeout(resolve, 500))")
    asked = [event["request"]["url"] for event in tab.events["Network.requestWillBeSent"]]
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
    assert {name: tab.events.get(name) for name in QUIET} == dict.fromkeys(QUIET)
    assert tab.value("[...document.images].every(image => image.complete && image.naturalWidth > 0 && image.alt)")


def test_the_search_answers_from_files(site: Path, tab: Tab) -> None:
    tab.open(site / "index.html")
    tab.value(SEARCH % "restatement")
    found = "[...document.querySelectorAll('.md-search-result__link')].map(link => link.href)"
    links = tab.value(WAIT % found)
    assert any("glossary" in link for link in links), links
    assert all(link.startswith("file:") for link in links)


SEARCH = """(() => { document.getElementById('__search').click()
  const box = document.querySelector('[data-md-component=search-query]')
  box.value = '%s'; box.dispatchEvent(new KeyboardEvent('keyup')) })()"""
WAIT = """new Promise((resolve, reject) => { const end = Date.now() + 10000; const look = () => { const found = %s
  found.length ? resolve(found) : Date.now() > end ? reject(Error('no result')) : setTimeout(look, 50) }; look() })"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of a few pages, to break."""
    root = tmp_path_factory.mktemp("small")
    for name in ("build.py", "mkdocs.yml", "iframe-worker.js"):
        (root / "docs" / "site").mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD.with_name(name), root / "docs" / "site" / name)
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/one.md"):
        (root / name).write_text("# One\n\n[Home](README.md#one)\n" if name == "README.md" else "# Another\n")
    config = root / "docs" / "site" / "mkdocs.yml"
    nav = "nav: [README.md, CHANGELOG.md, CONTRIBUTING.md, docs/one.md]\n"
    config.write_text(config.read_text(encoding="utf-8").split("nav:\n")[0] + nav, encoding="utf-8")
    return root


BROKEN = {
    "a page that is not there": ("docs/one.md", "[x](two.md)", "is not found among documentation files"),
    "a heading that is not there": ("docs/one.md", "[x](../README.md#two)", "does not contain an anchor"),
    "a folder": ("docs/one.md", "[x](../docs/)", "unrecognized relative link"),
    "an absolute path": ("docs/one.md", "[x](/README.md)", "absolute link"),
    "a page that nobody lists": ("docs/two.md", "# Two", 'not included in the "nav"'),
}


@pytest.mark.parametrize("fault", ["nothing", *BROKEN])
def test_what_is_broken_ends_the_build(small: Path, tmp_path: Path, fault: str) -> None:
    root = shutil.copytree(small, tmp_path / "root")
    name, text, said = BROKEN.get(fault, ("docs/one.md", "", ""))
    (root / name).write_text(f"# Another\n\n{text}\n")
    done = build(root, tmp_path / "work")
    assert (done.returncode == 0) is (fault == "nothing"), done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_a_folder_of_the_navigation_stands_for_its_pages(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("build", BUILD)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pages").mkdir()
    for name in ("b.md", "a.md", "README.md", "c.txt"):
        (tmp_path / "pages" / name).touch()
    nav = ["x.md", {"Title": ["pages/", {"More": "y.md"}]}]
    assert list(module.expand(nav, tmp_path)) == [
        "x.md",
        {"Title": ["pages/README.md", "pages/a.md", "pages/b.md", {"More": "y.md"}]},
    ]
