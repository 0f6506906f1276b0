"""Drawings of the page before are taken over, and only if the same code once drew exactly them of the same rows."""

import subprocess
import sys

import pytest

from flows.report import charts
from flows.report.drawing import Drawings
from flows.report.figures import FIGURES

ROWS = [{"family_name": "qwen", "downloads_all_time": 3}, {"family_name": "llama", "downloads_all_time": 2}]
TITLE = 'Downloads "by" family'
DREW = """
import sys
from flows.report.drawing import Drawings
page = Drawings.of_page(sys.stdin.read())
page.draw("downloads", {rows!r}, {title!r}, is_narrow=False)
print("altair" in sys.modules)
"""


def draw(page: str = "", rows: list[dict] = ROWS, title: str = TITLE) -> str:
    return Drawings.of_page(page).draw("downloads", rows, title, is_narrow=False)


def is_drawn_anew(page: str, rows: list[dict] = ROWS, title: str = TITLE) -> bool:
    """True if a fresh process needs Altair for the drawing."""
    command = [sys.executable, "-c", DREW.format(rows=rows, title=title)]
    done = subprocess.run(command, input=page, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_a_drawing_of_the_same_rows_is_taken_over() -> None:
    page = f"<figure>{draw()}</figure>"
    assert not is_drawn_anew(page)
    assert draw(page) == draw()


@pytest.mark.parametrize(
    ("rows", "title"),
    [([*ROWS, {"family_name": "gemma", "downloads_all_time": 1}], TITLE), (ROWS, "Another sentence")],
    ids=["rows", "title"],
)
def test_other_rows_or_another_title_are_drawn(rows: list[dict], title: str) -> None:
    assert is_drawn_anew(draw(), rows, title)
    assert draw(draw(), rows, title) == draw("", rows, title)


def test_an_edited_drawing_is_drawn_again() -> None:
    edited = draw().replace("qwen", "mine")
    assert edited != draw()
    assert draw(edited) == draw()


def test_the_wide_one_is_never_taken_for_the_narrow_one() -> None:
    wide = draw()
    narrow = Drawings.of_page(wide).draw("downloads", ROWS, TITLE, is_narrow=True)
    assert narrow == Drawings().draw("downloads", ROWS, TITLE, is_narrow=True) != wide


def test_every_figure_names_a_chart() -> None:
    named = [figure.chart for figure in FIGURES if figure.chart]
    assert named
    assert all(callable(getattr(charts, name)) for name in named)
