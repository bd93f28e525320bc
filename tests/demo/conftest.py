"""One demo for all tests of this folder."""

from collections.abc import Iterator

import pytest
from tests.demo.running_demo import RunningDemo


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo that has shown its result and runs on."""
    running = RunningDemo(tmp_path_factory.mktemp("demo"), vms=13, hyperv_vms=5, seed=7)
    try:
        running.wait_for_result()
        yield running
    finally:
        running.end()
