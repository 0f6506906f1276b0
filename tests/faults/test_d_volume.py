"""Ten times the usual volume: landed range by range, in the memory of one range."""

import json
import resource
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import producer, ranges, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.storage import landing
from flows.stages.land import WriteRange
from flows.stages.land import _reject as reject
from flows.stages.land import _split as split
from flows.stages.proof import FindUnproven
from tests import forked
from tests.kafka.conftest import cluster, cluster_factory
from tokenshare.codec import encode
from tokenshare.events import UsageObserved
from tokenshare.noop import noop
from tokenshare.offsets import Range
from tokenshare.topics import USAGE_OBSERVED

__all__ = ["cluster", "cluster_factory"]
pytestmark = pytest.mark.timeout(600)
Record = Callable[[str, Any], None]
NAME, AT = USAGE_OBSERVED.name, datetime(2026, 6, 15, 5, tzinfo=UTC)
USUAL, TIMES, RANGE = 5_000, 10, 2_500


def event(tokens: int) -> bytes:
    return encode(
        UsageObserved.identified(
            source_id="openrouter_rankings", observed_at=AT, fetch_id="f" * 32, usage_date=date(2026, 6, 14),
            model_permaslug="a/b", tokens=tokens, as_of=AT,
        )
    )  # fmt: skip


def land_in_a_process(cluster: Cluster, wanted: Sequence[Range], folder: Path, said: Path) -> None:
    """Lands the ranges, and says by how much memory the process grew, in MiB."""
    from connectors.beam import pipeline
    from connectors.beam.transforms import LandRanges

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    write = WriteRange(folder, noop)
    land = LandRanges(ranges.RangeReader(cluster), FindUnproven(None, {}), partial(reject, cluster), write)
    pipeline.run(wanted, land)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    said.write_text(json.dumps(grown / 1024))


@pytest.mark.long
def test_d15_ten_times_the_volume_lands_in_the_memory_of_one_range(
    cluster: Cluster, tmp_path: Path, record_property: Record
) -> None:
    """Fifty thousand records instead of five thousand, in ranges of 2,500."""
    topics.create(cluster, [NAME])
    producer.send(cluster, [Message(NAME, b"k", event(tokens)) for tokens in range(USUAL * TIMES)])
    grown, landed = {}, {}
    for times in (1, TIMES):
        folder, said = tmp_path / f"{times}", tmp_path / f"{times}.json"
        wanted = split(Range(NAME, 0, 0, USUAL * times), RANGE)
        assert forked.run(land_in_a_process, cluster, wanted, folder, said) == 0
        grown[times] = json.loads(said.read_text())
        landed[times] = [(folder / one.file_name).read_bytes() for one in wanted]
        assert sum(landing.read_manifest(folder, one).rows for one in wanted) == USUAL * times
    assert grown[TIMES] < 2 * grown[1]
    assert landed[TIMES][: len(landed[1])] == landed[1]
    record_property("observed", f"{USUAL * TIMES} rows, {grown[TIMES]:.0f} MiB more where {grown[1]:.0f} are usual")
