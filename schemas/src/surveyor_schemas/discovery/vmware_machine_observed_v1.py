"""A VM as a vCenter or an ESXi host describes it.

Source: Microsoft Learn, "Discovered metadata" (2023-02-24); vSphere Web Services API, VirtualMachine.
"""

from typing import ClassVar, Literal

from surveyor_schemas.base import NonNegativeInt, Record, UtcDatetime
from surveyor_schemas.discovery.observation import Observation


class VmwareDisk(Record):
    """A `VirtualDisk` of `config.hardware.device`."""

    key: int
    """Device key, unique in the VM and stable."""
    label: str | None
    uuid: str | None
    """`backing.uuid`."""
    controller_key: int | None
    controller_kind: Literal["scsi", "ide", "sata", "nvme", "other"]
    controller_bus_number: int | None
    unit_number: int | None
    capacity_bytes: NonNegativeInt | None
    """Provisioned size."""
    backing_kind: str | None
    """The vSphere type name of the backing, such as `VirtualDiskFlatVer2BackingInfo`."""
    file_name: str | None
    disk_mode: str | None
    sharing: str | None
    thin_provisioned: bool | None


class VmwareNic(Record):
    """A `VirtualEthernetCard` of `config.hardware.device`."""

    key: int
    """Device key; also the instance of its performance counters."""
    label: str | None
    kind: str
    """The vSphere type name, such as `VirtualVmxnet3`."""
    mac_address: str | None
    network_name: str | None
    connected: bool | None
    ip_addresses: list[str]
    """IPv4 and IPv6 from `guest.net`; empty where VMware Tools say nothing."""


class VmwareHost(Record):
    """The ESXi host that runs the VM."""

    moref: str
    name: str
    version: str | None
    build: str | None
    cpu_model: str | None
    cpu_sockets: NonNegativeInt | None
    cpu_cores: NonNegativeInt | None
    power_state: str | None
    connection_state: str | None
    in_maintenance_mode: bool | None


class VmwareSnapshot(Record):
    """A snapshot of the VM."""

    moref: str
    parent_moref: str | None
    name: str
    created_at: UtcDatetime | None


class VmwareMachineObserved(Observation):
    """The complete state of one VM (or template) on VMware vSphere."""

    event_type: ClassVar[str] = "surveyor.vmware.machine-observed.v1"

    source_kind: Literal["vcenter", "esxi"]
    source_name: str
    """The host name under which the collector reaches the source."""
    owner_uuid: str
    """vCenter instance UUID or, for a lone ESXi host, its hardware UUID."""
    licence_product_name: str | None
    moref: str
    instance_uuid: str
    bios_uuid: str | None
    name: str
    annotation: str | None
    is_template: bool
    power_state: Literal["poweredOn", "poweredOff", "suspended"] | None
    connection_state: str | None
    hardware_version: str | None
    firmware: Literal["bios", "efi"] | None
    secure_boot_enabled: bool | None
    cpu_count: NonNegativeInt | None
    """`config.hardware.numCPU`: virtual processors."""
    cores_per_socket: NonNegativeInt | None
    memory_mib: NonNegativeInt | None
    """`config.hardware.memoryMB`; the vendor's MB is 2^20 bytes."""
    guest_id: str | None
    """Guest OS id from the configuration, such as `rhel8_64Guest`."""
    guest_full_name: str | None
    """Guest OS name from the configuration."""
    tools_guest_id: str | None
    """Guest OS id that VMware Tools report."""
    tools_guest_full_name: str | None
    guest_host_name: str | None
    tools_status: str | None
    tools_version: str | None
    datacenter_name: str | None
    cluster_name: str | None
    folder_path: str | None
    """VM folders from the datacenter down, joined by `/`."""
    resource_pool_path: str | None
    host: VmwareHost | None
    vm_path_name: str | None
    change_tracking_enabled: bool | None
    change_tracking_supported: bool | None
    disks: list[VmwareDisk]
    nics: list[VmwareNic]
    snapshots: list[VmwareSnapshot]
