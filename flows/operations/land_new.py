"""What is new in the topics lands and is committed, and nothing else happens: a later pass makes numbers of it."""

from typing import Any

from connectors.storage.home import Home
from connectors.storage.warehouse import runs
from flows.orchestration.runner import exclusive_pass, log_pass
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import new_run_id, now
from flows.setup.context import LANDS_ONLY, open_pass
from flows.setup.flink import flink_of
from flows.stages.ingest import ingest
from flows.stages.land import land
from tokenshare.noop import noop


def land_new(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Land every new record, in this process or on the Flink cluster of the settings.

    Raises BrokerUnavailable, RecordsLost or RunnerFailed; ranges once planned are landed by the next pass then.
    """
    home, run_id = Home(settings.home), new_run_id(now())
    flink_of(settings)  # settings that name no cluster are refused before anything is planned
    with (
        exclusive_pass(home, run_id, now()) as fence,
        log_pass(home, run_id, noop) as log,
        open_pass(settings, now(), run_id, None, None, [], progress, LANDS_ONLY, fence, log) as run,
    ):
        ingest(run)
        with run.stage("land"):
            landed = land(run)
        run.note("range", landed)
        runs.finish(home.warehouse, run.id, run.clock())
        log("end", {"status": "landed", "exit_code": 0, "seconds": {"total": run.seconds["land"], **run.seconds}})
    files = [{"file": found.range.file_name, "rows": found.rows, "was": "new"} for found in landed]
    return {"runner": settings.runner, "files": files}
