"""Runbooks: how to respond to a check with a shut gate, or to another fault, beyond the contracts."""

from tokenshare.runbooks.evidence import EVIDENCE
from tokenshare.runbooks.families import FAMILIES
from tokenshare.runbooks.faults import FAULTS
from tokenshare.runbooks.page import RunbookPage
from tokenshare.runbooks.rules import RULES

__all__ = ["PAGES", "RunbookPage", "link_of"]

PAGES: tuple[RunbookPage, ...] = (*EVIDENCE, *FAMILIES, *RULES, *FAULTS)
_PAGE_OF = {name: page.id for page in PAGES for name in page.checks}


def link_of(check: str) -> str:
    """The page and anchor of a check or fault; an expectation has one for all columns.

    A recorded alert of an older version may name a removed check: its link is the list of all checks.
    """
    name = check.partition(":")[0]
    return f"{_PAGE_OF[name]}.md#{name}" if name in _PAGE_OF else "README.md"
