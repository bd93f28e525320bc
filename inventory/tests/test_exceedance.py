"""Counting how often a series lies above a limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyor_inventory.exceedance import Exceedance, added_up, count_exceedance

POINTS = st.lists(st.none() | st.floats(0, 100), max_size=60)


def test_longest_run_is_the_longest_of_neighbours() -> None:
    points = [90, 10, 90, 90, 90, 10, 90, 90]
    assert count_exceedance(points, 50) == Exceedance(measured=8, above=6, longest_above=3)


def test_point_at_the_limit_is_not_above() -> None:
    assert count_exceedance([50.0], 50).above == 0


def test_gap_ends_a_run_and_is_not_measured() -> None:
    assert count_exceedance([90, None, 90], 50) == Exceedance(measured=2, above=2, longest_above=1)


def test_share_is_of_the_measured_points_and_unknown_without_any() -> None:
    assert count_exceedance([90, 10, 10, None], 50).percent_above == pytest.approx(33.333333)
    assert count_exceedance([None], 50).percent_above is None


def test_series_add_up_where_any_of_them_was_measured() -> None:
    assert added_up([[1, None, None], [2, 3, None]]) == [3, 3, None]


@given(points=POINTS, low=st.floats(0, 100), high=st.floats(0, 100))
def test_higher_limit_is_never_exceeded_more_often(
    points: list[float | None], low: float, high: float
) -> None:
    low, high = sorted((low, high))
    above, below = count_exceedance(points, low), count_exceedance(points, high)
    assert (above.above, above.longest_above) >= (below.above, below.longest_above)
    assert below.longest_above <= below.above <= below.measured == above.measured
