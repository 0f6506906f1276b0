"""What a person does besides a pass: backfill, repair, compact, release, demo."""
