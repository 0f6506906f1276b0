"""Passes that a schedule starts: the flow of every deployment, and the process that serves them."""

import json
import subprocess
import sys
from tempfile import TemporaryFile
from typing import Any

from prefect import State, flow, serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron
from prefect.states import Completed, Failed

from flows import settings as environment
from flows.orchestration.prefect_flows import answers
from flows.orchestration.schedule import Deployment, deployments, with_files
from flows.settings import Settings
from flows.setup import Progress
from tokenshare.errors import ExitCode, UsageError

# A gate that shut and a source that did not answer are findings of a pass that went well.
WELL = (ExitCode.OK, ExitCode.HELD, ExitCode.INCOMPLETE, ExitCode.UNDELIVERED)
PASS = [sys.executable, "-c", "from flows.cli import main; main()", "refresh", "--wait", "--json"]
ONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)


@flow(name="scheduled")
def scheduled(sources: list[str]) -> State[Any]:
    """One pass that asks these sources, and all files. It waits for a pass that holds the home.

    The pass is a process of its own, in a session of its own: Prefect ends a flow whose server it has lost, and
    a pass is not to end with it. Settings, secrets among them, reach it by the environment alone.
    """
    chosen = [word for id in with_files(sources) for word in ("--source", id)]
    code, said = _apart([*PASS, *chosen])
    return _state(code, said)


def _apart(words: list[str]) -> tuple[int, str]:
    """Exit code and answer of a process that shares nothing with us, not even a pipe that could break.

    Not `subprocess.run`: it kills its child where it is interrupted, as Prefect interrupts a flow.
    """
    with TemporaryFile() as answer, TemporaryFile() as log:
        process = subprocess.Popen(
            words,
            env=environment.without_run_of_prefect(),
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=log,
            start_new_session=True,
        )
        code = process.wait()
        answer.seek(0)
        log.seek(0)
        sys.stderr.write(log.read().decode(errors="replace"))
        return code, answer.read().decode(errors="replace")


def serve_deployments(settings: Settings, progress: Progress) -> None:
    """Serves every deployment until stopped, one run at a time.

    Raises UsageError where the Prefect server is not there, or no longer; a pass that is going on then goes on.
    """
    if not answers(settings.prefect_api_url):
        raise UsageError(
            f"no Prefect server answers at {settings.prefect_api_url or 'PREFECT_API_URL, which is not set'}",
            "start one with `prefect server start`, then set PREFECT_API_URL=http://127.0.0.1:4200/api",
        )
    planned = deployments()
    for deployment in planned:
        progress(f"{deployment.name}: {deployment.cron} UTC")
    try:
        # Left as they are at the end: paused ones would stay so when served again, and a person's pause is a person's.
        serve(*map(_served, planned), limit=1, pause_on_shutdown=False)
    except Exception as error:
        raise UsageError(
            f"the Prefect server at {settings.prefect_api_url} failed ({type(error).__name__})",
            "check that server, then run `tokenshare serve` again, or let a supervisor do so",
        ) from error


def _served(deployment: Deployment) -> Any:
    return scheduled.to_deployment(
        deployment.name,
        description=deployment.title,
        schedule=Cron(deployment.cron, timezone="UTC"),
        concurrency_limit=ONE,
        parameters={"sources": list(deployment.sources)},
    )


def _state(code: int, said: str) -> State[Any]:
    """What the pass answered, as a person reads it among the runs."""
    try:
        document = json.loads(said)
    except ValueError:
        document = {"error": "it gave no answer"}
    if code not in WELL:
        return Failed(message=f"exit code {code}: {document.get('error', 'see the log')}")
    held = [metric["id"] for metric in document["metrics"] if metric["status"] == "held"]
    lacking = [source["id"] for source in document["sources"] if source["status"] in ("absent", "refused")]
    told = [f"{what}: {', '.join(ids)}" for what, ids in (("held", held), ("no answer", lacking)) if ids]
    waiting = document["alerts"]["undelivered"]
    told += [f"alerts not delivered: {waiting}"] if waiting else []
    return Completed(name=document["status"].capitalize(), message="; ".join(told) or "all well")
