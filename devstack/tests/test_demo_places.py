"""Where a demo works."""

from pathlib import Path

import pytest

from devstack.demo.places import DemoPlaces
from devstack.demo.waiting import DemoFailed


def test_a_second_demo_leaves_the_first_one_s_data_alone(tmp_path: Path) -> None:
    first, second = DemoPlaces.at(tmp_path), DemoPlaces.at(tmp_path)
    with first.alone(), pytest.raises(DemoFailed, match="in use by another demo"), second.alone():
        pass
    with second.alone():
        second.start_fresh()
    assert second.data.is_dir()


def test_demos_of_two_places_run_side_by_side(tmp_path: Path) -> None:
    with DemoPlaces.at(tmp_path / "a").alone(), DemoPlaces.at(tmp_path / "b").alone():
        pass
