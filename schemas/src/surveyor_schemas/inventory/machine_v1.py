"""A machine in one form, whatever the source."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from surveyor_schemas.base import (
    Event,
    MachineId,
    NonNegativeFloat,
    NonNegativeInt,
    Record,
    SourceId,
    UtcDatetime,
)
from surveyor_schemas.identity import observation_id

SourceKind = Literal["vmware", "hyperv", "import"]
PowerState = Literal["on", "off", "suspended"]
BootType = Literal["bios", "uefi"]
OsFamily = Literal["windows", "linux", "other", "unknown"]
OsArchitecture = Literal["x64", "x86", "arm64", "unknown"]


class OperatingSystem(Record):
    """The guest operating system: the source's words, and what they mean."""

    name: str | None
    """As the source names it; None when it does not say."""
    family: OsFamily
    product: str | None
    """Product line, such as `Windows Server` or `Ubuntu`."""
    version: str | None
    edition: str | None
    architecture: OsArchitecture
    configured_name: str | None = None
    """What the machine is configured for, where that is something else than the guest's own word (VMware)."""


class ImportedDiskUsage(Record):
    """Usage of one disk that a file states; each value counts as the percentile already. None: not stated."""

    read_iops: NonNegativeFloat | None
    write_iops: NonNegativeFloat | None
    read_mb_per_second: NonNegativeFloat | None
    write_mb_per_second: NonNegativeFloat | None


class Disk(Record):
    """A disk of the machine."""

    disk_id: str
    """The source's own stable id."""
    name: str
    """Its place, such as `scsi0:0`."""
    counter_instance: str | None
    """`instance` of its series in `performance_samples` and `disk_10m`; None where none can be matched."""
    size_bytes: NonNegativeInt | None
    is_os_disk: bool
    controller_kind: str | None
    controller_number: NonNegativeInt | None
    unit_number: NonNegativeInt | None
    path: str | None
    kind: str | None
    """`virtual` or `pass-through` or what else backs it."""
    thin_provisioned: bool | None
    imported_usage: ImportedDiskUsage | None = None
    """For disks of imported machines whose file states no totals for all disks together."""


class Nic(Record):
    """A network adapter of the machine."""

    nic_id: str
    name: str
    counter_instance: str | None
    mac_address: str | None
    """Lower case, separated by colons."""
    network_name: str | None
    ip_addresses: list[str]
    kind: str | None


class ImportedUsage(Record):
    """Usage that a file states; each value counts as the percentile already. None is not stated."""

    cpu_percent: NonNegativeFloat | None
    memory_percent: NonNegativeFloat | None
    total_read_iops: NonNegativeFloat | None
    total_write_iops: NonNegativeFloat | None
    total_read_mb_per_second: NonNegativeFloat | None
    total_write_mb_per_second: NonNegativeFloat | None
    received_mb_per_second: NonNegativeFloat | None
    transmitted_mb_per_second: NonNegativeFloat | None


class Machine(Event):
    """The canonical state of one machine at a revision."""

    event_type: ClassVar[str] = "surveyor.machine.v1"

    machine_id: MachineId
    revision: int
    source_kind: SourceKind
    source_id: SourceId
    name: str
    fqdn: str | None
    description: str | None
    power_state: PowerState | None
    is_template: bool
    is_replica: bool
    boot_type: BootType | None
    secure_boot_enabled: bool | None
    cores: NonNegativeInt | None
    memory_mib: NonNegativeInt | None
    memory_maximum_mib: NonNegativeInt | None
    """Upper bound of dynamic memory."""
    dynamic_memory_enabled: bool | None
    os: OperatingSystem
    management_server_name: str | None
    """The vCenter, or the Hyper-V host or cluster, that manages it."""
    datacenter_name: str | None
    cluster_name: str | None
    host_name: str | None
    host_version: str | None
    folder_path: str | None
    resource_pool_path: str | None
    processor_model: str | None
    processor_sockets: NonNegativeInt | None
    processor_cores_per_socket: NonNegativeInt | None
    guest_tools_status: str | None
    snapshot_count: NonNegativeInt
    disks: list[Disk]
    nics: list[Nic]
    imported_usage: ImportedUsage | None
    """For imported machines only."""
    observed_at: UtcDatetime
    """When the collector saw this state."""
    removed_at: UtcDatetime | None
    """None while the machine exists."""

    def key(self) -> str:
        return str(self.machine_id)

    def event_id(self) -> UUID:
        return observation_id(self.machine_id, self.revision)

    def subject_source(self) -> str:
        return "surveyor/normalizer"

    def occurred_at(self) -> UtcDatetime:
        return self.observed_at


MacAddress = Annotated[str, Field(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]
"""The normal form of `Nic.mac_address`."""
