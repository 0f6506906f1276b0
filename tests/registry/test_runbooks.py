"""Every check and every fault that an alert may tell of has a page, and every page has something to tell of."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from expectations import laws
from expectations.suites import suite_for
from flows import alarms
from tokenshare.alerts import Document
from tokenshare.errors import ExitCode
from tokenshare.metrics import GROUPS, METRICS
from tokenshare.render.alerts import alerts_page
from tokenshare.render.reference import ALWAYS
from tokenshare.runbooks import EVIDENCE, FAULTS, LAWS, RULES, Advice

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "runbooks").glob("*.md")}
GATES = "".join((ROOT / "expectations" / f"{name}.py").read_text(encoding="utf-8") for name in ("gates", "following"))
ALL: dict[str, Advice] = {**EVIDENCE, **LAWS, **RULES, **FAULTS}


def test_every_measured_check_has_advice() -> None:
    assert {one.name for group in GROUPS for one in group.evidence} | {"freshness"} == EVIDENCE.keys()


def test_every_law_has_advice() -> None:
    assert laws.LAWS.keys() == LAWS.keys()


def test_every_rule_of_every_metric_has_advice() -> None:
    expected = {rule.expectation_type for metric in METRICS for rule in suite_for(metric).expectations}
    named = set(re.findall(r'[Cc]heck\(\s*"(\w+)"', GATES))
    own = {"build", "dbt_build", "suite_pinned", "accepted_gaps", "missing_files", "dead_letter_share"}
    assert own | {"coherence_group", "followed_groups"} == named
    assert expected | named == RULES.keys()
    assert {name for name in ALWAYS if "*" not in name} <= RULES.keys()


def test_every_fault_beside_the_gates_has_advice() -> None:
    text = Path(alarms.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'runbook="(\w+)"', text)) | {*alarms.SILENCES.values(), *alarms.FAILURES.values()}
    assert named | {"alert_undelivered"} == FAULTS.keys()
    assert alarms.FAILURES.keys() == {ExitCode.BUG, ExitCode.BROKER, ExitCode.RECORDS_LOST}


def test_a_page_for_each_and_no_other() -> None:
    assert PAGES.keys() == ALL.keys()


@pytest.mark.parametrize("name", ALL)
def test_a_page_says_what_it_means_how_to_look_how_to_mend_and_whether_to_release(name: str) -> None:
    text = PAGES[name]
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(found) == ["What it means", "Look", "Mend", "Release"]
    assert all(len(said.strip()) > 20 for said in found.values())
    assert re.search(r"^tokenshare ", found["Look"], re.MULTILINE)


def test_an_expectation_of_a_column_leads_to_the_page_of_its_kind() -> None:
    assert alarms.page_of("expect_column_values_to_not_be_null:china_share") in PAGES


def test_the_page_of_the_message_names_every_field() -> None:
    text = alerts_page(Document)
    kinds: list[type[BaseModel]] = [Document]
    for kind in kinds:
        for name, field in kind.model_fields.items():
            assert field.exclude or f"| `{field.alias or name}` |" in text, name
            assert field.description
