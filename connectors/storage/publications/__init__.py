"""Versions of metrics: the decisions about them, their lineage, and the files for readers."""
