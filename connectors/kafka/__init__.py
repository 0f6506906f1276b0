"""Apache Kafka: topics, records in and out by offsets, and a local broker for a machine without one."""
