"""bytewax: its Kafka source and json.loads, an item a record, its batches into Parquet."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import bytewax.operators as op
import pyarrow as pa
import pyarrow.parquet as pq
from access import given
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main

BATCH = 50_000


class Files(StatelessSinkPartition):
    def __init__(self, folder: Path) -> None:
        self._folder, self._rows = folder, []

    def write_batch(self, items: list[dict[str, object]]) -> None:
        self._rows += items
        if len(self._rows) >= BATCH:
            self._write()

    def _write(self) -> None:
        table = pa.Table.from_pylist(self._rows)
        pq.write_table(table, self._folder / f"{uuid.uuid4().hex}.parquet", compression="zstd")
        self._rows = []

    def close(self) -> None:
        if self._rows:
            self._write()


class Parquet(DynamicSink):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, _step: str, _index: int, _count: int) -> Files:
        return Files(self._folder)


def main() -> None:
    access = given()
    flow = Dataflow("peer")
    options = {name: str(value) for name, value in access.librdkafka.items() if name != "bootstrap.servers"}
    source = KafkaSource([access.servers], [access.topic], tail=False, add_config=options, batch_size=5_000)
    rows = op.map("decode", op.input("kafka", flow, source), lambda message: json.loads(message.value))
    op.output("parquet", rows, Parquet(access.folder))
    run_main(flow, epoch_interval=timedelta(seconds=10))
    print(sum(pq.read_metadata(path).num_rows for path in access.folder.glob("*.parquet")))


if __name__ == "__main__":
    main()
