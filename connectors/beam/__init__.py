"""Beam over ranges of offsets. It depends on contracts and callables, never on Kafka or files."""
