"""Values that come later than the look-back reaches."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from collector_vmware.domain.late_values import POLLS_PER_ROUND, LateValues
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.domain.windows import Window

from .builders import A_MACHINE, CPU, READ, some_samples

START = 1_700_000_000
LIVE = Window(A_MACHINE, "vm-1", 2, START + 3500, START + 3600)


def taken(values: Sequence[float | None], key: tuple[str, str] = CPU) -> TakenSamples:
    found = TakenSamples(20)
    found.take_new(A_MACHINE, some_samples(START, values, key))
    return found


def found_in(late: LateValues, rounds: int) -> list[tuple[int, int]]:
    """Return the windows that so many rounds of polls for one machine bring."""
    windows = [window for _ in range(rounds * POLLS_PER_ROUND) for window in late.windows([LIVE])]
    return [(window.start, window.end) for window in windows]


@given(st.lists(st.sampled_from([1.0, None]), min_size=1, max_size=150))
def test_a_hole_spans_all_times_without_a_value(values: list[float | None]) -> None:
    missing = [START + 20 * n for n, value in enumerate(values) if value is None]
    first = next((START + 20 * n for n, value in enumerate(values) if value is not None), None)
    expected = [at for at in missing if first is not None and at > first]
    hole = taken(values).hole(A_MACHINE, START - 20, START + 20 * (len(values) - 1))
    assert (hole is None) == (not expected)
    if hole:
        assert hole[0] < expected[0] <= hole[0] + 20
        assert hole[1] - 20 < expected[-1] <= hole[1]


def test_a_series_that_lacks_what_another_has_is_a_hole() -> None:
    both = taken([1] * 100)
    both.take_new(A_MACHINE, some_samples(START, [1] * 50 + [None] * 10 + [1] * 40, READ))
    assert both.hole(A_MACHINE, START, START + 1980) == (START + 999, START + 1199)


def test_what_is_complete_has_no_hole_nor_what_lies_before_the_first_sample() -> None:
    assert taken([None] * 50 + [1] * 50).hole(A_MACHINE, START, START + 1980) is None
    assert TakenSamples(20).hole(A_MACHINE, START, START + 1980) is None


def test_a_hole_is_asked_for_once_a_round_until_it_is_filled() -> None:
    progress = taken([1] * 50 + [None] * 5 + [1] * 125)
    late = LateValues(progress)
    assert found_in(late, 1) == [(START + 999, START + 1099)]
    progress.take_new(A_MACHINE, some_samples(START + 1000, [7] * 5))
    assert found_in(late, 3) == []


def test_a_hole_that_is_never_filled_is_asked_for_ever_more_rarely() -> None:
    late = LateValues(taken([1] * 50 + [None] * 5 + [1] * 125))
    assert [len(found_in(late, 1)) for _ in range(16)] == [1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
