"""dlt with Arrow: confluent-kafka's consumer, pyarrow's JSON reader, dlt's normalizing and its files of Parquet."""

import os
from collections.abc import Iterator
from io import BytesIO

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq
from access import Access, given
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

BATCH = 50_000


def read(access: Access) -> Iterator[pa.Table]:
    consumer = Consumer(access.librdkafka)
    consumer.assign([TopicPartition(access.topic, partition, OFFSET_BEGINNING) for partition in access.ends])
    wanted = sum(end - begin for begin, end in access.ends.values())
    while wanted > 0:
        messages = consumer.consume(min(BATCH, wanted), timeout=1)
        wanted -= len(messages)
        if messages:
            yield pyarrow.json.read_json(BytesIO(b"\n".join(message.value() for message in messages)))
    consumer.close()


def main() -> None:
    access = given()
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(access.folder / "dlt")}
    import dlt

    pipeline = dlt.pipeline(
        "peer", destination=dlt.destinations.filesystem(str(access.folder / "out")), dataset_name="requests",
        pipelines_dir=str(access.folder / "work"),
    )  # fmt: skip
    pipeline.run(dlt.resource(lambda: read(access), name="rows")(), loader_file_format="parquet")
    print(sum(pq.read_metadata(path).num_rows for path in access.folder.glob("out/requests/rows/*.parquet")))


if __name__ == "__main__":
    main()
