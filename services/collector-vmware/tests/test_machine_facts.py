"""A property bag becomes the source's word on one machine."""

from datetime import datetime
from typing import Any

from collector_vmware.domain.machine_facts import draft_of
from surveyor_schemas.discovery.vmware_machine_observed_v1 import (
    VmwareDisk,
    VmwareMachineObserved,
    VmwareNic,
    VmwareSnapshot,
)

from .builders import NOW, SOURCE, a_tree, a_vm

CONTROLLER = {"_type": "ParaVirtualSCSIController", "key": 1000, "busNumber": 0}
DISK = {
    "_type": "VirtualDisk",
    "key": 2001,
    "controllerKey": 1000,
    "unitNumber": 1,
    "capacityInKB": 41943040,
    "deviceInfo": {"_type": "Description", "label": "Hard disk 2"},
    "backing": {
        "_type": "VirtualDiskFlatVer2BackingInfo",
        "fileName": "[ds] a/a_1.vmdk",
        "diskMode": "persistent",
        "thinProvisioned": True,
        "uuid": "6000C29f",
    },
}
NIC = {
    "_type": "VirtualVmxnet3",
    "key": 4000,
    "macAddress": "00:50:56:00:00:01",
    "connectable": {"connected": True},
    "backing": {"port": {"portgroupKey": "dvportgroup-1"}},
}


def observed(**said: Any) -> VmwareMachineObserved:
    tree = a_tree(a_vm(**said))
    machine = tree.find("vm-1")
    assert machine is not None
    draft = draft_of(machine, tree, SOURCE, source_id="dc1", collector_id="c", collected_at=NOW)
    assert draft is not None
    return draft


def test_places_are_named_from_the_datacenter_down() -> None:
    machine = observed(parent="group-v4", resourcePool="resgroup-2")
    assert machine.datacenter_name == "DC1"
    assert machine.cluster_name == "Gold"
    assert machine.folder_path == "vm/Web"
    assert machine.resource_pool_path == "Resources/Prod"
    assert machine.host is not None
    assert machine.host.name == "esx1"


def test_a_machine_in_a_vapp_has_no_folder_but_its_datacenter() -> None:
    machine = observed(parent=None)
    assert (machine.folder_path, machine.datacenter_name) == (None, "DC1")


def test_a_disk_has_its_place_on_the_controller() -> None:
    assert observed(config__hardware__device=[DISK, CONTROLLER]).disks == [
        VmwareDisk(
            key=2001,
            label="Hard disk 2",
            uuid="6000C29f",
            controller_key=1000,
            controller_kind="scsi",
            controller_bus_number=0,
            unit_number=1,
            capacity_bytes=40 * 2**30,
            backing_kind="VirtualDiskFlatVer2BackingInfo",
            file_name="[ds] a/a_1.vmdk",
            disk_mode="persistent",
            sharing=None,
            thin_provisioned=True,
        )
    ]


def test_a_nic_has_the_name_of_its_port_group_and_sorted_addresses() -> None:
    guest = [{"deviceConfigId": 4000, "ipAddress": ["fe80::1", "10.0.0.9"]}]
    assert observed(config__hardware__device=[NIC], guest__net=guest).nics == [
        VmwareNic(
            key=4000,
            label=None,
            kind="VirtualVmxnet3",
            mac_address="00:50:56:00:00:01",
            network_name="VLAN 12",
            connected=True,
            ip_addresses=["10.0.0.9", "fe80::1"],
        )
    ]


def test_snapshots_keep_their_parents() -> None:
    taken_at = datetime(2026, 1, 1, tzinfo=NOW.tzinfo)
    child = {"snapshot": "snapshot-2", "name": "child", "createTime": taken_at}
    root = {"snapshot": "snapshot-1", "name": "root", "createTime": taken_at, "childSnapshotList": [child]}
    assert observed(snapshot={"rootSnapshotList": [root]}).snapshots == [
        VmwareSnapshot(moref="snapshot-1", parent_moref=None, name="root", created_at=taken_at),
        VmwareSnapshot(moref="snapshot-2", parent_moref="snapshot-1", name="child", created_at=taken_at),
    ]


def test_what_the_source_does_not_say_is_unknown_and_not_zero() -> None:
    machine = observed()
    assert machine.cpu_count is None
    assert machine.memory_mib is None
    assert machine.tools_guest_full_name is None


def test_a_machine_whose_configuration_cannot_be_read_is_not_identified() -> None:
    tree = a_tree(a_vm(uuid=""))
    machine = tree.find("vm-1")
    assert machine is not None
    assert draft_of(machine, tree, SOURCE, source_id="dc1", collector_id="c", collected_at=NOW) is None
