"""Heights of labels beside the ends of lines."""

from collections.abc import Sequence


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """The heights, moved apart until none is nearer to another than `gap`, a part of their whole range.

    Their order stays, and the lowest label no lower than the lowest height. Equal heights keep the order they came in.
    """
    least = gap * (max(heights) - min(0.0, *heights)) if heights else 0.0
    moved: dict[int, float] = {}
    reached = float("-inf")
    for place in sorted(range(len(heights)), key=lambda place: (heights[place], -place)):
        reached = max(heights[place], reached + least)
        moved[place] = reached
    return [moved[place] for place in range(len(heights))]
