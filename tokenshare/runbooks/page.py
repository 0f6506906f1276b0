"""What a runbook adds to the contracts: once for a kind of checks, and for each check what is particular to it."""

from collections.abc import Mapping
from dataclasses import dataclass

COMMAND = "`tokenshare gates release METRIC VERSION --by NAME --reason TEXT` puts the release on record."
REAL = (
    "Yes, once you have seen in the upstream's own pages that the number is real. Name who looked and where. The same "
    f"finding does not hold the metric again; another value does. {COMMAND}"
)
NEVER = (
    "No. The check found a defect, not a fact about the world: readers would see numbers that contradict each other, "
    "under your name. Mend the cause; the next pass then opens the gate by itself."
)
RELEASE = "\n\n**Release.** "  # opens the release of a check that differs from its page
WAIT = (
    "Give the upstream three days first: it usually corrects itself, and the next pass then opens the gate. After that "
    f"release only if the upstream confirms the day as it is. {COMMAND}"
)


@dataclass(frozen=True)
class RunbookPage:
    """Checks and faults of one kind: what they mean, where to look, how to mend them, whether to release."""

    id: str
    title: str
    meaning: str
    look: tuple[str, ...]
    mend: str
    release: str
    checks: Mapping[str, str]  # what is particular to each: how to mend it, and whether to release it if that differs
