"""A machine as instances of the virtualization namespace: system, settings, processor, memory."""

from collections.abc import Iterator
from datetime import UTC, datetime

from devstack.hyperv import naming
from devstack.hyperv.cim import Instance, Value
from devstack.hyperv.machine import Machine, PowerState, Replication
from devstack.hyperv.store import Namespace

REALIZED = "Microsoft:Hyper-V:System:Realized"
ENABLED_STATE: dict[PowerState, int] = {"running": 2, "off": 3, "saved": 6, "paused": 9}
_ALLOCATION_UNITS = "byte * 2^20"
# Mode: 1 primary, 2 replica; state: 3 replicating; health: 1 OK.
# Source: Microsoft Learn, HyperV_v2, Msvm_ComputerSystem.
_REPLICATION: dict[Replication, dict[str, Value]] = {
    "none": {"ReplicationMode": 0, "ReplicationState": 0, "ReplicationHealth": 0},
    "primary": {"ReplicationMode": 1, "ReplicationState": 3, "ReplicationHealth": 1},
    "replica": {"ReplicationMode": 2, "ReplicationState": 3, "ReplicationHealth": 1},
}
_SECURE_BOOT_TEMPLATE = "1734c6e8-3154-4dda-ba5f-a874cc483422"
"""The id of "MicrosoftWindows", the same on every host."""


def utc_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def computer_system(
    namespace: Namespace, machine: Machine, *, uptime_seconds: float, wall_seconds: float
) -> Instance:
    """The machine's `Msvm_ComputerSystem`; made at each look because it says how long the machine has run."""
    on_for = uptime_seconds - machine.started_uptime_seconds if machine.has_processes else 0.0
    return namespace.instance(
        "Msvm_ComputerSystem",
        {
            "CreationClassName": "Msvm_ComputerSystem",
            "Name": machine.guid,
            "ElementName": machine.name,
            "Caption": "Virtual Machine",
            "Description": "Microsoft Virtual Machine",
            "InstallDate": utc_time(machine.created_at_seconds),
            "EnabledState": ENABLED_STATE[machine.state],
            "RequestedState": 12,
            "EnabledDefault": 3,
            "HealthState": 5,
            "OperationalStatus": [2],
            "StatusDescriptions": ["Operating normally"],
            "Status": "OK",
            "OnTimeInMilliseconds": int(on_for * 1000),
            "TimeOfLastStateChange": utc_time(wall_seconds - uptime_seconds + machine.started_uptime_seconds),
            "TimeOfLastConfigurationChange": utc_time(machine.created_at_seconds),
            "ProcessID": 4000 + int(machine.guid[:4], 16) if machine.has_processes else None,
            **_REPLICATION[machine.replication],
            "NumberOfNumaNodes": 1,
        },
    )


def setting_rows(namespace: Namespace, machine: Machine, host_name: str) -> Iterator[Instance]:
    """The settings of a machine: what it is called and how large it is."""
    yield _system_settings(namespace, machine, host_name)
    if namespace.has("Msvm_SecuritySettingData"):
        yield _security_settings(namespace, machine)
    yield _processor_settings(namespace, machine)
    yield _memory_settings(namespace, machine)
    yield _bios(namespace, machine)


def _security_settings(namespace: Namespace, machine: Machine) -> Instance:
    """What a machine has of virtual security."""
    values: dict[str, Value] = {
        "InstanceID": f"{naming.machine_instance_id(machine)}\\9d1c9a29-4b2f-4be2-aa0b-d6ba4d3aeaeb",
        "TpmEnabled": machine.generation == 2 and int(machine.bios_guid[0], 16) % 2 == 0,
        "ShieldingRequested": False,
        "DataProtectionRequested": False,
        "VirtualizationBasedSecurityOptOut": False,
        "EncryptStateAndVmMigrationTraffic": False,
    }
    return namespace.instance("Msvm_SecuritySettingData", values)


