"""Repair of landed files: read their ranges again from Kafka, verify them, replace damaged or missing ones."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.kafka import ranges
from connectors.storage import landing
from connectors.storage.home import Home
from connectors.storage.landing import dead_letters, file_audit, file_replacement
from connectors.storage.landing.file_replacement import Change
from connectors.storage.warehouse import builds, fencing, ledger, transaction
from flows.orchestration.runner import exclusive_pass
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import new_run_id, now
from flows.setup.cluster import open_cluster
from flows.stages.land import WriteRange
from flows.stages.proof import FindUnproven, rule_of
from tokenshare.noop import noop
from tokenshare.offsets import Range


def reland(settings: Settings, wanted: Range, progress: Progress) -> dict[str, Any]:
    """Land again every file with offsets of the range. No record lands twice, because a file stands for its offsets.

    Raises UsageError if offsets have not landed, and RecordsLost if Kafka has them no more.
    """
    home, run_id, at = Home(settings.home), new_run_id(now()), now()
    with exclusive_pass(home, run_id, at) as fence, fencing.open_fenced(home.warehouse, fence) as connection:
        found = file_audit.overlapping(connection, wanted)
        outcomes = dead_letters.read_outcomes(connection)
        dropped = {
            id.offset
            for id, outcome in outcomes.items()
            if id[:2] == (wanted.topic, wanted.partition) and outcome.outcome == "dropped"
        }
        files = []
        with TemporaryDirectory(dir=home.build) as folder:
            _read_again(settings, [landed.range for landed in found], rule_of(home, connection), Path(folder), progress)
            for landed in found:
                part = file_audit.differing(home.landing, Path(folder), landed, dropped)
                again = landing.read_manifest(Path(folder), landed.range)
                restate = partial(ledger.replace_strangers, connection, again)
                if part:
                    change = Change(run_id, at)
                    file_replacement.replace_files(connection, home.landing, [landed.range], [part], change, restate)
                    builds.delete(connection)
                else:
                    with transaction(connection):
                        restate()
                rows = part.rows if part else landed.rows
                files.append({"file": landed.range.file_name, "rows": rows, "was": "replaced" if part else "verified"})
    return {"files": files}


def _read_again(
    settings: Settings, wanted: list[Range], unproven: FindUnproven, folder: Path, progress: Progress
) -> None:
    """Write the files of the ranges as they would land now; their dead letters were sent when they landed."""
    from connectors.beam import pipeline  # three seconds
    from connectors.beam.transforms import LandRanges

    cluster = open_cluster(settings, progress)
    progress(f"read {len(wanted)} files again")
    pipeline.run(wanted, LandRanges(ranges.RangeReader(cluster), unproven, noop, WriteRange(folder, noop)))
