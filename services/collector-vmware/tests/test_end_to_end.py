"""The collector as a process between a simulated vCenter and a real broker."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pyVmomi import vim

from devstack.fixtures.collector import published, running
from devstack.fixtures.vcenter import RunningVCenter
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.identity import vmware_machine_id
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

from .published_values import latest, values_of
from .running_collector import a_collector, source_for
from .vcenter_client import connected
from .vcenter_truth import Values, values_over_there

pytestmark = pytest.mark.parts


def sizes(machine: VmwareMachineObserved) -> tuple[Any, ...]:
    return (
        machine.name,
        machine.instance_uuid,
        machine.cpu_count,
        machine.memory_mib,
        machine.power_state,
        machine.is_template,
        machine.firmware,
        machine.guest_full_name,
        sorted((disk.key, disk.capacity_bytes, disk.file_name) for disk in machine.disks),
        sorted((nic.key, nic.mac_address, tuple(nic.ip_addresses)) for nic in machine.nics),
        machine.host and machine.host.name,
    )


def sizes_over_there(machine: Any) -> tuple[Any, ...]:
    config = machine.config
    addresses = {nic.deviceConfigId: tuple(sorted(nic.ipAddress)) for nic in machine.guest.net}
    disks: list[Any] = [d for d in config.hardware.device if isinstance(d, vim.vm.device.VirtualDisk)]
    nics = [d for d in config.hardware.device if isinstance(d, vim.vm.device.VirtualEthernetCard)]
    return (
        machine.name,
        config.instanceUuid,
        config.hardware.numCPU,
        config.hardware.memoryMB,
        machine.runtime.powerState,
        config.template,
        config.firmware,
        config.guestFullName,
        sorted((disk.key, disk.capacityInBytes, disk.backing.fileName) for disk in disks),
        sorted((nic.key, nic.macAddress, addresses.get(nic.key, ())) for nic in nics),
        machine.runtime.host.name,
    )


async def test_everything_is_discovered_and_every_value_of_the_last_hour_published(
    vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(vcenter, "whole", tmp_path)])
    with connected(vcenter) as client:
        there = client.machines()
        running_there = [m for m in there if m.runtime.powerState == "poweredOn"]
        async with running(collector), published(broker, "whole") as seen:
            await seen.until(lambda s: len(latest(s)) >= len(there), "all machines")
            await seen.until(
                lambda s: (
                    all(max(values) - min(values) >= 3500 for values in values_of(s).values() if values)
                    and len({key[0] for key in values_of(s)}) == len(running_there)
                ),
                "an hour of samples of all running machines",
            )
            published_values = values_of(seen)
            oldest = max(min(values) for values in published_values.values())
            start = oldest + 100  # the hour that the source keeps moves on while this test asks
            end = min(max(values) for values in published_values.values())
            expected: Values = {}
            for machine in running_there:
                expected |= values_over_there(client, machine, start, end)
            heartbeat = await seen.until(
                lambda s: next(
                    (h for h in s.of(CollectorHeartbeat) if h.sources and h.sources[0].values_published), None
                ),
                "a heartbeat",
            )
        inside = {
            key: {at: value for at, value in values.items() if start < at <= end}
            for key, values in published_values.items()
        }
        assert inside == expected
        machines = [e for e in latest(seen).values() if isinstance(e, VmwareMachineObserved)]
        assert sorted(map(sizes, machines), key=str) == sorted(map(sizes_over_there, there), key=str)
    source = heartbeat.sources[0]
    assert source.state == "connected"
    assert source.machine_count == len(there)
    assert all(source.capabilities.values())
    numbers = [batch.batch_no for batch in seen.of(PerformanceSampled)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


async def test_a_restart_publishes_only_what_happened_meanwhile(
    own_vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    sources = [source_for(own_vcenter, "restarted", tmp_path)]
    first = a_collector(tmp_path, broker, sources)
    with connected(own_vcenter) as client:
        machines = client.machines()
        async with published(broker, "restarted") as seen:
            async with running(first):
                await seen.until(lambda s: len(latest(s)) == len(machines), "all machines")
                await seen.until(lambda s: len(values_of(s)) > 20, "samples")
                assert await asyncio.to_thread(first.stop) == 0
            await seen.to_the_end()
            assert seen.of(CollectorHeartbeat)[-1].stopping
            gone, renamed = machines[0], machines[1]
            gone_id = vmware_machine_id(client.content.about.instanceUuid, gone.config.instanceUuid)
            if gone.runtime.powerState == "poweredOn":
                client.wait(gone.PowerOffVM_Task())
            client.wait(gone.Destroy_Task())
            client.wait(renamed.Rename_Task("after-hours"))
            before = len(seen.of(VmwareMachineObserved))
            second = a_collector(tmp_path, broker, sources)
            batches = len(seen.of(PerformanceSampled))
            async with running(second):
                await seen.until(lambda s: s.of(MachineRemoved), "the removal")
                await seen.until(lambda s: len(s.of(PerformanceSampled)) > batches + 1, "new samples")
        values_of(seen)  # fails if a sample was published twice
        assert [event.name for event in seen.of(VmwareMachineObserved)[before:]] == ["after-hours"]
        (removed,) = seen.of(MachineRemoved)
        assert (removed.machine_id, removed.reason) == (gone_id, "missing")


async def test_a_change_that_the_source_keeps_to_itself_is_found_by_a_complete_read(
    own_vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    source = source_for(own_vcenter, "silent", tmp_path)
    collector = a_collector(tmp_path, broker, [source], full_read_interval_seconds=2)
    with connected(own_vcenter) as client:
        machine = client.a_running_machine()
        machine_id = vmware_machine_id(client.content.about.instanceUuid, machine.config.instanceUuid)
        client.wait(machine.PowerOffVM_Task())
        async with running(collector), published(broker, "silent") as seen:
            await seen.until(lambda s: len(latest(s)) == len(client.machines()), "all machines")
            await asyncio.to_thread(machine.MarkAsTemplate)
            await seen.until(
                lambda s: getattr(latest(s)[machine_id], "is_template", False), "the template mark"
            )
