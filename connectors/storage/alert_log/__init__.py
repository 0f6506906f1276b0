"""Faults on record, the messages about them, and what became of each message."""
