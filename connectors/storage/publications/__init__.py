"""Versions of metrics: what was decided about them, what each was made from, and the files that readers open."""
