"""An ESXi host without a vCenter is a source like any other."""

from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from devstack.fixtures.vcenter import running_vcenter
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.identity import vmware_machine_id

from .following import Following, following
from .published_values import latest, values_of
from .running_collector import source_for
from .vcenter_client import connected

pytestmark = pytest.mark.parts


async def test_a_lone_host_is_discovered_and_measured_under_its_hardware_uuid(tmp_path: Path) -> None:
    with running_vcenter(tmp_path / "esx", machines=5, seed=3, esx=True) as host, connected(host) as client:
        there = client.machines()
        (system,) = {machine.runtime.host for machine in there}
        name, hardware = system.name, system.summary.hardware.uuid
        ids = {vmware_machine_id(hardware, m.config.instanceUuid): m.runtime.powerState for m in there}
        running = {machine_id for machine_id, state in ids.items() if state == "poweredOn"}
        async with following(tmp_path, [source_for(host, "lone", tmp_path)]) as seen:
            await seen.until(partial(_has, set(ids), running), "all machines and their samples")
            status = seen.board("lone").report()
    assert (status.kind, status.state) == ("esxi", "connected")
    for machine in latest(seen).values():
        assert isinstance(machine, VmwareMachineObserved)
        assert (machine.source_kind, machine.owner_uuid) == ("esxi", hardware)
        assert machine.host is not None
        assert (machine.host.name, machine.cluster_name) == (name, None)


def _has(machines: set[UUID], running: set[UUID], seen: Following) -> bool:
    return latest(seen).keys() == machines and {key[0] for key in values_of(seen)} == running
