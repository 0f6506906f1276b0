"""Retries: the error for a retryable call, and the seconds to wait before it."""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]+", re.ASCII)
_WINDOW = re.compile(r'"[^"]*"\s*;\s*r\s*=\s*0\s*;\s*t\s*=\s*([0-9]{1,9})', re.ASCII)  # RateLimit, nothing left
_ANY_DEADLINE = 9  # digits: thirty years


class TryAgain(Exception):
    """This call got no complete answer; another may. `wait` is the delay in seconds requested by the upstream."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def read_wait(headers: Mapping[str, str]) -> float:
    """The seconds until another call is allowed, by Retry-After or by an exhausted RateLimit window."""
    window = _WINDOW.search(headers.get("ratelimit", ""))
    return max(read_retry_after(headers), float(window[1]) if window else 0.0)


def read_retry_after(headers: Mapping[str, str]) -> float:
    """The seconds in Retry-After, 0 if it is missing or unreadable.

    A date counts from the answer's own Date: our clock may be wrong, and is not read here.
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
    """The seconds to wait after attempt number `attempt`: half to all of a delay doubling from `first` to `cap`.

    `chance` (0 to 1) picks the part, so that many clients do not return at the same moment.
    """
    return min(cap, first * 2.0 ** (attempt - 1)) * (1 + chance) / 2
