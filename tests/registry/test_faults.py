"""Every fault of the matrix has a test that brings it in, or says why not; and the page lists each."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import mutations
from tests.faults.matrix import ROWS
from tests.faults.mutations import PROMISES, Mutation
from tests.faults.report import lines_of, row_of
from tests.faults.tried import TRIED

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests"


def faults_in(file: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and row_of(node.name):
            yield node


FOUND = {f"{file.name}::{test.name}": test for file in sorted(FOLDER.rglob("test_*.py")) for test in faults_in(file)}


@pytest.mark.parametrize("id", ROWS)
def test_a_fault_has_a_test_or_says_why_not(id: str) -> None:
    tests = [name for name in FOUND if row_of(name) == id]
    assert bool(tests) != bool(ROWS[id].why), f"{id}: {tests}"


@pytest.mark.parametrize("name", FOUND)
def test_a_test_of_a_fault_is_of_a_known_row_and_says_what_it_injects(name: str) -> None:
    assert row_of(name) in ROWS
    assert ast.get_docstring(FOUND[name]), "its first line is what the page calls injected"


def test_the_page_lists_every_fault() -> None:
    assert list(lines_of(ROOT / "docs" / "reference" / "faults.md")) == list(ROWS)


@pytest.mark.parametrize("id", [id for id, row in ROWS.items() if not row.why])
def test_what_protects_from_a_fault_is_listed(id: str) -> None:
    assert id in {mutation.id for mutation in mutations.read()}


def test_the_list_by_promise_says_what_the_mutations_say() -> None:
    """`python -m tests.faults.mutations` writes it anew."""
    listed = mutations.read()
    assert {mutation.promise for mutation in listed} == PROMISES.keys()
    _, inside, _ = mutations.parts(mutations.README.read_text(encoding="utf-8"))
    assert inside == mutations.rendered(listed)


@pytest.mark.parametrize("mutation", mutations.read(), ids=lambda mutation: f"{mutation.id} {mutation.file}")
def test_a_mutation_still_fits(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.find) == 1
    assert mutation.find != mutation.replace
    if mutation.file.endswith(".py"):
        compile(text.replace(mutation.find, mutation.replace), mutation.file, "exec")
    file, name = mutation.test.partition("[")[0].split("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
    assert mutation.id in (row_of(name), *TRIED.get(f"{file}::{name}", []))
