"""The mirror in PostgreSQL."""
