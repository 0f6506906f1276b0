"""Automations of a Prefect server, as code: what a person should hear of, and runs whose process is gone."""

from datetime import timedelta
from typing import Any

HEARTBEAT_SECONDS = 30  # the least that Prefect allows
NOTIFIER = "tokenshare"  # a notification block of that name hears of what triggers
LONGEST_HOLD, LONGEST_SILENCE = timedelta(days=3), timedelta(days=1)
ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
HEARTBEAT = "prefect.flow-run.heartbeat"


def register() -> None:
    """Create each automation that the server does not have; what a person changed or paused stays as it is."""
    from prefect.automations import Automation
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        known = {found.name for found in client.read_automations()}
        wanted = _automations(_notify(client))
    for name, parts in wanted.items():
        if name not in known:
            Automation(name=name, **parts).create()


def _automations(inform: list[Any]) -> dict[str, dict[str, Any]]:
    """The parts of each automation by its name."""
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState

    metrics = {"prefect.resource.id": "tokenshare.metric.*"}
    scheduled = {"prefect.resource.role": "flow", "prefect.resource.name": "scheduled"}
    runs = {"prefect.resource.id": "prefect.flow-run.*"}
    reason = f"no heartbeat for {3 * HEARTBEAT_SECONDS} seconds"
    crash = ChangeFlowRunState(name=None, state=StateType.CRASHED, message=reason, force=False)
    return {
        "tokenshare: a metric is held for three days": {
            "description": "Held, and nothing published since: docs/runbooks says what to do about the check.",
            "trigger": _silence(
                metrics, {"tokenshare.metric.published"}, LONGEST_HOLD, after={"tokenshare.metric.held"}
            ),
            "actions": inform,
        },
        "tokenshare: no pass for a day": {
            "description": "No scheduled pass completed: see that `tokenshare serve` or a worker runs.",
            "trigger": _silence(runs, {"prefect.flow-run.Completed"}, LONGEST_SILENCE, related=scheduled),
            "actions": inform,
        },
        "tokenshare: a run whose process is gone": {
            "description": "Its runner sent no heartbeat: Prefect shows it as crashed. The pass itself goes on.",
            "trigger": _silence(
                runs, {HEARTBEAT, *ENDS}, timedelta(seconds=3 * HEARTBEAT_SECONDS), after={HEARTBEAT}, related=scheduled
            ),
            "actions": [crash],
        },
    }


def _silence(match: Any, expect: set[str], within: timedelta, after: Any = frozenset(), related: Any = None) -> Any:
    """A trigger: none of these events has come in that time; for each resource with an event of `after`, if any."""
    from prefect.events.schemas.automations import EventTrigger, Posture

    return EventTrigger(
        posture=Posture.Proactive,
        match=match,
        match_related=related or {},
        after=set(after),
        expect=expect,
        within=within,
        for_each={"prefect.resource.id"} if after else set(),
    )


def _notify(client: Any) -> list[Any]:
    """The actions of an automation that informs: a notification, if the server has a block to send it by."""
    from prefect.events.actions import DoNothing, SendNotification

    for block in client.read_block_documents():
        if block.name == NOTIFIER and "notify" in block.block_schema.capabilities:
            body = "{{ automation.name }}\n{{ automation.description }}"
            return [SendNotification(block_document_id=block.id, subject="{{ automation.name }}", body=body)]
    return [DoNothing()]
