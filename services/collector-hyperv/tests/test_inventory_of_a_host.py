"""What a simulated host has, read over sealed WS-Management, is what the simulator says it has."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from collector_hyperv.adapters.host import InventoryReader
from collector_hyperv.domain.machines import Observer, RightsMissing, observe_machines
from devstack.hyperv.fixture import RunningHost
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

from .simulated_truth import machines_by_name

ReaderOf = Callable[..., InventoryReader]

pytestmark = pytest.mark.parts

OBSERVER = Observer("collector", "source", "Source", "site")
ENABLED_STATES = {"running": 2, "off": 3, "saved": 6, "paused": 9}


def observe(reader: InventoryReader) -> dict[str, HypervMachineObserved]:
    observed = observe_machines(reader.read(), OBSERVER, datetime.now(UTC))
    return {machine.name: machine for machine in observed.values()}


def test_every_machine_is_there_with_its_own_values(shared_host: RunningHost, inventory_of: ReaderOf) -> None:
    found = {
        name: (
            m.vm_guid,
            m.generation,
            m.processor_count,
            m.memory_mib,
            m.dynamic_memory_enabled,
            m.enabled_state,
        )
        for name, m in observe(inventory_of(shared_host)).items()
    }
    assert found == {
        name: (
            truth["guid"],
            truth["generation"],
            truth["cores"],
            truth["memory_mib"],
            truth["dynamic_memory"] is not None,
            ENABLED_STATES[truth["state"]],
        )
        for name, truth in machines_by_name(shared_host).items()
    }


def test_every_disk_is_there_with_kind_place_and_size(
    shared_host: RunningHost, inventory_of: ReaderOf
) -> None:
    def path(disk: dict[str, Any]) -> str:
        if disk["kind"] == "pass-through":
            return "\\\\.\\" + str(disk["path"]).upper()
        return str(disk["path"])

    found = {
        (
            name,
            disk.path,
            disk.virtual_disk_type or disk.kind,
            disk.size_bytes,
            disk.controller_kind,
            disk.location,
        )
        for name, machine in observe(inventory_of(shared_host)).items()
        for disk in machine.disks
    }
    expected = {
        (name, path(disk), disk["kind"], disk["size_bytes"], disk["controller"], disk["slot"])
        for name, machine in machines_by_name(shared_host).items()
        for disk in machine["disks"]
    }
    assert found == expected
    assert "pass-through" in {disk[2] for disk in found}


def test_every_adapter_is_there_with_address_and_switch(
    shared_host: RunningHost, inventory_of: ReaderOf
) -> None:
    def reported(machine: dict[str, Any], adapter: dict[str, Any]) -> tuple[str, ...]:
        is_known = machine["state"] == "running" and machine["guest"] is not None
        return tuple(adapter["addresses"]) if is_known else ()

    found = {
        (name, nic.port_guid, nic.mac_address, nic.kind, nic.switch_name, tuple(nic.ip_addresses))
        for name, machine in observe(inventory_of(shared_host)).items()
        for nic in machine.nics
    }
    assert found == {
        (
            name,
            adapter["port_guid"],
            adapter["mac"],
            "legacy" if adapter["is_legacy"] else "synthetic",
            "External",
            reported(machine, adapter),
        )
        for name, machine in machines_by_name(shared_host).items()
        for adapter in machine["adapters"]
    }


def test_guests_name_their_operating_system_while_they_run(
    shared_host: RunningHost, inventory_of: ReaderOf
) -> None:
    found = {
        name: (m.guest_os_name, m.guest_os_version, m.guest_fqdn)
        for name, m in observe(inventory_of(shared_host)).items()
    }
    assert found == {
        name: (guest["os_name"], guest["os_version"], guest["fqdn"])
        if (guest := machine["guest"]) and machine["state"] == "running"
        else (None, None, None)
        for name, machine in machines_by_name(shared_host).items()
    }


def test_the_host_itself_is_described(shared_host: RunningHost, inventory_of: ReaderOf) -> None:
    machine = next(iter(observe(inventory_of(shared_host)).values()))
    assert machine.host.model_dump() == {
        "name": "HYPERV01",
        "version": "10.0.20348",
        "build": "20348",
        "cpu_model": "Simulated CPU @ 2.60GHz",
        "cpu_sockets": 2,
        "cpu_cores": 32,
    }
    assert machine.highly_available is False


def test_changes_show_in_the_next_read(host: RunningHost, inventory_of: ReaderOf) -> None:
    reader, control = inventory_of(host), host.control
    name = next(iter(observe(reader)))
    control.resize_machine(machine=name, cores=3, memory_mib=3072)
    disks = control.add_disk(machine=name, size_gib=77)["disks"]
    control.add_adapter(machine=name)
    control.rename_machine(machine=name, name="renamed")
    changed = observe(reader)["renamed"]
    assert (changed.processor_count, changed.memory_mib) == (3, 3072)
    assert len(changed.disks) == len(disks)
    assert 77 * 1024**3 in {disk.size_bytes for disk in changed.disks}


def test_a_resized_disk_shows_once_its_image_is_read_again(host: RunningHost, inventory_of: ReaderOf) -> None:
    name, truth = next(iter(machines_by_name(host).items()))
    patient, eager = inventory_of(host, 3_600.0), inventory_of(host)
    before = observe(patient)[name].disks[0].size_bytes
    host.control.resize_disk(machine=name, path=truth["disks"][0]["path"], size_gib=999)
    assert observe(patient)[name].disks[0].size_bytes == before
    assert observe(eager)[name].disks[0].size_bytes == 999 * 1024**3


def test_a_checkpoint_makes_the_disk_differencing(host: RunningHost, inventory_of: ReaderOf) -> None:
    name, truth = next(iter(machines_by_name(host).items()))
    host.control.take_checkpoint(machine=name)
    disk = observe(inventory_of(host))[name].disks[0]
    assert (disk.virtual_disk_type, disk.parent_path) == ("differencing", truth["disks"][0]["path"])


def test_a_read_without_rights_is_no_empty_host(host: RunningHost, inventory_of: ReaderOf) -> None:
    host.control.weaken_rights()
    with pytest.raises(RightsMissing):
        inventory_of(host).read()


def test_a_host_without_machines_is_empty(host: RunningHost, inventory_of: ReaderOf) -> None:
    for name in machines_by_name(host):
        host.control.remove_machine(machine=name)
    assert observe(inventory_of(host)) == {}


def test_small_envelopes_give_the_same_inventory(host: RunningHost, inventory_of: ReaderOf) -> None:
    reader = inventory_of(host)
    whole = {name: machine.disks + machine.nics for name, machine in observe(reader).items()}
    host.control.set_limits(max_envelope_kib=16)
    assert {name: machine.disks + machine.nics for name, machine in observe(reader).items()} == whole


def test_an_old_build_costs_only_what_it_lacks(old_host: RunningHost, inventory_of: ReaderOf) -> None:
    assert set(observe(inventory_of(old_host))) == set(machines_by_name(old_host))


def test_no_enumeration_is_left_open(host: RunningHost, inventory_of: ReaderOf) -> None:
    inventory_of(host).read()
    assert host.control.open_enumerations() == 0
