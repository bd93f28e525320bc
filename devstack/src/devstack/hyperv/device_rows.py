"""A machine's disks and network adapters as instances of the virtualization namespace."""

from collections.abc import Iterator

from devstack.hyperv import naming
from devstack.hyperv.cim import Instance, Value
from devstack.hyperv.machine import Disk, Machine, NetworkAdapter
from devstack.hyperv.store import Namespace

SWITCH_GUID = "8C1D7B2E-5E7B-4A53-9E6B-3D1F0A2B4C6D"
SWITCH_NAME = "External"

_VHD_TYPE = {"fixed": 2, "dynamic": 3, "differencing": 4}
_CONTROLLERS: dict[str, tuple[int, str, str]] = {
    "ide": (5, "Microsoft:Hyper-V:Emulated IDE Controller", "IDE Controller 0"),
    "scsi": (6, "Microsoft:Hyper-V:Synthetic SCSI Controller", "SCSI Controller"),
}


def device_rows(namespace: Namespace, machine: Machine, host_name: str) -> Iterator[Instance]:
    """The controllers, drives, images, ports and their connections of one machine."""
    for controller in sorted({disk.controller for disk in machine.disks}):
        yield _controller(namespace, machine, controller)
    for disk in machine.disks:
        yield _drive(namespace, machine, disk, host_name)
        if disk.kind == "pass-through":
            yield _physical_drive(namespace, disk, host_name)
        else:
            yield _storage(namespace, machine, disk, host_name)
    for adapter in machine.adapters:
        yield _port(namespace, machine, adapter)
        yield _connection(namespace, machine, adapter, host_name)
        yield _guest_configuration(namespace, machine, adapter)


def virtual_disk_settings(namespace: Namespace, disk: Disk) -> Instance:
    """What `GetVirtualHardDiskSettingData` tells about an image."""
    return namespace.instance(
        "Msvm_VirtualHardDiskSettingData",
        {
            "InstanceID": disk.disk_guid,
            "ElementName": disk.path.rsplit("\\", 1)[-1],
            "Caption": "Virtual Hard Disk Setting Data",
            "Type": _VHD_TYPE[disk.kind],
            "Format": 2 if disk.path.lower().endswith(".vhd") else 3,
            "Path": disk.path,
            "ParentPath": disk.parent_path,
            "MaxInternalSize": disk.size_bytes,
            "BlockSize": 0 if disk.kind == "fixed" else 32 * 1024 * 1024,
            "LogicalSectorSize": 512,
            "PhysicalSectorSize": 4096,
            "VirtualDiskId": disk.disk_guid,
        },
    )


def virtual_disk_state(namespace: Namespace, disk: Disk) -> Instance:
    """What `GetVirtualHardDiskState` tells about an image: the file as it is now."""
    return namespace.instance(
        "Msvm_VirtualHardDiskState",
        {
            "FileSize": disk.file_size_bytes,
            "InUse": True,
            "MinInternalSize": disk.size_bytes // 2,
            "PhysicalSectorSize": 4096,
            "FragmentationPercentage": 0,
        },
    )


def _controller(namespace: Namespace, machine: Machine, controller: str) -> Instance:
    resource_type, sub_type, name = _CONTROLLERS[controller]
    return namespace.instance(
        "Msvm_ResourceAllocationSettingData",
        {
            "InstanceID": naming.controller_instance_id(machine, controller),
            "ElementName": name,
            "Caption": name,
            "ResourceType": resource_type,
            "ResourceSubType": sub_type,
            "Address": "0" if controller == "ide" else None,
            "VirtualQuantity": 1,
            "VirtualSystemIdentifiers": [f"{{{machine.guid}}}"],
        },
    )


def _drive(namespace: Namespace, machine: Machine, disk: Disk, host_name: str) -> Instance:
    """The drive: an empty slot for an image, or the host's physical disk itself."""
    is_pass_through = disk.kind == "pass-through"
    kind = "Physical Disk Drive" if is_pass_through else "Synthetic Disk Drive"
    values: dict[str, Value] = {
        "InstanceID": naming.drive_instance_id(machine, disk),
        "ElementName": "Hard Drive",
        "Caption": "Hard Drive",
        "ResourceType": 17,
        "ResourceSubType": f"Microsoft:Hyper-V:{kind}",
        "AddressOnParent": str(disk.slot),
        "Parent": _path(host_name, naming.controller_instance_id(machine, disk.controller)),
        "VirtualQuantity": 1,
    }
    if is_pass_through:
        values["HostResource"] = [_physical_disk_path(host_name, disk)]
    return namespace.instance("Msvm_ResourceAllocationSettingData", values)


