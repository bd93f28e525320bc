"""Helm's own opinion of the chart."""

import subprocess
from pathlib import Path

import pytest
from deploy.k8s.tests.conftest import Chart, values_file

from devstack.helm import HELM_VERSION


def test_helm_is_the_version_that_was_asked_for(helm: Path) -> None:
    answer = subprocess.run([helm, "version", "--short"], capture_output=True, text=True)
    assert answer.stdout.startswith(f"v{HELM_VERSION}")


def test_chart_lints_strictly_with_default_values(chart: Chart) -> None:
    answer = chart.lint()
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("profile", ["minimal", "full"])
def test_chart_lints_strictly_with_each_profile(chart: Chart, profile: str) -> None:
    answer = chart.lint(values_file(profile))
    assert answer.returncode == 0, answer.stdout + answer.stderr
