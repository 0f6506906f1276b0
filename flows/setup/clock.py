"""The wall clock, the id of a pass, and the user of this process: read here and handed down."""

from datetime import UTC, datetime
from uuid import uuid4

import psutil


def now() -> datetime:
    """The wall clock, in UTC: asked here and handed down."""
    return datetime.now(UTC)


def new_run_id(at: datetime) -> str:
    """An id that sorts by time."""
    return f"{at:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


def current_user() -> str:
    """The user of this process, for the record of what a person decides."""
    return str(psutil.Process().username())
