"""What the pipeline keeps on disk: archive, landing, warehouse, publications. DuckDB enters here alone."""
