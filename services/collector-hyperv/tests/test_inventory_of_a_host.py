"""What a simulated host has, read over sealed WS-Management, is what the simulator says it has."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from collector_hyperv.adapters.host import InventoryReader
from collector_hyperv.domain.machines import Observer, RightsMissing, observe_machines
from devstack.hyperv.fixture import RunningHost, start_hosts
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
        "fqdn": "HYPERV01.contoso.local",
        "hardware_uuid": machine.host.hardware_uuid,
    }
    assert str(UUID(machine.host.hardware_uuid)).upper() == machine.host.hardware_uuid
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


def test_checkpoints_and_the_images_below_them_form_chains(host: RunningHost, inventory_of: ReaderOf) -> None:
    name, truth = next(iter(machines_by_name(host).items()))
    for checkpoint in ("first", "second"):
        changed = host.control.take_checkpoint(machine=name, name=checkpoint)
    machine = observe(inventory_of(host))[name]
    first, second = machine.checkpoints
    assert [first.name, second.name] == ["first", "second"]
    assert (first.parent_instance_id, second.parent_instance_id) == (None, first.instance_id)
    base = truth["disks"][0]
    middle = changed["checkpoints"][1]["disks"][0]["path"]
    disk = machine.disks[0]
    assert disk.parent_paths == [middle, base["path"]]
    assert (disk.size_bytes, disk.file_size_bytes) == (base["size_bytes"], 4 * 1024**2)


def test_images_have_the_size_of_their_file_beside_that_of_the_disk(
    shared_host: RunningHost, inventory_of: ReaderOf
) -> None:
    found = {
        disk.path: disk.file_size_bytes
        for machine in observe(inventory_of(shared_host)).values()
        for disk in machine.disks
        if disk.kind == "virtual"
    }
    assert found == {
        disk["path"]: disk["file_size_bytes"]
        for machine in machines_by_name(shared_host).values()
        for disk in machine["disks"]
        if disk["kind"] != "pass-through"
    }


def test_the_guests_own_addresses_are_known_where_its_host_has_no_class_for_them(
    host: RunningHost, inventory_of: ReaderOf
) -> None:
    host.control.hide_class(class_name="Msvm_GuestNetworkAdapterConfiguration")
    rows = inventory_of(host).read()
    assert rows.refused_classes() == ["Msvm_GuestNetworkAdapterConfiguration"]
    machines = observe_machines(rows, OBSERVER, datetime.now(UTC))
    truth = machines_by_name(host)
    for machine in machines.values():
        adapters = truth[machine.name]["adapters"]
        reported = sorted(address for adapter in adapters for address in adapter["addresses"])
        if machine.guest_os_name and len(adapters) == 1:
            assert sorted(machine.nics[0].ip_addresses) == reported
        elif machine.guest_os_name:
            assert sorted(machine.guest_ip_addresses or []) == reported


def test_a_cluster_tells_which_node_owns_a_machine(tmp_path: Path, inventory_of: ReaderOf) -> None:
    first, second = hosts = start_hosts(tmp_path, 2, vms=2, cluster="CLUSTER1")
    try:
        moved, stays = (machine["name"] for machine in first.control.list_machines())
        first.control.set_clustered(machine=stays, clustered=False)
        before = observe(inventory_of(first))
        first.control.migrate_machine(machine=moved, to=second.name)
        after = observe(inventory_of(second))[moved]
        assert after.machine_id == before[moved].machine_id
        assert (after.cluster_name, after.highly_available, after.cluster_group_name) == (
            "CLUSTER1",
            True,
            moved,
        )
        assert (before[moved].cluster_owner_node, after.cluster_owner_node) == (first.name, second.name)
        assert before[stays].highly_available is False
    finally:
        for host in hosts:
            host.stop()


def test_a_replica_is_another_machine_and_marked(tmp_path: Path, inventory_of: ReaderOf) -> None:
    first, second = hosts = start_hosts(tmp_path, 2, vms=1)
    try:
        name = first.control.list_machines()[0]["name"]
        first.control.replicate_machine(machine=name, to=second.name)
        primary, replica = observe(inventory_of(first))[name], observe(inventory_of(second))[name]
        assert primary.vm_guid == replica.vm_guid
        assert primary.machine_id != replica.machine_id
        assert (primary.is_replica, primary.replication_mode, primary.replication_health) == (False, 1, 1)
        assert (replica.is_replica, replica.replication_mode, replica.enabled_state) == (True, 2, 3)
    finally:
        for host in hosts:
            host.stop()


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
