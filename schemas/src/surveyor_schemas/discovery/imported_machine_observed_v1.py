"""A machine as a row of an uploaded file describes it.

Source: Microsoft Learn, "Tutorial: assess by CSV import" and "Import with RVTools XLSX" (2025-05-12).
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from surveyor_schemas.base import NonNegativeFloat, NonNegativeInt, Record
from surveyor_schemas.discovery.observation import Observation


class ImportedDisk(Record):
    """A disk of the file; usage values count as the percentile already."""

    name: str
    size_gib: NonNegativeFloat | None
    read_iops: NonNegativeFloat | None
    write_iops: NonNegativeFloat | None
    read_mb_per_second: NonNegativeFloat | None
    write_mb_per_second: NonNegativeFloat | None


class ImportedMachineObserved(Observation):
    """The complete state of one machine that a file names."""

    event_type: ClassVar[str] = "surveyor.import.machine-observed.v1"

    format: Literal["azure-migrate-csv", "rvtools"]
    file_name: str
    row_number: Annotated[int, Field(ge=1)]
    name: str
    cores: NonNegativeInt
    memory_mib: NonNegativeInt
    os_name: str | None
    os_version: str | None
    os_architecture: str | None
    boot_type: Literal["bios", "uefi"] | None
    server_type: Literal["virtual", "physical"] | None
    hypervisor: str | None
    power_state: str | None
    ip_addresses: list[str]
    mac_addresses: list[str]
    nic_count: NonNegativeInt | None
    cpu_percent: NonNegativeFloat | None
    memory_percent: NonNegativeFloat | None
    total_read_iops: NonNegativeFloat | None
    total_write_iops: NonNegativeFloat | None
    total_read_mb_per_second: NonNegativeFloat | None
    total_write_mb_per_second: NonNegativeFloat | None
    received_mb_per_second: NonNegativeFloat | None
    transmitted_mb_per_second: NonNegativeFloat | None
    disks: list[ImportedDisk]
