"""The Flink cluster of a set-up, if it lands on one."""

from connectors.beam.flink import Flink
from connectors.kafka import java
from flows.settings import ENVIRON, Settings
from tokenshare.errors import UsageError


def flink_of(settings: Settings) -> Flink | None:
    """The cluster that the settings name; None to land in this process. Raises UsageError if they name none."""
    if settings.runner == "local":
        return None
    if not settings.flink_master:
        raise UsageError("the runner is flink, and no cluster is named", "add --flink-master HOST:PORT, its REST API")
    launcher = str(java.find(ENVIRON).path) if settings.flink_job_server.endswith(".jar") else "java"
    return Flink(
        settings.flink_master, settings.flink_job_server, launcher, settings.flink_workers, settings.flink_parallelism
    )
