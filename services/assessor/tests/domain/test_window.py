"""The performance history ends with the slot that holds the run's end, and has a fixed number of slots."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessor.domain.window import Window, performance_window


@pytest.mark.parametrize(
    ("end", "last_slot_end"), [((12, 0, 0), (12, 0)), ((12, 0, 1), (12, 10)), ((12, 9, 59), (12, 10))]
)
def test_window_ends_with_the_slot_of_its_end(
    end: tuple[int, int, int], last_slot_end: tuple[int, int], settings: Any
) -> None:
    window = performance_window(settings(), datetime(2026, 3, 10, *end, tzinfo=UTC))
    last = datetime(2026, 3, 10, *last_slot_end, tzinfo=UTC)
    assert window == Window(last - timedelta(days=1), last)


@pytest.mark.parametrize(("time_range", "days"), [("Day", 1), ("Week", 7), ("Month", 30)])
def test_length_is_that_of_the_time_range(time_range: str, days: int, settings: Any) -> None:
    window = performance_window(settings(time_range=time_range), datetime(2026, 3, 10, tzinfo=UTC))
    assert window.end_at - window.start_at == timedelta(days=days)


def test_custom_range_does_not_depend_on_the_run(settings: Any) -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    custom = settings(time_range="Custom", perf_data_start_time=start, perf_data_end_time=end)
    assert performance_window(custom, datetime(2026, 3, 10, tzinfo=UTC)) == Window(start, end)
