"""Every threat of the matrix has a test that tries it, or says why not; and the page lists each."""

from pathlib import Path

import pytest

from tests.faults.report import lines_of
from tests.faults.threats import THREATS
from tests.faults.tried import TRIED

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("id", THREATS)
def test_a_threat_has_a_test_or_says_why_not(id: str) -> None:
    assert THREATS[id].why or [name for name, ids in TRIED.items() if id in ids]


def test_a_mark_names_rows_of_the_matrix() -> None:
    assert {id for ids in TRIED.values() for id in ids} <= THREATS.keys()


def test_the_page_lists_every_threat() -> None:
    assert list(lines_of(ROOT / "docs" / "reference" / "security.md")) == list(THREATS)
