"""The limit by hand: batches of confluent-kafka into DuckDB's JSON reader into Parquet; nothing is validated."""

import duckdb
from access import given
from confluent_kafka import Consumer, TopicPartition

BATCH = 100_000


def main() -> None:
    access, count = given(), 0
    consumer = Consumer({**access.librdkafka, "fetch.message.max.bytes": 1 << 20})
    connection, text = duckdb.connect(), access.folder / "batch.ndjson"
    connection.execute("SET threads = 1")
    for partition, (begin, end) in access.ends.items():
        consumer.assign([TopicPartition(access.topic, partition, begin)])
        while begin < end:
            messages = consumer.consume(min(BATCH, end - begin), 1.0)
            if messages:
                text.write_bytes(b"\n".join([message.value() for message in messages]))
                path = access.folder / f"{partition}-{begin}.parquet"
                rows = f"SELECT * FROM read_json('{text}', format = 'newline_delimited')"
                connection.execute(f"COPY ({rows}) TO '{path}' (COMPRESSION zstd)")
                begin += len(messages)
                count += len(messages)
    print(count)


if __name__ == "__main__":
    main()
