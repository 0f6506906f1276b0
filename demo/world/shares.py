"""The story of the synthetic world: the tokens routed, and each author's part of them, from month to month.

Invented, in the known shape of the real router: it grows tenfold, one vendor after another leads.
"""

import csv
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from pathlib import Path

Curve = Sequence[tuple[date, float]]

# Tokens of an ordinary day: about 2.6T a week at first, 5T in April 2025, 20T a year later, 26T at the end.
TOKENS: Curve = (
    (date(2025, 1, 1), 3.8e11),
    (date(2025, 4, 1), 7.1e11),
    (date(2025, 7, 1), 1.1e12),
    (date(2025, 10, 1), 1.6e12),
    (date(2026, 1, 1), 2.15e12),
    (date(2026, 4, 10), 2.98e12),
    (date(2026, 6, 30), 3.9e12),
)
# For two days a model is given away, and its vendor has 22 % of all tokens; overnight it is back at 3 %.
PROMOTED, PROMOTION_DAYS = "tencent", (date(2026, 6, 2), date(2026, 6, 3))
PROMOTION_PARTS = 33.5  # to the 115 or so of all the others


def _read() -> dict[str, Curve]:
    with Path(__file__).with_name("shares.csv").open(encoding="utf-8", newline="") as table:
        header, *lines = csv.reader(table)
    days = [date.fromisoformat(day) for day in header[1:]]
    return {author: tuple(zip(days, map(float, parts), strict=True)) for author, *parts in lines}


CURVES = _read()


def parts(day: date) -> dict[str, float]:
    """Each author's part of the day's tokens; they are relative, and need not add up to a hundred."""
    found = {author: read(curve, day) for author, curve in CURVES.items()}
    return {**found, PROMOTED: PROMOTION_PARTS} if day in PROMOTION_DAYS else found


def read(curve: Curve, day: date) -> float:
    """The curve's value on a day: straight between its points."""
    place = min(bisect_right(curve, day, key=lambda point: point[0]), len(curve) - 1)
    (before, low), (after, high) = curve[place - 1], curve[place]
    return low + (high - low) * ((day - before).days / (after - before).days)
