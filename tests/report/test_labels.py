"""Names beside the ends of lines stand apart, in the order of the lines."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from flows.report.labels import spread

HEIGHTS = st.lists(st.floats(0, 1e13), min_size=1, max_size=15)


@given(HEIGHTS)
def test_no_label_stands_over_another_and_their_order_stays(heights: list[float]) -> None:
    moved = spread(heights, gap=0.05)
    least = 0.05 * max(heights)
    apart = sorted(moved)
    assert all(above - below >= least * 0.999 for below, above in pairwise(apart))
    order = sorted(range(len(heights)), key=lambda place: (heights[place], -place))
    assert order == sorted(range(len(moved)), key=lambda place: (moved[place], -place))
    assert min(moved) == min(heights)


def test_labels_far_apart_stay_where_their_lines_end() -> None:
    assert spread([0.6, 0.1, 0.3], gap=0.05) == [0.6, 0.1, 0.3]
