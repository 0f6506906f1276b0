"""No block of the docs is without a test: each kind, each command, also those in indented lines."""

import re
import subprocess

import pytest

from connectors.alerts.services import why_unknown
from flows import settings
from tests.docs.blocks import BLOCK, DOCS, ELSEWHERE, INDENTED, KINDS, PAGES, ROOT, documented

FENCE = re.compile(r"^ *```(\w*)", re.MULTILINE)


def test_every_block_has_a_kind_and_a_test() -> None:
    opened = {kind for page in PAGES for kind in FENCE.findall(page.read_text(encoding="utf-8"))[::2]}
    assert opened == set(KINDS)
    found = {kind for page in PAGES for kind, _ in BLOCK.findall(page.read_text(encoding="utf-8"))}
    assert found == set(KINDS)
    assert all((ROOT / path).is_file() for path in (*KINDS.values(), *ELSEWHERE.values()))


def test_every_other_documented_command_is_run_by_another_test() -> None:
    indented = [line for page in PAGES for line in INDENTED.findall(page.read_text(encoding="utf-8"))]
    assert len(indented) > 5
    others = [*indented, *(line for line in documented("sh") if not line.startswith("tokenshare"))]
    assert [line for line in others if not line.startswith(tuple(ELSEWHERE))] == []


def test_no_entry_is_left_over() -> None:
    lines = [*documented("sh"), *(line for page in PAGES for line in INDENTED.findall(page.read_text()))]
    assert [start for start in ELSEWHERE if not any(line.startswith(start) for line in lines)] == []


def test_the_environment_is_entered_as_documented() -> None:
    (line,) = [line for line in documented("sh") if "activate" in line]
    done = subprocess.run(["sh", "-ec", f"{line}; command -v tokenshare"], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == str(ROOT / ".venv" / "bin" / "tokenshare")


def test_the_documented_address_of_slack_is_one_that_alerts_can_use(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = [line for line in documented("sh") if "CHANNELS" in line]
    found = re.fullmatch(r'export (\w+)="(ops)=(slack://.*)"', line)
    assert found
    assert why_unknown(found[3]) == ""
    loaded = settings.load({found[1]: f"{found[2]}={found[3]}"})
    assert found[3] not in repr(loaded)


def test_what_prometheus_is_told_is_yaml_about_files_that_are_there() -> None:
    yaml = pytest.importorskip("yaml")
    for told in map(yaml.safe_load, documented("yaml")):
        assert [name for name in told["rule_files"] if not (DOCS / "reference" / name).is_file()] == []
        assert [job["job_name"] for job in told["scrape_configs"]] == ["tokenshare"]
