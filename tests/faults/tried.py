"""The tests of each threat, read from the marks in the files of tests, without importing them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.faults.report import MARKER

FOLDER = Path(__file__).parents[1]


def ids_in(*nodes: ast.expr) -> list[str]:
    """The ids in marks like `pytest.mark.threat("S1", "X03")`."""
    calls = [call for node in nodes for call in ast.walk(node) if isinstance(call, ast.Call)]
    marks = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == MARKER]
    return [str(word.value) for mark in marks for word in mark.args if isinstance(word, ast.Constant)]


def tried_in(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Each test of a file with its threats, its own and those of the whole file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    of_file = ids_in(*(node.value for node in assigned if ast.unparse(node.targets[0]) == "pytestmark"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"{file.relative_to(FOLDER.parent)}::{node.name}", [*of_file, *ids_in(*node.decorator_list)]


FILES = [file for file in sorted(FOLDER.rglob("test_*.py")) if MARKER in file.read_text(encoding="utf-8")]
TRIED = {name: ids for file in FILES for name, ids in tried_in(file) if ids}
