"""What changes at the vCenter is on the topic within seconds, whatever becomes of the collector."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pyVmomi import vim

from devstack.fixtures.collector import Published, published, running
from devstack.fixtures.vcenter import RunningVCenter, running_vcenter
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.identity import vmware_machine_id

from .published_values import latest
from .running_collector import a_collector, source_for
from .vcenter_client import VCenterClient, connected

pytestmark = pytest.mark.parts

SECONDS = 5
SECONDS_OF_MANY = 10
"""The simulator reads all machines again for each of the several events of one change."""
MANY = 100


@pytest.fixture(params=[40, pytest.param(500, marks=pytest.mark.scale)])
def estate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningVCenter]:
    with running_vcenter(tmp_path / "vcenter", machines=request.param, seed=5) as vcenter:
        yield vcenter


Step = tuple[str, Callable[[], Any], Callable[[Any], bool]]


def steps_of(client: VCenterClient, machine: Any) -> Iterator[Step]:
    """Return each kind of change that the simulator reports, and how it shows on the topic."""
    devices = machine.config.hardware.device
    disks = sum(isinstance(d, vim.vm.device.VirtualDisk) for d in devices)
    nics = sum(isinstance(d, vim.vm.device.VirtualEthernetCard) for d in devices)
    cpus, host = machine.config.hardware.numCPU, machine.runtime.host.name
    folder = next(f.name for f in machine.parent.parent.childEntity if f != machine.parent)
    yield "a disk", lambda: client.add_disk(machine, 77), lambda m: len(m.disks) == disks + 1
    yield (
        "a larger disk",
        lambda: client.grow_disk(machine, 999),
        lambda m: any(disk.capacity_bytes == 999 << 30 for disk in m.disks),
    )
    yield "an adapter", lambda: client.add_nic(machine), lambda m: len(m.nics) == nics + 1
    yield (
        "cores and memory",
        lambda: client.reconfigure(machine, numCPUs=cpus + 2, memoryMB=12288),
        lambda m: (m.cpu_count, m.memory_mib) == (cpus + 2, 12288),
    )
    yield (
        "a note",
        lambda: client.reconfigure(machine, annotation="owner: finance"),
        lambda m: m.annotation == "owner: finance",
    )
    yield "a name", lambda: client.wait(machine.Rename_Task("renamed")), lambda m: m.name == "renamed"
    yield (
        "a snapshot",
        lambda: client.wait(machine.CreateSnapshot_Task("before", "", False, False)),
        lambda m: [snapshot.name for snapshot in m.snapshots] == ["before"],
    )
    yield "another host", lambda: client.relocate(machine), lambda m: m.host and m.host.name != host
    yield (
        "another folder",
        lambda: client.move_to_folder(machine, folder),
        lambda m: str(m.folder_path).endswith(folder),
    )
    yield (
        "a pause",
        lambda: client.wait(machine.SuspendVM_Task()),
        lambda m: m.power_state == "suspended",
    )
    yield "power", lambda: client.wait(machine.PowerOnVM_Task()), lambda m: m.power_state == "poweredOn"
    yield "no power", lambda: client.wait(machine.PowerOffVM_Task()), lambda m: m.power_state == "poweredOff"
    yield "its end", lambda: client.wait(machine.Destroy_Task()), lambda m: isinstance(m, MachineRemoved)


async def test_each_kind_of_change_is_published_within_seconds(
    estate: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    source_id = f"changing-{estate.machines}"
    collector = a_collector(tmp_path, broker, [source_for(estate, source_id, tmp_path)])
    with connected(estate) as client:
        there = {machine.name: machine for machine in client.machines()}
        machine = next(
            m
            for m in there.values()
            if m.runtime.powerState == "poweredOn" and len(m.runtime.host.parent.host) > 1
        )
        machine_id = vmware_machine_id(client.content.about.instanceUuid, machine.config.instanceUuid)
        other = next(m for m in there.values() if m != machine)
        async with running(collector), published(broker, source_id) as seen:
            await seen.until(lambda s: len(latest(s)) == len(there), "all machines")
            for what, change, shows in steps_of(client, machine):
                await asyncio.to_thread(change)
                await shown_in_time(seen, partial(_shows, machine_id, shows), what)
            await asyncio.to_thread(client.clone, other, "a-clone")
            await shown_in_time(seen, _has_a_clone, "a new machine")
    removed = latest(seen)[machine_id]
    assert isinstance(removed, MachineRemoved)
    assert removed.reason == "reported"


async def shown_in_time(seen: Published, condition: Callable[[Published], bool], what: str) -> None:
    limit = SECONDS if len(latest(seen)) < MANY else SECONDS_OF_MANY
    changed_at = time.monotonic()
    await seen.until(condition, what)
    assert time.monotonic() - changed_at < limit, f"{what} took too long"


def _shows(machine_id: UUID, condition: Callable[[Any], bool], seen: Published) -> bool:
    return condition(latest(seen)[machine_id])


def _has_a_clone(seen: Published) -> bool:
    return any(getattr(machine, "name", "") == "a-clone" for machine in latest(seen).values())


def change_much(client: VCenterClient, rounds: int) -> None:
    """Change machines, one after the other, in ways that follow each other."""
    machines = [m for m in client.machines() if not m.config.template]
    gone = machines.pop()
    for number, machine in zip(range(rounds), itertools.cycle(machines), strict=False):
        client.wait(machine.Rename_Task(f"machine-{number}"))
        client.reconfigure(machine, numCPUs=1 + number % 8, memoryMB=1024 * (1 + number % 16))
    if gone.runtime.powerState == "poweredOn":
        client.wait(gone.PowerOffVM_Task())
    client.wait(gone.Destroy_Task())


def _shows_all(there: set[tuple[Any, ...]], seen: Published) -> bool:
    known = [event for event in latest(seen).values() if isinstance(event, VmwareMachineObserved)]
    return {(e.instance_uuid, e.name, e.cpu_count, e.memory_mib) for e in known} == there


def _has_more_than(count: int, seen: Published) -> bool:
    return len(seen.of(VmwareMachineObserved)) > count


async def test_a_collector_that_is_killed_during_changes_misses_none(
    own_vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    source = source_for(own_vcenter, "killed", tmp_path)
    collector = a_collector(tmp_path, broker, [source], session_timeout_seconds=3)
    with connected(own_vcenter) as client:
        async with published(broker, "killed") as seen, running(collector):
            await seen.until(lambda s: len(latest(s)) == len(client.machines()), "all machines")
            changing = asyncio.create_task(asyncio.to_thread(change_much, client, 60))
            for _ in range(2):
                await seen.until(partial(_has_more_than, len(seen.of(VmwareMachineObserved))), "a change")
                await asyncio.to_thread(collector.kill)
                collector.spawn()
            await changing
            there = {
                (m.config.instanceUuid, m.name, m.config.hardware.numCPU, m.config.hardware.memoryMB)
                for m in client.machines()
            }
            await seen.until(partial(_shows_all, there), "the state of the vCenter")
    revisions: dict[UUID, int] = {}
    for event in seen.of(VmwareMachineObserved):
        assert event.revision > revisions.get(event.machine_id, 0)
        revisions[event.machine_id] = event.revision