def _system_settings(namespace: Namespace, machine: Machine, host_name: str) -> Instance:
    latest = machine.checkpoints[-1] if machine.checkpoints else None
    root = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"
    return namespace.instance(
        "Msvm_VirtualSystemSettingData",
        {
            "InstanceID": naming.machine_instance_id(machine),
            "ElementName": machine.name,
            "Caption": "Virtual Machine Settings",
            "Description": "Active settings for the virtual machine.",
            "VirtualSystemIdentifier": machine.guid,
            "VirtualSystemType": REALIZED,
            "VirtualSystemSubType": f"Microsoft:Hyper-V:SubType:{machine.generation}",
            "ConfigurationID": machine.guid,
            "ConfigurationDataRoot": root,
            "ConfigurationFile": f"Virtual Machines\\{machine.guid}.vmcx",
            "CreationTime": utc_time(machine.created_at_seconds),
            "Notes": [machine.notes],
            "Parent": checkpoint_path(host_name, latest.guid) if latest else None,
            "BIOSGUID": f"{{{machine.bios_guid}}}",
            "BIOSSerialNumber": _serial(machine),
            "ChassisSerialNumber": _serial(machine),
            "BaseBoardSerialNumber": _serial(machine),
            "SecureBootEnabled": machine.generation == 2,
            "SecureBootTemplateId": _SECURE_BOOT_TEMPLATE if machine.generation == 2 else None,
            "VirtualNumaEnabled": True,
            "Version": "10.0",
            "IsSaved": machine.state == "saved",
            "AutomaticStartupAction": 3,
            "AutomaticShutdownAction": 3,
        },
    )


def checkpoint_path(host_name: str, guid: str) -> str:
    """The object path of a checkpoint's settings."""
    return naming.object_path(host_name, "Msvm_VirtualSystemSettingData", InstanceID=f"Microsoft:{guid}")


def _processor_settings(namespace: Namespace, machine: Machine) -> Instance:
    return namespace.instance(
        "Msvm_ProcessorSettingData",
        {
            "InstanceID": naming.processor_instance_id(machine),
            "ElementName": "Processor",
            "Caption": "Processor",
            "Description": "Settings for Microsoft Virtual Processor.",
            "ResourceType": 3,
            "ResourceSubType": "Microsoft:Hyper-V:Processor",
            "AllocationUnits": "percent / 1000",
            "VirtualQuantityUnits": "count",
            "VirtualQuantity": machine.cores,
            "Reservation": 0,
            "Limit": 100_000,
            "Weight": 100,
            "LimitProcessorFeatures": False,
        },
    )


def _memory_settings(namespace: Namespace, machine: Machine) -> Instance:
    dynamic = machine.dynamic_memory
    return namespace.instance(
        "Msvm_MemorySettingData",
        {
            "InstanceID": naming.memory_instance_id(machine),
            "ElementName": "Memory",
            "Caption": "Memory",
            "Description": "Settings for Microsoft Virtual Machine Memory.",
            "ResourceType": 4,
            "ResourceSubType": "Microsoft:Hyper-V:Memory",
            "AllocationUnits": _ALLOCATION_UNITS,
            "VirtualQuantityUnits": _ALLOCATION_UNITS,
            "VirtualQuantity": machine.memory_mib,
            "Reservation": dynamic.minimum_mib if dynamic else machine.memory_mib,
            "Limit": dynamic.maximum_mib if dynamic else machine.memory_mib,
            "Weight": 5000,
            "DynamicMemoryEnabled": dynamic is not None,
            "TargetMemoryBuffer": 20,
            "IsVirtualized": False,
            "SwapFilesInUse": False,
        },
    )


def _bios(namespace: Namespace, machine: Machine) -> Instance:
    return namespace.instance(
        "Msvm_BIOSElement",
        {
            "SoftwareElementID": machine.guid,
            "InstanceID": f"{naming.machine_instance_id(machine)}\\BIOS",
            "Name": "Virtual BIOS",
            "BIOSGUID": f"{{{machine.bios_guid}}}",
            "BIOSSerialNumber": _serial(machine),
            "Manufacturer": "Microsoft Corporation",
            "PrimaryBIOS": True,
        },
    )


def _serial(machine: Machine) -> str:
    digits = f"{int(machine.bios_guid.replace('-', ''), 16) % 10**30:030d}"
    return "-".join(
        (digits[:4], digits[4:8], digits[8:12], digits[12:16], digits[16:20], digits[20:24], digits[24:26])
    )
