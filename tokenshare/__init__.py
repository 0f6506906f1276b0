"""The vocabulary of tokenshare: fields, events, topics, sources, metrics, publications.

Read this package first. It does no I/O and imports no vendor but pydantic.
"""
