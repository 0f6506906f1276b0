"""Faults on record, the messages about them, and the deliveries of each message."""
