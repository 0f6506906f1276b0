"""Scheduled passes: the flow of every deployment, and the process that serves them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Annotated, Any

from prefect import State, flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.runner import Runner
from prefect.runtime import flow_run
from prefect.schedules import Cron
from prefect.states import Completed, Failed
from pydantic import Field

from connectors.sources import SOURCES
from connectors.storage.home import Home, require_origin
from flows import settings as environment
from flows.orchestration.automations import HEARTBEAT_SECONDS, register
from flows.orchestration.prefect_flows import answers, is_open
from flows.orchestration.refresh import findings_of
from flows.orchestration.schedule import Deployment, deployments, with_files
from flows.orchestration.secret_blocks import read_secrets
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import now
from tokenshare.errors import ExitCode, UsageError
from tokenshare.text import visible

# A shut gate and a missing answer are findings of a completed pass, not failures.
WELL = (ExitCode.OK, ExitCode.HELD, ExitCode.INCOMPLETE, ExitCode.UNDELIVERED)
# -P: without it the working directory would be the first place to import from.
PASS = [sys.executable, "-P", "-c", "from flows.cli import main; main()"]
GUARDED = (
    "PREFECT_SERVER_ANALYTICS_ENABLED=false PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD "
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED=true prefect server start"
)
LOGGED_IN = "PREFECT_API_AUTH_STRING=USER:PASSWORD tokenshare serve"
MOST_DAYS = 400
SourceId = Annotated[str, Field(json_schema_extra={"enum": [source.id for source in SOURCES]})]
ONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)


Days = Annotated[int, Field(ge=0, le=MOST_DAYS, description="Past days to fetch again, up to yesterday; 0 for none.")]


def _run_name() -> str:
    """The moment and the sources of a run."""
    sources = flow_run.parameters.get("sources", [])
    return f"{now():%Y-%m-%d %H:%M} {', '.join(sources[:2])}{' and more' if len(sources) > 2 else ''}"


@flow(name="scheduled", flow_run_name=_run_name)
def scheduled(sources: list[SourceId], backfill_days: Days = 0) -> State[Any]:
    """Run one pass over these sources and all files; wait for another owner of the home.

    The pass is a process of its own, in a session of its own: Prefect ends a flow after losing its server, and the pass
    must go on. Settings, secrets among them, reach it by the environment alone.
    """
    environ = environment.environment_of_pass()
    return _state(*_run_detached(_words(sources, backfill_days), environ | _secrets(environ)))


def _words(sources: Sequence[str], days: int) -> list[str]:
    """The command of a pass. Files show the present only, so a repair of past days leaves them out."""
    chosen = [word for id in (sources if days else with_files(sources)) for word in ("--source", id)]
    if not days:
        return [*PASS, "refresh", "--wait", "--json", *chosen]
    last = now().date() - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    return [*PASS, "backfill", "--wait", "--json", "--from", f"{first}", "--to", f"{last}", *chosen]


def _secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The secrets in blocks of the server; none if it fails, since a source without its key says so."""
    try:
        return read_secrets(environ)
    except Exception as error:  # noqa: BLE001  # an orchestrator is not in the data path
        sys.stderr.write(f"Prefect gave no secrets: {type(error).__name__}\n")
        return {}


def _run_detached(words: list[str], environ: Mapping[str, str]) -> tuple[int, str]:
    """Run a process without anything shared with us, not even a breakable pipe; return its exit code and output.

    Not `subprocess.run`: it kills its child if interrupted, and Prefect interrupts flows.
    """
    with TemporaryFile() as answer, TemporaryFile() as log:
        process = subprocess.Popen(
            words,
            env=environ,
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
    """Serve every deployment until stopped, one run at a time.

    The server says when a pass runs. What runs is the flow of this process, whatever the server stores of it. Raises
    UsageError if no pass could run in this home, if the server does not answer or does not refuse callers without a
    login, or if it fails later; then a running pass goes on.
    """
    require_origin(Home(settings.home), "live")
    server = settings.prefect_api_url or ""
    if not answers(server):
        raise UsageError(
            f"no Prefect server answers at {server or 'PREFECT_API_URL, which is not set'}",
            f"start one with `{GUARDED}`, then set PREFECT_API_URL=http://127.0.0.1:4200/api",
        )
    if is_open(server):
        raise UsageError(
            f"the Prefect server at {server} does not refuse a caller without a login",
            f"start it with `{GUARDED}`, and this command with `{LOGGED_IN}`",
        )
    planned = deployments()
    for deployment in planned:
        progress(f"{deployment.name}: {deployment.cron} UTC")
    try:
        # No pause at the end: deployments would stay paused when served again, and pausing is a person's decision.
        runner = Runner("tokenshare", limit=1, pause_on_shutdown=False, heartbeat_seconds=HEARTBEAT_SECONDS)
        register()
        for deployment in planned:
            _add(runner, deployment)
        asyncio.run(runner.start())
    except Exception as error:
        raise UsageError(
            f"the Prefect server at {server} failed ({type(error).__name__})",
            "check that server, then run `tokenshare serve` again, or let a supervisor do so",
        ) from error


def _add(runner: Runner, deployment: Deployment) -> None:
    """Register the deployment with its flow: a runner without the flow would load the code that the server names."""
    runner.add_flow(
        scheduled,
        deployment.name,
        description=deployment.title,
        schedule=Cron(deployment.cron, timezone="UTC"),
        concurrency_limit=ONE,
        parameters={"sources": list(deployment.sources)},
    )


def _state(code: int, output: str) -> State[Any]:
    """The result of the pass, as Prefect lists it among the runs."""
    try:
        document = json.loads(output)
    except ValueError:
        document = {"error": "it printed no JSON"}
    if code not in WELL:
        return Failed(message=f"exit code {code}: {visible(document.get('error', 'see the log'))}")
    waiting = document["alerts"]["undelivered"]
    notes = [*findings_of(document), *([f"alerts not delivered: {waiting}"] if waiting else [])]
    return Completed(name=document["status"].capitalize(), message="; ".join(notes) or "all well")
