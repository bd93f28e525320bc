"""The percentile is the nearest rank, without interpolation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.domain.percentile import nearest_rank

PEAKS = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


@pytest.mark.parametrize(("percentile", "expected"), [(50, 50), (90, 90), (95, 100), (99, 100)])
def test_ten_values_give_the_documented_ranks(percentile: int, expected: float) -> None:
    assert nearest_rank(range(10, 101, 10), percentile) == expected


def test_95th_percentile_of_a_week_is_value_number_958() -> None:
    assert nearest_rank(range(1, 1_009), 95) == 958


def test_whole_rank_is_not_one_off() -> None:
    assert nearest_rank(range(1, 101), 95) == 95


def test_nothing_measured_has_no_percentile() -> None:
    assert nearest_rank([], 95) is None


@given(PEAKS, st.sampled_from([50, 90, 95, 99]), st.randoms(use_true_random=False))
def test_percentile_is_one_of_the_values_and_ignores_their_order(
    peaks: list[float], percentile: int, random: object
) -> None:
    shuffled = sorted(peaks, key=lambda _: random.random())  # type: ignore[attr-defined]
    value = nearest_rank(peaks, percentile)
    assert value in peaks
    assert nearest_rank(shuffled, percentile) == value


@given(PEAKS)
def test_higher_percentile_is_never_lower(peaks: list[float]) -> None:
    values = [nearest_rank(peaks, percentile) or 0.0 for percentile in (50, 90, 95, 99)]
    assert values == sorted(values)
