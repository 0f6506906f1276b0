"""Beam over ranges of offsets; it knows contracts and callables, never Kafka or files."""
