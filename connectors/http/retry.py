"""When an upstream is asked again, and how long after."""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]+", re.ASCII)
_WINDOW = re.compile(r'"[^"]*"\s*;\s*r\s*=\s*0\s*;\s*t\s*=\s*([0-9]{1,9})', re.ASCII)  # RateLimit, nothing left
_ANY_DEADLINE = 9  # digits: thirty years


class TryAgain(Exception):
    """This call brought no complete answer, another may; `wait` is what the upstream asks for, in seconds."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def read_wait(headers: Mapping[str, str]) -> float:
    """Seconds until another call may come, by Retry-After or by a RateLimit window with nothing left in it."""
    window = _WINDOW.search(headers.get("ratelimit", ""))
    return max(read_retry_after(headers), float(window[1]) if window else 0.0)


def read_retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that Retry-After asks for, 0 where it says nothing readable.

    A date is counted from the answer's own Date: our clock may be wrong, and is not read here.
    """
    asked = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(asked):
        return float(asked) if len(asked) <= _ANY_DEADLINE else math.inf
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, wait.total_seconds())


def plan_wait(attempt: int, first: float, cap: float, chance: float) -> float:
    """Seconds to wait after attempt `attempt`: doubling from `first` to `cap`, of which between half and all.

    `chance` (0 to 1) says how much, so that many clients do not return as one.
    """
    return min(cap, first * 2.0 ** (attempt - 1)) * (1 + chance) / 2
