"""What a runbook page says besides what the contracts say."""

from dataclasses import dataclass

REAL = (
    "Yes, once you have seen in the upstream's own pages that the number is real. Name who looked and where. The same "
    "finding does not hold again; another value does."
)
NEVER = (
    "No. It tells of a defect and not of the world: numbers that contradict each other would be in front of readers, "
    "under your name. Mend it; the next pass lets the metric go by itself."
)
WAIT = (
    "Not before the upstream has had its three days: it usually corrects itself, and the next pass lets the metric go. "
    "After that, and only where the upstream says that the day is as it is."
)
NOT_POSSIBLE = "It cannot be released: it is no finding about data. The next pass that goes well ends it."


@dataclass(frozen=True)
class Advice:
    """How to mend it and whether to release it; `meaning` where no contract says it, `look` beyond the usual places."""

    mend: str
    release: str
    meaning: str = ""
    look: tuple[str, ...] = ()
