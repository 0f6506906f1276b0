"""Apache Beam, an element a record: kafka-python's poll in a DoFn, json.loads, WriteToParquet."""

import json

import apache_beam as beam
import pyarrow as pa
from access import Access, given
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from kafka import KafkaConsumer, TopicPartition


def read(span: tuple[int, int, int], access: Access):  # type: ignore[no-untyped-def]
    partition, begin, end = span
    consumer = KafkaConsumer(
        bootstrap_servers=access.servers, group_id=None, security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN",
        sasl_plain_username=access.user, sasl_plain_password=access.password,
    )  # fmt: skip
    at = TopicPartition(access.topic, partition)
    consumer.assign([at])
    consumer.seek(at, begin)
    while consumer.position(at) < end:
        for records in consumer.poll(500, max_records=5_000).values():
            yield from (record.value for record in records)
    consumer.close()


def main() -> None:
    access = given()
    consumer = next(read((max(access.ends), *access.ends[max(access.ends)]), access))
    schema = pa.Table.from_pylist([{**json.loads(consumer)}]).schema
    schema = pa.schema([field if field.type != pa.null() else field.with_type(pa.string()) for field in schema])
    spans = [(partition, *span) for partition, span in access.ends.items()]
    with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        rows = pipeline | beam.Create(spans) | beam.FlatMap(read, access) | beam.Map(json.loads)
        _ = rows | beam.io.WriteToParquet(str(access.folder / "rows"), schema, codec="zstd")
    print(sum(end - begin for begin, end in access.ends.values()))


if __name__ == "__main__":
    main()
