"""Operations besides a pass, each started by a person: backfill, repair, compact, release, demo."""
