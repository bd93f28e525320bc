"""The host itself as instances: its own computer system, services, switch, templates, operating system."""

import uuid
from collections.abc import Iterable, Iterator

from devstack.hyperv import naming
from devstack.hyperv.cim import Instance
from devstack.hyperv.clock import HostClock
from devstack.hyperv.device_rows import SWITCH_GUID, SWITCH_NAME
from devstack.hyperv.machine import Machine
from devstack.hyperv.machine_rows import utc_time
from devstack.hyperv.store import Namespace

_RELEASES = {
    9600: ("6.3.9600", "Microsoft Windows Server 2012 R2 Datacenter"),
    14393: ("10.0.14393", "Microsoft Windows Server 2016 Datacenter"),
    17763: ("10.0.17763", "Microsoft Windows Server 2019 Datacenter"),
    20348: ("10.0.20348", "Microsoft Windows Server 2022 Datacenter"),
    26100: ("10.0.26100", "Microsoft Windows Server 2025 Datacenter"),
}
_SOCKETS, _CORES_PER_SOCKET = 2, 16
_MEMORY_KIB = 512 * 1024 * 1024
_SYSTEM_DISK_BYTES = 480 * 10**9
_TEMPLATE = "Microsoft:Definition\\{guid}\\{kind}"
_PROCESSOR_POOL = "B637F347-6A0E-4DEC-AF52-BD70CB80A21D"
_MEMORY_POOL = "4764334E-E001-4176-82EE-5594EC9B530E"


def host_computer_system(namespace: Namespace, host_name: str, clock: HostClock) -> Instance:
    """The host's own row beside its machines': proof that the reader may see the class at all."""
    return namespace.instance(
        "Msvm_ComputerSystem",
        {
            "CreationClassName": "Msvm_ComputerSystem",
            "Name": host_name,
            "ElementName": host_name,
            "Caption": "Hosting Computer System",
            "Description": "Microsoft Hosting Computer System",
            "InstallDate": utc_time(clock.wall_seconds(0)),
            "EnabledState": 2,
            "RequestedState": 12,
            "HealthState": 5,
            "OperationalStatus": [2],
            "Status": "OK",
            "TimeOfLastStateChange": utc_time(clock.wall_seconds(0)),
        },
    )


def virtualization_rows(namespace: Namespace, host_name: str) -> Iterator[Instance]:
    """What a host has in the virtualization namespace before its first machine."""
    for name in ("Msvm_VirtualSystemManagementService", "Msvm_ImageManagementService"):
        yield namespace.instance(
            name,
            {
                "SystemCreationClassName": "Msvm_ComputerSystem",
                "SystemName": host_name,
                "CreationClassName": name,
                "Name": "vmms",
                "ElementName": name.removeprefix("Msvm_"),
                "Started": True,
            },
        )
    yield namespace.instance(
        "Msvm_VirtualEthernetSwitch",
        {"CreationClassName": "Msvm_VirtualEthernetSwitch", "Name": SWITCH_GUID, "ElementName": SWITCH_NAME},
    )
    for kind in ("Default", "Minimum", "Maximum", "Increment"):
        yield from _templates(namespace, kind)


def _templates(namespace: Namespace, kind: str) -> Iterator[Instance]:
    """The definitions that new machines start from: rows like a machine's, of no machine."""
    yield namespace.instance(
        "Msvm_ProcessorSettingData",
        {
            "InstanceID": _TEMPLATE.format(guid=_PROCESSOR_POOL, kind=kind),
            "ElementName": "Processor",
            "ResourceType": 3,
            "ResourceSubType": "Microsoft:Hyper-V:Processor",
            "VirtualQuantity": {"Maximum": 240}.get(kind, 1),
        },
    )
    yield namespace.instance(
        "Msvm_MemorySettingData",
        {
            "InstanceID": _TEMPLATE.format(guid=_MEMORY_POOL, kind=kind),
            "ElementName": "Memory",
            "ResourceType": 4,
            "ResourceSubType": "Microsoft:Hyper-V:Memory",
            "AllocationUnits": "byte * 2^20",
            "VirtualQuantity": {"Maximum": 12_582_912, "Minimum": 32, "Increment": 2}.get(kind, 1024),
            "DynamicMemoryEnabled": False,
        },
    )


