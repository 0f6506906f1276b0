"""The wall clock, the id of a pass, and the user of this process, for others to receive as values."""

from datetime import UTC, datetime
from uuid import uuid4

import psutil


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def new_run_id(at: datetime) -> str:
    """An id that sorts by time."""
    return f"{at:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


def current_user() -> str:
    """The user of this process, for the record of a person's decisions."""
    return str(psutil.Process().username())
