"""The form of a runbook: texts shared by checks of one kind, and a text for each check."""

from collections.abc import Mapping
from dataclasses import dataclass

COMMAND = "`tokenshare gates release METRIC VERSION --by NAME --reason TEXT` puts the release on record."
REAL = (
    "Yes, once you have seen in the upstream's own pages that the number is real. Name who looked and where. The same "
    f"finding does not hold the metric again; another value does. {COMMAND}"
)
NEVER = (
    "No. The check found a defect, not a fact about the world: readers would see contradictory numbers under your "
    "name. Mend the cause; the next pass then opens the gate by itself."
)
RELEASE = "\n\n**Release.** "  # opens the release of a check, if it differs from its page
WAIT = (
    "Give the upstream three days first: it usually corrects itself, and the next pass then opens the gate. After that "
    f"release only if the upstream confirms the day as it is. {COMMAND}"
)


@dataclass(frozen=True)
class RunbookPage:
    """Checks and faults of one kind: meaning, commands to look with, fix, and advice on a release."""

    id: str
    title: str
    meaning: str
    look: tuple[str, ...]
    mend: str
    release: str
    checks: Mapping[str, str]  # by name: its own fix, and its own advice on a release if that differs