def operating_system(namespace: Namespace, host_name: str, clock: HostClock, build: int) -> Instance:
    version, caption = _release(build)
    return namespace.instance(
        "Win32_OperatingSystem",
        {
            "Name": f"{caption}|C:\\Windows|\\Device\\Harddisk0\\Partition4",
            "Caption": caption,
            "Version": version,
            "BuildNumber": str(build),
            "CSName": host_name,
            "OSArchitecture": "64-bit",
            "LastBootUpTime": utc_time(clock.wall_seconds(0)),
            "LocalDateTime": utc_time(clock.wall_seconds()),
            "TotalVisibleMemorySize": _MEMORY_KIB,
            "FreePhysicalMemory": _MEMORY_KIB // 3,
            "OperatingSystemSKU": 8,
            "CurrentTimeZone": 0,
            "Status": "OK",
        },
    )


def hardware_rows(namespace: Namespace, host_name: str) -> Iterator[Instance]:
    yield namespace.instance(
        "Win32_ComputerSystem",
        {
            "Name": host_name,
            "DNSHostName": host_name,
            "Domain": "contoso.local",
            "PartOfDomain": True,
            "Manufacturer": "Simulated",
            "Model": "Surveyor devstack",
            "TotalPhysicalMemory": _MEMORY_KIB * 1024,
            "NumberOfProcessors": _SOCKETS,
            "NumberOfLogicalProcessors": _SOCKETS * _CORES_PER_SOCKET * 2,
            "HypervisorPresent": True,
        },
    )
    identity = str(uuid.uuid5(uuid.NAMESPACE_DNS, host_name)).upper()
    yield namespace.instance(
        "Win32_ComputerSystemProduct",
        {"IdentifyingNumber": identity[:8], "Name": "Surveyor devstack", "Version": "1.0", "UUID": identity},
    )
    for socket in range(_SOCKETS):
        yield namespace.instance("Win32_Processor", _processor(socket))


def _processor(socket: int) -> dict[str, str | int]:
    return {
        "DeviceID": f"CPU{socket}",
        "Name": "Simulated CPU @ 2.60GHz",
        "Manufacturer": "GenuineIntel",
        "NumberOfCores": _CORES_PER_SOCKET,
        "NumberOfLogicalProcessors": _CORES_PER_SOCKET * 2,
        "MaxClockSpeed": 2600,
        "CurrentClockSpeed": 2600,
        "Architecture": 9,
        "AddressWidth": 64,
        "SocketDesignation": f"Socket {socket}",
    }


def disk_drives(namespace: Namespace, machines: Iterable[Machine]) -> Iterator[Instance]:
    """The physical disks: the host's own, and those handed through to machines."""
    yield namespace.instance("Win32_DiskDrive", _drive(0, _SYSTEM_DISK_BYTES))
    for machine in machines:
        for disk in machine.disks:
            if disk.kind == "pass-through":
                number = naming.physical_drive_number(disk)
                yield namespace.instance("Win32_DiskDrive", _drive(number, disk.size_bytes))


def _drive(number: int, size_bytes: int) -> dict[str, str | int]:
    return {
        "DeviceID": f"\\\\.\\PHYSICALDRIVE{number}",
        "Caption": "Simulated disk",
        "Model": "Simulated disk",
        "Index": number,
        "Size": size_bytes,
        "BytesPerSector": 512,
        "InterfaceType": "SCSI",
        "MediaType": "Fixed hard disk media",
    }


def _release(build: int) -> tuple[str, str]:
    return _RELEASES.get(build, (f"10.0.{build}", "Microsoft Windows Server Datacenter"))
