"""Helm's own opinion of the chart."""

import pytest
from deploy.k8s.tests.conftest import Chart, values_file


def test_chart_lints_strictly_with_default_values(chart: Chart) -> None:
    answer = chart.lint()
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("profile", ["minimal", "full"])
def test_chart_lints_strictly_with_each_profile(chart: Chart, profile: str) -> None:
    answer = chart.lint(values_file(profile))
    assert answer.returncode == 0, answer.stdout + answer.stderr
