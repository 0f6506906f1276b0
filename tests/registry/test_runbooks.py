"""Every check and fault that an alert may name has one entry in the runbooks, under the anchor that alerts link."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import BaseModel

from expectations import evidence, laws
from expectations.suites import suite_for
from flows.stages import alert_rules
from tokenshare.alerts import AlertDocument
from tokenshare.errors import ExitCode
from tokenshare.metrics import GROUPS, METRICS
from tokenshare.render.alerts import alerts_page
from tokenshare.render.reference import ALWAYS
from tokenshare.runbooks import PAGES, RunbookPage, link_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FILES = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "runbooks").glob("*.md")}
GATED = ("gates", "dependency_gate")
GATES = "".join((ROOT / "expectations" / f"{name}.py").read_text(encoding="utf-8") for name in GATED)
ENTRIES = Counter(name for kind in PAGES for name in kind.checks)
MOST_FILES = 15
LINK = re.compile(r"\]\(([\w./]+\.md)?#?(\w*)\)")


def anchors(text: str) -> list[str]:
    """The anchors that GitHub makes of the headings of a page, in their order."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} +(.*?)\s*$", outside, re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    earlier = [slugs[:place].count(slug) for place, slug in enumerate(slugs)]
    return [f"{slug}-{number}" if number else slug for slug, number in zip(slugs, earlier, strict=True)]


def rules() -> set[str]:
    """The checks of every metric: those that the gates name, and the expectations of the suites."""
    named = set(re.findall(r'[Cc]heck\(\s*"(\w+)"', GATES))
    named |= {getattr(evidence, constant) for constant in re.findall(r"[Cc]heck\(\s*([A-Z]+),", GATES)}
    own = {"build", "dbt_build", "suite_pinned", "accepted_gaps", "missing_files", "dead_letter_share"}
    assert own | {"coherence_group", "followed_groups"} == named
    return named | {rule.expectation_type for metric in METRICS for rule in suite_for(metric).expectations}


def faults() -> set[str]:
    """The faults beside the gates that alerts tell of."""
    text = Path(alert_rules.__file__).read_text(encoding="utf-8")
    assert alert_rules.FAILURES.keys() == {ExitCode.BUG, ExitCode.BROKER, ExitCode.RECORDS_LOST}
    named = set(re.findall(r'runbook="(\w+)"', text)) | {*alert_rules.SILENCES.values(), *alert_rules.FAILURES.values()}
    return named | {"alert_undelivered"}


def test_every_check_and_every_fault_has_one_entry() -> None:
    evidence = {one.name for group in GROUPS for one in group.evidence} | {"freshness"}
    assert Counter({*evidence, *laws.LAWS, *rules(), *faults()}) == ENTRIES
    assert {name for name in ALWAYS if "*" not in name} <= rules()


def test_a_file_for_each_kind_a_list_of_all_and_no_other() -> None:
    assert FILES.keys() == {"README.md", *(f"{kind.id}.md" for kind in PAGES)}
    assert len(FILES) <= MOST_FILES


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.id)
def test_a_page_says_once_what_holds_for_its_kind_and_then_what_is_particular(kind: RunbookPage) -> None:
    frame, *parts = re.split(r"^## (.*)$", FILES[f"{kind.id}.md"], flags=re.MULTILINE)
    meaning, look, mend, release = re.split(r"^\*\*(?:Look|Mend|Release)\.\*\*", frame, flags=re.MULTILINE)
    assert all(len(text.strip()) > 20 for text in (meaning.partition("\n# ")[2], mend, release))
    assert re.search(r"^tokenshare ", look, re.MULTILINE)
    assert parts[::2] == list(kind.checks)
    assert all(len(re.sub(r"^\|.*$", "", text, flags=re.MULTILINE).strip()) > 20 for text in parts[1::2])


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.id)
def test_a_link_of_an_alert_leads_to_the_anchor_that_github_makes(kind: RunbookPage) -> None:
    _, *made = anchors(FILES[f"{kind.id}.md"])
    assert [link_of(name) for name in kind.checks] == [f"{kind.id}.md#{anchor}" for anchor in made]


def test_an_expectation_of_a_column_leads_to_that_of_all_columns() -> None:
    for name in ("expect_column_values_to_not_be_null", "expect_compound_columns_to_be_unique"):
        assert link_of(f"{name}:china_share:vendor_id") == link_of(name) == f"columns.md#{name}"


def test_a_check_that_is_gone_leads_to_the_list_of_all() -> None:
    assert link_of("a_check_of_an_older_version") == "README.md"


@pytest.mark.parametrize("page", [*sorted((DOCS / "runbooks").glob("*.md")), DOCS / "reference" / "checks.md"])
def test_a_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    for file, anchor in links:
        target = page.parent / file if file else page
        assert target.is_file(), file
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), (file, anchor)
    if page.stem in ("README", "checks"):
        assert len(links) > len(PAGES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Laws: what rows owe\n\n## other_rows\n", ["laws-what-rows-owe", "other_rows"]),
        ("# Build\n\n## build\n\n## `build`\n", ["build", "build-1", "build-2"]),
        ("# One\n\n```sh\n# no heading\n```\n\n## Two - three\n", ["one", "two---three"]),
    ],
)
def test_anchors_are_those_of_github(text: str, expected: list[str]) -> None:
    assert anchors(text) == expected


def test_the_page_of_the_message_names_every_field() -> None:
    text = alerts_page(AlertDocument)
    kinds: list[type[BaseModel]] = [AlertDocument]
    for kind in kinds:
        for name, field in kind.model_fields.items():
            assert field.exclude or f"| `{field.alias or name}` |" in text, name
            assert field.description
