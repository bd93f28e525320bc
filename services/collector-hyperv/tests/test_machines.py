from dataclasses import replace
from typing import Any

import pytest

from collector_hyperv.domain.machines import REALIZED, Observer, RightsMissing, observe_machines
from collector_hyperv.domain.rows import (
    ClusterRow,
    ComputerSystemRow,
    InventoryRows,
    KeyValueRow,
    MemorySettingsRow,
    ResourceRow,
    StorageRow,
    SystemSettingsRow,
)
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervCheckpoint, HypervMachineObserved
from surveyor_schemas.identity import hyperv_machine_id

from .builders import NOON, guid

VM, SNAPSHOT = guid(1), guid(2)
OBSERVER = Observer("collector", "source", "Source", "site")
HOST = ComputerSystemRow("HYPERV01", element_name="HYPERV01")
SYSTEM = ComputerSystemRow(VM, element_name="web", enabled_state=2)
SETTINGS = SystemSettingsRow(f"Microsoft:{VM}", system_type=REALIZED, machine_guid=VM)
ROWS = InventoryRows(systems=(HOST, SYSTEM), settings=(SETTINGS,))


def machine(rows: InventoryRows) -> HypervMachineObserved:
    (found,) = observe_machines(rows, OBSERVER, NOON).values()
    return found


def path(instance_id: str) -> str:
    escaped = instance_id.replace("\\", "\\\\")
    return f'\\\\HOST\\root\\virtualization\\v2:Msvm_X.InstanceID="{escaped}"'


def test_a_machine_without_guest_services_has_no_guest() -> None:
    found = machine(ROWS)
    assert (found.guest_os_name, found.guest_fqdn, found.disks, found.nics) == (None, None, [], [])


def test_a_host_that_does_not_show_itself_says_nothing() -> None:
    with pytest.raises(RightsMissing):
        observe_machines(replace(ROWS, systems=(SYSTEM,)), OBSERVER, NOON)


def test_a_host_alone_has_no_machines() -> None:
    assert observe_machines(replace(ROWS, systems=(HOST,)), OBSERVER, NOON) == {}


def test_a_replica_is_another_machine_than_its_original() -> None:
    original, copy = (
        machine(ROWS),
        machine(replace(ROWS, systems=(HOST, replace(SYSTEM, replication_mode=2)))),
    )
    assert original.machine_id == hyperv_machine_id("site", VM)
    assert copy.machine_id == hyperv_machine_id("site", VM, replica=True)
    assert (original.is_replica, copy.is_replica) == (False, True)


def test_checkpoints_form_a_chain_and_a_replicas_recovery_points_are_none() -> None:
    checkpoint = SystemSettingsRow(
        f"Microsoft:{SNAPSHOT}",
        system_type="Microsoft:Hyper-V:Snapshot:Realized",
        machine_guid=VM,
        element_name="before the update",
        created_at=NOON,
        parent=path(f"Microsoft:{guid(3)}"),
    )
    recovery_point = replace(checkpoint, system_type="Microsoft:Hyper-V:Snapshot:Replica:Standard")
    found = machine(replace(ROWS, settings=(SETTINGS, checkpoint, recovery_point)))
    assert found.checkpoints == [
        HypervCheckpoint(
            instance_id=f"Microsoft:{SNAPSHOT}",
            parent_instance_id=f"Microsoft:{guid(3)}",
            name="before the update",
            created_at=NOON,
        )
    ]


def test_settings_of_a_checkpoint_are_not_the_machines() -> None:
    def memory(owner: str, quantity: int) -> MemorySettingsRow:
        return MemorySettingsRow(f"Microsoft:{owner}\\memory", quantity, allocation_units="byte * 2^20")

    found = machine(replace(ROWS, memories=(memory(SNAPSHOT, 1_024), memory(VM, 4_096))))
    assert found.memory_mib == 4_096


def test_memory_in_units_we_do_not_know_is_unknown() -> None:
    row = MemorySettingsRow(f"Microsoft:{VM}\\memory", 4_096, allocation_units="byte * 2^30")
    assert machine(replace(ROWS, memories=(row,))).memory_mib is None


@pytest.mark.parametrize(
    ("clusters", "expected"),
    [((), (None, False)), ((ClusterRow("CLUSTER1"),), ("CLUSTER1", None)), (None, (None, None))],
)
def test_only_a_host_without_a_cluster_says_no_to_high_availability(clusters: Any, expected: Any) -> None:
    found = machine(replace(ROWS, clusters=clusters))
    assert (found.cluster_name, found.highly_available) == expected


def test_what_a_guest_writes_is_not_trusted() -> None:
    items = (
        '<INSTANCE><PROPERTY NAME="Name"><VALUE>OSName</VALUE></PROPERTY>'
        '<PROPERTY NAME="Data"><VALUE>Ubuntu &amp; Co</VALUE></PROPERTY></INSTANCE>',
        "<INSTANCE><not closed",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><INSTANCE>'
        '<PROPERTY NAME="Name"><VALUE>OSVersion</VALUE></PROPERTY>'
        '<PROPERTY NAME="Data"><VALUE>&e;</VALUE></PROPERTY></INSTANCE>',
    )
    found = machine(replace(ROWS, key_values=(KeyValueRow(VM, items),)))
    assert (found.guest_os_name, found.guest_os_version) == ("Ubuntu & Co", None)


def test_scsi_controllers_are_numbered_in_the_hosts_order() -> None:
    def controller(name: str, resource_type: int, address: str | None = None) -> ResourceRow:
        return ResourceRow(f"Microsoft:{VM}\\{name}\\0", resource_type=resource_type, address=address)

    def drive(controller_name: str, location: int) -> ResourceRow:
        return ResourceRow(
            f"Microsoft:{VM}\\{controller_name}\\0\\{location}\\D",
            resource_type=17,
            address_on_parent=str(location),
            parent=path(f"Microsoft:{VM}\\{controller_name}\\0"),
        )

    def image(controller_name: str, location: int) -> StorageRow:
        place = f"Microsoft:{VM}\\{controller_name}\\0\\{location}"
        return StorageRow(
            f"{place}\\L", parent=path(f"{place}\\D"), host_resource=(f"C:\\{controller_name}.vhdx",)
        )

    places = (("ide1", 0), ("first", 3), ("second", 1))
    rows = replace(
        ROWS,
        resources=(
            controller("ide1", 5, "1"),
            controller("first", 6),
            controller("second", 6),
            *(drive(*place) for place in places),
        ),
        storages=tuple(image(*place) for place in places),
    )
    found = [
        (disk.name, disk.controller_kind, disk.controller_number, disk.location)
        for disk in machine(rows).disks
    ]
    assert found == [("ide1.vhdx", "ide", 1, 0), ("first.vhdx", "scsi", 0, 3), ("second.vhdx", "scsi", 1, 1)]