def _physical_disk_path(host_name: str, disk: Disk) -> str:
    return naming.object_path(
        host_name,
        "Msvm_DiskDrive",
        CreationClassName="Msvm_DiskDrive",
        DeviceID=naming.physical_drive_device_id(disk),
        SystemCreationClassName="Msvm_ComputerSystem",
        SystemName=host_name,
    )


def _physical_drive(namespace: Namespace, disk: Disk, host_name: str) -> Instance:
    return namespace.instance(
        "Msvm_DiskDrive",
        {
            "CreationClassName": "Msvm_DiskDrive",
            "DeviceID": naming.physical_drive_device_id(disk),
            "SystemCreationClassName": "Msvm_ComputerSystem",
            "SystemName": host_name,
            "ElementName": f"Disk {naming.physical_drive_number(disk)}",
            "DriveNumber": naming.physical_drive_number(disk),
            "MaxMediaSize": disk.size_bytes // 1024,  # CIM_DiskDrive counts in kibibytes
        },
    )


def _storage(namespace: Namespace, machine: Machine, disk: Disk, host_name: str) -> Instance:
    return namespace.instance(
        "Msvm_StorageAllocationSettingData",
        {
            "InstanceID": naming.storage_instance_id(machine, disk),
            "ElementName": "Hard Disk Image",
            "Caption": "Hard Disk Image",
            "ResourceType": 31,
            "ResourceSubType": "Microsoft:Hyper-V:Virtual Hard Disk",
            "HostResource": [disk.path],
            "Parent": _path(host_name, naming.drive_instance_id(machine, disk)),
            "VirtualQuantity": 1,
            "VirtualQuantityUnits": "count",
            "Access": 3,
            "IOPSAllocationUnits": "count per second",
            "IOPSLimit": 0,
            "IOPSReservation": 0,
        },
    )


def _port(namespace: Namespace, machine: Machine, adapter: NetworkAdapter) -> Instance:
    kind = "Emulated" if adapter.is_legacy else "Synthetic"
    return namespace.instance(
        f"Msvm_{kind}EthernetPortSettingData",
        {
            "InstanceID": naming.port_instance_id(machine, adapter),
            "ElementName": adapter.name,
            "Caption": adapter.name,
            "ResourceType": 10,
            "ResourceSubType": f"Microsoft:Hyper-V:{kind} Ethernet Port",
            "Address": adapter.mac,
            "StaticMacAddress": False,
            "VirtualQuantity": 1,
            "VirtualSystemIdentifiers": [f"{{{adapter.port_guid}}}"],
        },
    )


def _connection(namespace: Namespace, machine: Machine, adapter: NetworkAdapter, host_name: str) -> Instance:
    """Which virtual switch the port is plugged into."""
    switch = naming.object_path(
        host_name,
        "Msvm_VirtualEthernetSwitch",
        CreationClassName="Msvm_VirtualEthernetSwitch",
        Name=SWITCH_GUID,
    )
    return namespace.instance(
        "Msvm_EthernetPortAllocationSettingData",
        {
            "InstanceID": f"{naming.port_instance_id(machine, adapter)}\\C",
            "ElementName": "Dynamic Ethernet Switch Port",
            "ResourceType": 33,
            "ResourceSubType": "Microsoft:Hyper-V:Ethernet Connection",
            "EnabledState": 2,
            "HostResource": [switch],
            "LastKnownSwitchName": SWITCH_NAME,
            "Parent": naming.object_path(
                host_name,
                f"Msvm_{'Emulated' if adapter.is_legacy else 'Synthetic'}EthernetPortSettingData",
                InstanceID=naming.port_instance_id(machine, adapter),
            ),
        },
    )


def _guest_configuration(namespace: Namespace, machine: Machine, adapter: NetworkAdapter) -> Instance:
    """The guest's addresses, known only while its integration services answer."""
    is_known = machine.is_running and machine.guest is not None
    addresses = adapter.addresses if is_known else ()
    return namespace.instance(
        "Msvm_GuestNetworkAdapterConfiguration",
        {
            "InstanceID": naming.guest_network_instance_id(machine, adapter),
            "ProtocolIFType": 4096,
            "DHCPEnabled": adapter.uses_dhcp if is_known else None,
            "IPAddresses": list(addresses),
            "Subnets": ["255.255.255.0" if "." in address else "/64" for address in addresses],
            "DefaultGateways": [],
            "DNSServers": [],
        },
    )


def _path(host_name: str, instance_id: str) -> str:
    return naming.object_path(host_name, "Msvm_ResourceAllocationSettingData", InstanceID=instance_id)
