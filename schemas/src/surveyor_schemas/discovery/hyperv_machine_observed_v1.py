"""A VM as a Hyper-V host describes it (WMI virtualization namespace v2).

Source: Microsoft Learn, "Discovered metadata" (2023-02-24); Hyper-V WMI provider (V2) reference.
"""

from typing import ClassVar, Literal

from surveyor_schemas.base import NonNegativeInt, Record, UtcDatetime
from surveyor_schemas.discovery.observation import Observation


class HypervDisk(Record):
    """A virtual hard disk or a pass-through disk of a VM."""

    instance_id: str
    """`InstanceID` of its allocation setting; stable while the disk stays attached."""
    name: str | None
    kind: Literal["virtual", "pass-through"]
    controller_kind: Literal["ide", "scsi", "other"] | None
    controller_number: int | None
    location: int | None
    """`AddressOnParent`: the place on the controller."""
    path: str | None
    """Path of the VHD or VHDX file; of the host's disk for a pass-through disk."""
    parent_path: str | None
    """The parent of a differencing disk."""
    virtual_disk_id: str | None
    virtual_disk_type: Literal["fixed", "dynamic", "differencing"] | None
    size_bytes: NonNegativeInt | None
    """`MaxInternalSize`: what the guest sees."""
    file_size_bytes: NonNegativeInt | None
    """What the image's own file takes of its volume, images below left out; its growth alone is no news."""
    parent_paths: list[str] | None = None
    """The images below a differencing one, nearest first; the last is the base, or the last one read."""


class HypervNic(Record):
    """A synthetic or legacy network adapter."""

    instance_id: str
    """`Microsoft:<VM GUID>\\<port GUID>`."""
    port_guid: str | None
    name: str | None
    kind: Literal["synthetic", "legacy"]
    mac_address: str | None
    """As the host gives it: twelve hexadecimal digits."""
    switch_name: str | None
    ip_addresses: list[str]
    dhcp_enabled: bool | None
    switch_id: str | None = None
    """GUID of the virtual switch."""


class HypervHost(Record):
    """The host that runs the VM."""

    name: str
    version: str | None
    build: str | None
    cpu_model: str | None
    cpu_sockets: NonNegativeInt | None
    cpu_cores: NonNegativeInt | None
    fqdn: str | None = None
    hardware_uuid: str | None = None
    """`Win32_ComputerSystemProduct.UUID`."""


class HypervCheckpoint(Record):
    """A checkpoint (snapshot) of the VM."""

    instance_id: str
    parent_instance_id: str | None
    name: str | None
    created_at: UtcDatetime | None


class HypervMachineObserved(Observation):
    """The complete state of one VM on a Hyper-V host or failover cluster."""

    event_type: ClassVar[str] = "surveyor.hyperv.machine-observed.v1"

    site: str
    """Part of the machine's identity: hosts among which VMs move share a site."""
    source_name: str
    vm_guid: str
    is_replica: bool
    name: str
    notes: str | None
    generation: Literal[1, 2] | None
    enabled_state: int | None
    """`Msvm_ComputerSystem.EnabledState`: 2 running, 3 off, 6 saved, 9 paused."""
    health_state: int | None
    configuration_version: str | None
    bios_guid: str | None
    bios_serial_number: str | None
    secure_boot_enabled: bool | None
    processor_count: NonNegativeInt | None
    memory_mib: NonNegativeInt | None
    """`Msvm_MemorySettingData.VirtualQuantity`: startup memory; `AllocationUnits` says 2^20 bytes."""
    memory_minimum_mib: NonNegativeInt | None
    memory_maximum_mib: NonNegativeInt | None
    dynamic_memory_enabled: bool | None
    guest_os_name: str | None
    """`OSName` of the key-value exchange; None without integration services."""
    guest_os_version: str | None
    guest_os_build: str | None
    guest_os_architecture: str | None
    guest_fqdn: str | None
    integration_services_version: str | None
    host: HypervHost
    cluster_name: str | None
    highly_available: bool | None
    disks: list[HypervDisk]
    nics: list[HypervNic]
    checkpoints: list[HypervCheckpoint]
    guest_ip_addresses: list[str] | None = None
    """Of the key-value exchange, whichever adapter they belong to."""
    replication_mode: NonNegativeInt | None = None
    """`Msvm_ComputerSystem.ReplicationMode`: 0 none, 1 primary, 2 replica, 3 test, 4 extended replica."""
    replication_state: NonNegativeInt | None = None
    replication_health: NonNegativeInt | None = None
    """0 not replicated, 1 normal, 2 warning, 3 critical."""
    secure_boot_template_id: str | None = None
    tpm_enabled: bool | None = None
    """This and the next four: `Msvm_SecuritySettingData`, which Windows Server 2016 brought."""
    shielding_requested: bool | None = None
    data_protection_requested: bool | None = None
    virtualization_based_security_opt_out: bool | None = None
    encrypt_state_and_migration_traffic: bool | None = None
    configuration_file_path: str | None = None
    cluster_group_name: str | None = None
    """The failover cluster's group that holds the machine's resources."""
    cluster_owner_node: str | None = None
    """The node that owns the machine, by the cluster's word."""
