"""Confidence: points that are there, of those that a full window would hold."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from assessor.domain.confidence import Coverage, assessment_coverage, machine_coverage
from assessor.domain.machine import Source, Usage


def test_all_points_present_are_five_stars(a_machine: Any, a_disk: Any, a_nic: Any, settings: Any) -> None:
    machine = a_machine(disks=(a_disk(),), nics=(a_nic(),))
    coverage = machine_coverage(machine, settings())
    assert coverage == Coverage(1_152, 1_152)
    assert (coverage.percent, coverage.stars) == (100, 5)


@pytest.mark.parametrize(
    ("percent", "stars"),
    [(0, 1), (20, 1), (20.9, 1), (21, 2), (40, 2), (60.5, 3), (61, 4), (80, 4), (81, 5), (100, 5)],
)
def test_percent_is_cut_before_its_band_is_chosen(percent: float, stars: int) -> None:
    assert Coverage(int(percent * 10), 1_000).stars == stars


@pytest.mark.parametrize(("time_range", "points"), [("Day", 144), ("Week", 1_008), ("Month", 4_320)])
def test_window_decides_what_is_expected(time_range: str, points: int, a_machine: Any, settings: Any) -> None:
    coverage = machine_coverage(a_machine(), settings(time_range=time_range))
    assert coverage == Coverage(2 * 144, 2 * points)


def test_custom_window_counts_its_ten_minutes(a_machine: Any, settings: Any) -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 10, tzinfo=UTC)
    custom = settings(time_range="Custom", perf_data_start_time=start, perf_data_end_time=end)
    coverage = machine_coverage(a_machine(cpu=None), custom)
    assert coverage == Coverage(60, 120)


def test_metric_that_cannot_be_collected_stays_expected(a_machine: Any, settings: Any) -> None:
    coverage = machine_coverage(a_machine(memory=None, source=Source.HYPERV), settings())
    assert coverage is not None
    assert coverage.percent == 50


def test_not_given_for_as_is_imports_and_plain_values(a_machine: Any, settings: Any) -> None:
    plain = replace(a_machine(), cpu_percent=Usage(50, None))
    assert machine_coverage(a_machine(), settings(sizing_criterion="AsOnPremises")) is None
    assert machine_coverage(a_machine(source=Source.IMPORT), settings()) is None
    assert machine_coverage(plain, settings()) is None


def test_assessment_adds_up_the_machines_that_have_one() -> None:
    assert assessment_coverage([Coverage(1, 2), None, Coverage(5, 8)]) == Coverage(6, 10)
    assert assessment_coverage([None]) is None
