"""The libraries that a command loads: a look needs those of the published file and the terminal alone.

The modules are counted, never the seconds: those are in docs/reference/benchmarks.md.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.storage import home, warehouse
from connectors.storage.home import Home
from connectors.storage.publications import published
from tokenshare.metrics import METRICS

ROOT = Path(__file__).parents[2]
METRIC = "china_share_origin_weekly"
ASKED = """
import json, sys
before = {name.split(".")[0] for name in sys.modules}
from flows.cli import main
try:
    main()
except SystemExit:
    pass
loaded = {name.split(".")[0] for name in sys.modules} - before - sys.stdlib_module_names
print(json.dumps(sorted(name for name in loaded if not name.startswith("_"))))
"""
DRAWING = {"flows", "tokenshare", "typer", "annotated_doc", "shellingham", "rich"}
HELP = DRAWING | {"markdown_it", "mdurl", "linkify_it", "pygments", "attr", "attrs"}  # what typer draws its help with
CONTRACTS = {"pydantic", "pydantic_core", "typing_extensions", "typing_inspection", "annotated_types"}
SETTINGS = {"pydantic_settings", "dotenv"}
LOOK = HELP | CONTRACTS | SETTINGS | {"connectors", "duckdb", "pytz", "psutil"}
MAY_LOAD = {
    "--help": HELP,
    "--version": DRAWING,
    "status": LOOK | {"currency_converter"},
    "metrics": LOOK,
    f"metrics {METRIC}": LOOK,
    "restatements": LOOK,
    "gates": LOOK,
    "mappings": LOOK,
    "logs": LOOK,
    "alerts list": LOOK,
    f"cite {METRIC} 2026-W22": LOOK,
    "check 0.61 --about china_share": LOOK,
}


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that publishes every metric without rows."""
    found = Home(tmp_path_factory.mktemp("start-up") / "home")
    home.initialise(found, "synthetic")
    with warehouse.open_warehouse(found.warehouse) as connection:
        published.publish(connection, found, METRICS)
    return found.root


@pytest.mark.parametrize("words", MAY_LOAD)
def test_a_command_loads_what_it_answers_with(words: str, published_home: Path) -> None:
    assert loaded(words, published_home) - MAY_LOAD[words] == set()


def test_a_library_too_many_is_seen(published_home: Path) -> None:
    assert {"duckdb", "pydantic"} <= loaded("metrics", published_home) - HELP


def loaded(words: str, root: Path) -> set[str]:
    """The packages in a process after this command, without Python's own and those it began with."""
    environ = {**os.environ, "TOKENSHARE_HOME": str(root), "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": ""}
    command = [sys.executable, "-c", ASKED, *words.split()]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))
