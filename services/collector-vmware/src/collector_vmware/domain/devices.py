"""Disks and network adapters out of a machine's list of virtual devices.

Source: vSphere Web Services API 8.0, VirtualDevice and its subtypes.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from collector_vmware.domain.inventory_tree import InventoryTree
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareDisk, VmwareNic

Device = Mapping[str, Any]
ControllerKind = Literal["scsi", "ide", "sata", "nvme", "other"]

_CONTROLLERS: Mapping[str, ControllerKind] = {
    "VirtualIDEController": "ide",
    "VirtualSCSIController": "scsi",
    "VirtualBusLogicController": "scsi",
    "VirtualLsiLogicController": "scsi",
    "VirtualLsiLogicSASController": "scsi",
    "ParaVirtualSCSIController": "scsi",
    "VirtualSATAController": "sata",
    "VirtualAHCIController": "sata",
    "VirtualNVMEController": "nvme",
}


def disks_of(devices: Iterable[Device]) -> list[VmwareDisk]:
    """Return the virtual disks in the order of their keys."""
    by_key = {device["key"]: device for device in devices}
    disks = (device for device in by_key.values() if device["_type"] == "VirtualDisk")
    return sorted((_disk(disk, by_key.get(disk.get("controllerKey"))) for disk in disks), key=_key)


def nics_of(devices: Iterable[Device], guest_nics: Iterable[Device], tree: InventoryTree) -> list[VmwareNic]:
    """Return the network adapters in the order of their keys.

    Args:
        devices: `config.hardware.device`.
        guest_nics: `guest.net`: what VMware Tools say of addresses.
        tree: Knows the names of distributed port groups, which a device names by id only.
    """
    addresses = _addresses_by_device(guest_nics)
    nics = (device for device in devices if "macAddress" in device)
    return sorted((_nic(nic, addresses.get(nic["key"], []), tree) for nic in nics), key=_key)


def _key(device: VmwareDisk | VmwareNic) -> int:
    return device.key


def _disk(disk: Device, controller: Device | None) -> VmwareDisk:
    backing = disk.get("backing") or {}
    return VmwareDisk(
        key=disk["key"],
        label=_label(disk),
        uuid=backing.get("uuid"),
        controller_key=disk.get("controllerKey"),
        controller_kind=_CONTROLLERS.get(controller["_type"], "other") if controller else "other",
        controller_bus_number=controller.get("busNumber") if controller else None,
        unit_number=disk.get("unitNumber"),
        capacity_bytes=_capacity_bytes(disk),
        backing_kind=backing.get("_type"),
        file_name=backing.get("fileName"),
        disk_mode=backing.get("diskMode"),
        sharing=backing.get("sharing"),
        thin_provisioned=backing.get("thinProvisioned"),
    )


def _capacity_bytes(disk: Device) -> int | None:
    """Take the larger of the two capacities: the one in KB is rounded down, and both are not always set."""
    in_bytes: int = disk.get("capacityInBytes") or 0
    in_kib: int = disk.get("capacityInKB") or 0
    return max(in_bytes, in_kib * 1024) or None


def _nic(nic: Device, ip_addresses: list[str], tree: InventoryTree) -> VmwareNic:
    return VmwareNic(
        key=nic["key"],
        label=_label(nic),
        kind=nic["_type"],
        mac_address=nic.get("macAddress"),
        network_name=_network_name(nic.get("backing") or {}, tree),
        connected=(nic.get("connectable") or {}).get("connected"),
        ip_addresses=ip_addresses,
    )


def _network_name(backing: Device, tree: InventoryTree) -> str | None:
    """Name a network or a distributed port group, by its id where no name is known."""
    if "deviceName" in backing:
        name: str = backing["deviceName"]
        return name
    port_group: str | None = (backing.get("port") or {}).get("portgroupKey")
    found = tree.find(port_group)
    return (found.name if found else None) or port_group or backing.get("opaqueNetworkId")


def _label(device: Device) -> str | None:
    label: str | None = (device.get("deviceInfo") or {}).get("label")
    return label


def _addresses_by_device(guest_nics: Iterable[Device]) -> dict[int, list[str]]:
    """Sort the addresses: Tools report them in changing order, which is no change of the machine."""
    addresses: dict[int, set[str]] = {}
    for nic in guest_nics:
        addresses.setdefault(nic.get("deviceConfigId", -1), set()).update(nic.get("ipAddress") or [])
    return {key: sorted(found) for key, found in addresses.items()}
