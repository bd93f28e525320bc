"""Ten thousand machines: all of them are discovered, and in reasonable time."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devstack.fixtures.vcenter import RunningVCenter, running_vcenter
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

from .following import Following, following
from .running_collector import source_for
from .vcenter_client import connected

pytestmark = [pytest.mark.parts, pytest.mark.scale, pytest.mark.timeout(1800)]

MACHINES = 10_000
PATIENCE_SECONDS = 600
CPU_SECONDS = 45
"""For reading, describing and publishing all machines once; pyvmomi took 17 s for reading alone."""


@pytest.fixture
def large(tmp_path: Path) -> Iterator[RunningVCenter]:
    with running_vcenter(tmp_path / "vcenter", machines=MACHINES, seed=5) as vcenter:
        yield vcenter


def counted(seen: Following) -> bool:
    return seen.board("large").inventory_read_at is not None


async def test_ten_thousand_machines_are_discovered_completely(large: RunningVCenter, tmp_path: Path) -> None:
    with connected(large) as client:
        names = {str(name) for name in client.names()}
    process = psutil.Process()
    before, began = process.cpu_times().user, time.monotonic()
    settings = {"poll_interval_seconds": 20, "publish_interval_seconds": 20, "back_fill": False}
    async with following(tmp_path, [source_for(large, "large", tmp_path)], **settings) as seen:
        await seen.until(counted, "a complete read", PATIENCE_SECONDS)
        used, took = process.cpu_times().user - before, time.monotonic() - began
        machines = {event.machine_id: event.name for event in seen.of(VmwareMachineObserved)}
        assert len(machines) == MACHINES
        assert set(machines.values()) == names
        await seen.until(lambda s: s.of(PerformanceSampled), "samples", PATIENCE_SECONDS)
    assert used < CPU_SECONDS, f"{used:.0f} CPU s, {took:.0f} s"
