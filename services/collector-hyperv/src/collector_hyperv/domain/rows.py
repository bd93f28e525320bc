"""What a host's classes say, one row type per class, reduced to what a discovery needs.

A field is None where the host has no value or its build does not have the property.
Source: Microsoft Learn, Hyper-V WMI provider (V2) reference; CIMWin32 WMI providers reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_CLASSES_OF_LATER_BUILDS = {"Msvm_SecuritySettingData"}


@dataclass(frozen=True, slots=True)
class ComputerSystemRow:
    """`Msvm_ComputerSystem`: a machine, or the host itself."""

    name: str
    """A machine's GUID; the host's computer name."""
    element_name: str | None = None
    enabled_state: int | None = None
    health_state: int | None = None
    on_time_ms: int | None = None
    """How long the machine has run since it was last started."""
    replication_mode: int | None = None
    replication_state: int | None = None
    replication_health: int | None = None


@dataclass(frozen=True, slots=True)
class SystemSettingsRow:
    """`Msvm_VirtualSystemSettingData`: a machine's active settings, or one of its checkpoints."""

    instance_id: str
    system_type: str | None = None
    machine_guid: str | None = None
    element_name: str | None = None
    sub_type: str | None = None
    version: str | None = None
    notes: tuple[str, ...] = ()
    created_at: datetime | None = None
    parent: str | None = None
    bios_guid: str | None = None
    bios_serial_number: str | None = None
    secure_boot_enabled: bool | None = None
    secure_boot_template_id: str | None = None
    configuration_root: str | None = None
    configuration_file: str | None = None


@dataclass(frozen=True, slots=True)
class SecuritySettingsRow:
    """`Msvm_SecuritySettingData`."""

    instance_id: str
    tpm_enabled: bool | None = None
    shielding_requested: bool | None = None
    data_protection_requested: bool | None = None
    virtualization_based_security_opt_out: bool | None = None
    encrypt_state_and_migration_traffic: bool | None = None


@dataclass(frozen=True, slots=True)
class ProcessorSettingsRow:
    """`Msvm_ProcessorSettingData`."""

    instance_id: str
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class MemorySettingsRow:
    """`Msvm_MemorySettingData`; the quantities are in `allocation_units`."""

    instance_id: str
    quantity: int | None = None
    reservation: int | None = None
    limit: int | None = None
    dynamic_memory_enabled: bool | None = None
    allocation_units: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """`Msvm_ResourceAllocationSettingData`: controllers and drives."""

    instance_id: str
    element_name: str | None = None
    resource_type: int | None = None
    sub_type: str | None = None
    address: str | None = None
    address_on_parent: str | None = None
    parent: str | None = None
    host_resource: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StorageRow:
    """`Msvm_StorageAllocationSettingData`: an image in a drive."""

    instance_id: str
    element_name: str | None = None
    sub_type: str | None = None
    parent: str | None = None
    host_resource: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhysicalDiskRow:
    """`Msvm_DiskDrive`: a disk of the host that a machine can be given whole."""

    device_id: str
    drive_number: int | None = None
    size_kib: int | None = None


@dataclass(frozen=True, slots=True)
class VirtualDiskRow:
    """`Msvm_VirtualHardDiskSettingData`, as the image management service hands it out."""

    path: str
    disk_type: int | None = None
    parent_path: str | None = None
    size_bytes: int | None = None
    disk_id: str | None = None
    file_size_bytes: int | None = None
    """Of `Msvm_VirtualHardDiskState`; None for an image that only lies below another."""


@dataclass(frozen=True, slots=True)
class PortRow:
    """`Msvm_SyntheticEthernetPortSettingData` or `Msvm_EmulatedEthernetPortSettingData`."""

    instance_id: str
    element_name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class PortConnectionRow:
    """`Msvm_EthernetPortAllocationSettingData`: which switch a port is plugged into."""

    instance_id: str
    parent: str | None = None
    host_resource: tuple[str, ...] = ()
    last_known_switch_name: str | None = None


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """`Msvm_VirtualEthernetSwitch`."""

    name: str
    element_name: str | None = None


@dataclass(frozen=True, slots=True)
class GuestNetworkRow:
    """`Msvm_GuestNetworkAdapterConfiguration`: what the guest says of one adapter."""

    instance_id: str
    ip_addresses: tuple[str, ...] = ()
    dhcp_enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class KeyValueRow:
    """`Msvm_KvpExchangeComponent`: what the guest says of itself, each item an instance in a string."""

    machine_guid: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatingSystemRow:
    """`Win32_OperatingSystem` of the host."""

    caption: str | None = None
    version: str | None = None
    build: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessorRow:
    """`Win32_Processor`: one socket of the host."""

    name: str | None = None
    cores: int | None = None


@dataclass(frozen=True, slots=True)
class HostNameRow:
    """`Win32_ComputerSystem` of the host."""

    dns_host_name: str | None = None
    domain: str | None = None
    part_of_domain: bool | None = None


@dataclass(frozen=True, slots=True)
class HardwareRow:
    """`Win32_ComputerSystemProduct` of the host."""

    uuid: str | None = None


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """`MSCluster_Cluster`: the failover cluster that the host belongs to."""

    name: str


@dataclass(frozen=True, slots=True)
class ClusterNodeRow:
    """`MSCluster_Node`."""

    name: str


@dataclass(frozen=True, slots=True)
class ClusterResourceRow:
    """`MSCluster_Resource` of the type "Virtual Machine"."""

    name: str
    owner_group: str | None = None
    owner_node: str | None = None
    machine_guid: str | None = None
    """`VmID` among its private properties; None where the host does not hand them out."""


@dataclass(frozen=True)
class Cluster:
    """What a host says of its failover cluster.

    Attributes:
        name: None on a host that belongs to none.
        nodes: All nodes by name.
        resources: The highly available machines; None where they could not be read.
    """

    name: str | None
    nodes: tuple[str, ...] = ()
    resources: tuple[ClusterResourceRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class InventoryRows:
    """All that one complete read of a host brought."""

    systems: tuple[ComputerSystemRow, ...]
    settings: tuple[SystemSettingsRow, ...] = ()
    securities: tuple[SecuritySettingsRow, ...] = ()
    processors: tuple[ProcessorSettingsRow, ...] = ()
    memories: tuple[MemorySettingsRow, ...] = ()
    resources: tuple[ResourceRow, ...] = ()
    storages: tuple[StorageRow, ...] = ()
    physical_disks: tuple[PhysicalDiskRow, ...] = ()
    virtual_disks: tuple[VirtualDiskRow, ...] = ()
    synthetic_ports: tuple[PortRow, ...] = ()
    emulated_ports: tuple[PortRow, ...] = ()
    port_connections: tuple[PortConnectionRow, ...] = ()
    switches: tuple[SwitchRow, ...] = ()
    guest_networks: tuple[GuestNetworkRow, ...] = ()
    key_values: tuple[KeyValueRow, ...] = ()
    operating_systems: tuple[OperatingSystemRow, ...] = ()
    host_processors: tuple[ProcessorRow, ...] = ()
    host_names: tuple[HostNameRow, ...] = ()
    hardware: tuple[HardwareRow, ...] = ()
    cluster: Cluster | None = None
    """None where it could not be found out."""
    optional_classes: Mapping[str, bool] = field(default_factory=dict)
    """Classes that a discovery can do without, and whether this account can read them on the host."""

    def refused_classes(self) -> list[str]:
        """Return the optional classes that a host of any build should have given."""
        return sorted(
            name
            for name, is_readable in self.optional_classes.items()
            if not is_readable and name not in _CLASSES_OF_LATER_BUILDS
        )
