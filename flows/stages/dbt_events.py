"""dbt's events, without those that nobody hears: it tells of each statement several times."""

from typing import Any

from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

HEARD = ("NodeFinished",)  # of those for debugging
FLAGGING = "dbt.adapters.base.impl"


class Listener(EventManager):
    """Passes no event for debugging that nobody hears; all others are as in dbt."""

    def fire_event(self, e: BaseEvent, level: EventLevel | None = None, *others: Any, **named: Any) -> None:
        if (level or e.level_tag()) != EventLevel.DEBUG or type(e).__name__ in HEARD:
            super().fire_event(e, level, *others, **named)


def listen() -> None:
    """Let dbt fire its events here from now on, in this process."""
    ctx_set_event_manager(Listener())
    DebugLevel.__init__ = _begin  # type: ignore[assignment, method-assign]
    # It would search the whole stack, and each time all modules, for the name of the module with its flags.
    BehaviorFlagRendered._default_source = staticmethod(lambda: FLAGGING)  # type: ignore[method-assign]


def _begin(event: DebugLevel, *given: Any, **named: Any) -> None:
    """Make no message of an event that is not passed: to make it costs a twentieth of a build."""
    if type(event).__name__ in HEARD:
        super(DebugLevel, event).__init__(*given, **named)
