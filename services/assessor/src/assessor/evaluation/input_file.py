"""The input of `assessor evaluate`: machines as plain JSON, and how they become domain values."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from assessor.domain.machine import BootType, Disk, Machine, Nic, Source, Usage
from assessor.domain.percentile import nearest_rank
from surveyor_inventory.guest_os import identify_guest_os

_BOOT_TYPES = {"bios": BootType.BIOS, "efi": BootType.UEFI, "uefi": BootType.UEFI}


def _lower_case(value: Any) -> Any:
    return value.lower().replace("-", "") if isinstance(value, str) else value


def _form(value: Any) -> str | None:
    if isinstance(value, list):
        return "peaks"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else None


def _given_or(default: Any) -> BeforeValidator:
    """Take null for a field that was left out."""
    return BeforeValidator(lambda value: default if value is None else value)


# Far above any machine, and low enough that no product of two of them leaves the range of a float.
_MOST_CORES = 1_000_000
_MOST = 1e12

Count = Annotated[float, Field(ge=0, le=_MOST, allow_inf_nan=False)]
GivenUsage = (
    Annotated[
        Annotated[Count, Tag("number")] | Annotated[list[Count | None], Tag("peaks")],
        Discriminator(
            _form,
            custom_error_type="usage",
            custom_error_message="Input should be a number, a list of 10-minute peaks, or null",
        ),
    ]
    | None
)
"""A number is already the percentile, a list holds 10-minute peaks, null was not measured."""


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GivenDisk(_Given):
    name: str | None = None
    size_gib: Annotated[float, Field(gt=0, le=_MOST, allow_inf_nan=False)] | None = None
    read_iops: GivenUsage = None
    write_iops: GivenUsage = None
    read_mb_per_second: GivenUsage = None
    write_mb_per_second: GivenUsage = None
    is_os_disk: bool | None = None


class GivenNic(_Given):
    name: str | None = None
    received_mb_per_second: GivenUsage = None
    transmitted_mb_per_second: GivenUsage = None


class GivenMachine(_Given):
    name: Annotated[str, Field(min_length=1)]
    cores: Annotated[int, Field(gt=0, le=_MOST_CORES)]
    memory_mib: Annotated[float, Field(gt=0, le=_MOST, allow_inf_nan=False)]
    boot_type: str | None = None
    os_name: str | None = None
    os_architecture: str | None = None
    source: Annotated[
        Literal["vmware", "hyperv", "import"], BeforeValidator(_lower_case), _given_or("vmware")
    ] = "vmware"
    cpu_percent: GivenUsage = None
    memory_percent: GivenUsage = None
    disks: Annotated[list[GivenDisk], _given_or([])] = []
    nics: Annotated[list[GivenNic], _given_or([])] = []


class GivenMachines(_Given):
    machines: list[GivenMachine]


def to_machine(given: GivenMachine, percentile: int) -> Machine:
    """Bring a machine of the file to the domain; lists of peaks become their percentile."""
    os_disk = _os_disk_position(given.disks)
    return Machine(
        name=given.name,
        source=Source(given.source),
        cores=given.cores,
        memory_mib=given.memory_mib,
        boot_type=_BOOT_TYPES.get((given.boot_type or "").strip().lower(), BootType.UNKNOWN),
        os_name=given.os_name,
        guest_os=identify_guest_os(given.os_name, architecture=given.os_architecture),
        cpu_percent=_usage(given.cpu_percent, percentile),
        memory_percent=_usage(given.memory_percent, percentile),
        disks=tuple(
            _disk(disk, position, percentile, is_os_disk=position == os_disk)
            for position, disk in enumerate(given.disks)
        ),
        nics=tuple(_nic(nic, position, percentile) for position, nic in enumerate(given.nics)),
    )


def _os_disk_position(disks: list[GivenDisk]) -> int | None:
    """The disk that is marked, else the first one that the file does not call a data disk."""
    marked = [position for position, disk in enumerate(disks) if disk.is_os_disk]
    unmarked = [position for position, disk in enumerate(disks) if disk.is_os_disk is None]
    return next(iter(marked + unmarked), None)


def _disk(given: GivenDisk, position: int, percentile: int, *, is_os_disk: bool) -> Disk:
    return Disk(
        name=given.name or f"disk{position}",
        size_gib=given.size_gib,
        is_os_disk=is_os_disk,
        read_iops=_usage(given.read_iops, percentile),
        write_iops=_usage(given.write_iops, percentile),
        read_mb_per_second=_usage(given.read_mb_per_second, percentile),
        write_mb_per_second=_usage(given.write_mb_per_second, percentile),
    )


def _nic(given: GivenNic, position: int, percentile: int) -> Nic:
    return Nic(
        name=given.name or f"nic{position}",
        received_mb_per_second=_usage(given.received_mb_per_second, percentile),
        transmitted_mb_per_second=_usage(given.transmitted_mb_per_second, percentile),
    )


def _usage(given: GivenUsage, percentile: int) -> Usage:
    if given is None:
        return Usage(value=None, points=0)
    if isinstance(given, list):
        peaks = [peak for peak in given if peak is not None]
        highest = max(peaks, default=None)
        return Usage(nearest_rank(peaks, percentile), len(peaks), highest, tuple(given))
    return Usage(value=given, points=None)
