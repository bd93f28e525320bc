from dataclasses import replace
from typing import Any

import pytest

from collector_hyperv.domain.machines import REALIZED, Observer, RightsMissing, observe_machines
from collector_hyperv.domain.rows import (
    Cluster,
    ClusterResourceRow,
    ComputerSystemRow,
    InventoryRows,
    KeyValueRow,
    MemorySettingsRow,
    PortRow,
    ResourceRow,
    SecuritySettingsRow,
    StorageRow,
    SystemSettingsRow,
    VirtualDiskRow,
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


OWN = ClusterResourceRow("Virtual Machine web", "web", "NODE1", VM.lower())
FOREIGN = ClusterResourceRow("Virtual Machine sql", "sql", "NODE2", guid(77))
NAMELESS = ClusterResourceRow("Virtual Machine app", "app", "NODE2", None)


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        (None, (None, None, None, None)),
        (Cluster(None), (None, False, None, None)),
        (Cluster("C1"), ("C1", None, None, None)),
        (Cluster("C1", resources=(OWN, FOREIGN)), ("C1", True, "web", "NODE1")),
        (Cluster("C1", resources=(FOREIGN,)), ("C1", False, None, None)),
        (Cluster("C1", resources=(FOREIGN, NAMELESS)), ("C1", None, None, None)),
    ],
)
def test_a_machine_is_highly_available_if_the_cluster_has_a_resource_for_it(
    cluster: Cluster | None, expected: Any
) -> None:
    found = machine(replace(ROWS, cluster=cluster))
    assert (
        found.cluster_name,
        found.highly_available,
        found.cluster_group_name,
        found.cluster_owner_node,
    ) == expected


def test_the_images_below_a_disk_are_listed_down_to_the_base() -> None:
    def image(name: str, parent: str | None) -> VirtualDiskRow:
        return VirtualDiskRow(f"C:\\{name}", 4 if parent else 3, f"C:\\{parent}" if parent else None)

    storage = StorageRow(f"Microsoft:{VM}\\disk\\L", host_resource=("C:\\top",))
    chain = (image("top", "MIDDLE"), image("middle", "base"), image("base", None))
    (disk,) = machine(replace(ROWS, storages=(storage,), virtual_disks=chain)).disks
    assert disk.parent_paths == ["C:\\MIDDLE", "C:\\base"]
    in_circles = (image("top", "middle"), image("middle", "top"))
    (disk,) = machine(replace(ROWS, storages=(storage,), virtual_disks=in_circles)).disks
    assert disk.parent_paths == ["C:\\middle", "C:\\top"]


def test_addresses_that_only_the_guest_tells_are_given_to_its_only_adapter() -> None:
    item = (
        '<INSTANCE><PROPERTY NAME="Name"><VALUE>NetworkAddressIPv4</VALUE></PROPERTY>'
        '<PROPERTY NAME="Data"><VALUE>10.0.0.1;10.0.0.2</VALUE></PROPERTY></INSTANCE>'
    )

    def port(number: int) -> PortRow:
        return PortRow(f"Microsoft:{VM}\\{guid(number)}")

    told = replace(ROWS, key_values=(KeyValueRow(VM, (item,)),))
    alone = machine(replace(told, synthetic_ports=(port(1),)))
    assert (alone.nics[0].ip_addresses, alone.guest_ip_addresses) == (["10.0.0.1", "10.0.0.2"],) * 2
    two = machine(replace(told, synthetic_ports=(port(1), port(2))))
    assert [nic.ip_addresses for nic in two.nics] == [[], []]


def test_security_of_a_build_that_has_none_is_unknown() -> None:
    row = SecuritySettingsRow(f"Microsoft:{VM}\\security", tpm_enabled=True, shielding_requested=False)
    known, unknown = machine(replace(ROWS, securities=(row,))), machine(ROWS)
    assert (known.tpm_enabled, known.shielding_requested) == (True, False)
    assert (unknown.tpm_enabled, unknown.shielding_requested) == (None, None)


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
