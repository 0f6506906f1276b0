"""Every threat of the matrix has a test that tries it, or says why not; and the page lists each."""

from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.report import Seen, lines_of
from tests.faults.threats import THREATS
from tests.faults.tried import TRIED

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("id", THREATS)
def test_a_threat_has_a_test_or_says_why_not(id: str) -> None:
    assert THREATS[id].why or [name for name, ids in TRIED.items() if id in ids]


def test_a_mark_names_rows_of_the_matrix() -> None:
    assert {id for ids in TRIED.values() for id in ids} <= THREATS.keys()


def test_the_page_lists_every_threat_in_the_words_of_the_matrix() -> None:
    cells = {id: line.split(" | ") for id, line in lines_of(ROOT / "docs" / "reference" / "security.md").items()}
    assert list(cells) == list(THREATS)
    shown = {id: (found[0], found[3]) for id, found in cells.items()}
    assert shown == {id: (f"| {id} {row.fault}", row.oracle) for id, row in THREATS.items()}


def test_a_row_that_did_not_run_keeps_what_was_seen_in_todays_words(tmp_path: Path) -> None:
    path, row = tmp_path / "page.md", THREATS["X05"]
    report.write(
        report.THREATS, path, {"X05": Seen(["a name"], ["a | literal"], 1.0, 1, {("tests/a.py", "test_a"): True})}
    )
    before = path.read_text()
    path.write_text(before.replace(row.fault, "an older attack"))
    report.write(report.THREATS, path, {})
    assert path.read_text() == before
    assert "a &#124; literal" in lines_of(path)["X05"]
