"""quixstreams: its consumer and JSON deserializer, batches of its sink into Parquet."""

import json
import threading
import time
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from access import Access, given
from quixstreams import Application
from quixstreams.kafka.configuration import ConnectionConfig
from quixstreams.sinks import BatchingSink, SinkBatch

COUNT = {"rows": 0}


class ParquetSink(BatchingSink):
    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def write(self, batch: SinkBatch) -> None:
        table = pa.Table.from_pylist([item.value for item in batch])
        pq.write_table(
            table, self._access.folder / f"{batch.partition}-{batch.start_offset}.parquet", compression="zstd"
        )
        COUNT["rows"] += table.num_rows


def main() -> None:
    access = given()
    login = ConnectionConfig(
        bootstrap_servers=access.servers, security_protocol="sasl_plaintext", sasl_mechanism="PLAIN",
        sasl_username=access.user, sasl_password=access.password,
    )  # fmt: skip
    application = Application(  # a group of its own: another run has committed its offsets
        broker_address=login, consumer_group=f"peers-{uuid.uuid4().hex}", auto_offset_reset="earliest",
        auto_create_topics=False, commit_interval=2, loglevel="ERROR", processing_guarantee="at-least-once",
    )  # fmt: skip
    rows = application.dataframe(application.topic(access.topic, value_deserializer="json"))
    rows.sink(ParquetSink(access))
    wanted = sum(end - begin for begin, end in access.ends.values())
    threading.Thread(target=_stop, args=(application, wanted), daemon=True).start()
    application.run()
    print(json.dumps(COUNT["rows"]))


def _stop(application: Application, wanted: int) -> None:
    while COUNT["rows"] < wanted:
        time.sleep(0.2)
    application.stop()


if __name__ == "__main__":
    main()
