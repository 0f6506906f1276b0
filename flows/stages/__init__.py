"""The stages of a pass: ingest, land, transform, judge, decide, publish, notify."""
