"""Apache Kafka: topics, records in and out by offsets, and a local broker where there is none."""
