"""What one machine's result is computed from: its facts and its percentiles. Stored before computing."""

from assessor.domain.machine import NOT_MEASURED, BootType, Disk, Machine, Nic, Source, TotalDiskUsage, Usage
from surveyor_inventory.guest_os import Architecture, GuestOs, OsFamily, OsProduct
from surveyor_schemas.base import NonNegativeFloat, NonNegativeInt, Record
from surveyor_schemas.inventory import machine_v1 as canonical

_BYTES_PER_GIB = 2**30
_PRODUCTS = {product.value: product for product in OsProduct}
_BOOT_TYPES = {"bios": BootType.BIOS, "uefi": BootType.UEFI, None: BootType.UNKNOWN}


class MeasuredUsage(Record):
    """The percentile of a series over the window, the number of peaks behind it, and the highest."""

    value: NonNegativeFloat
    points: NonNegativeInt
    peak: NonNegativeFloat | None = None


class DiskUsage(Record):
    """None where the window has no peak."""

    read_iops: MeasuredUsage | None = None
    write_iops: MeasuredUsage | None = None
    read_mb_per_second: MeasuredUsage | None = None
    write_mb_per_second: MeasuredUsage | None = None


class NicUsage(Record):
    """None where the window has no peak."""

    received_mb_per_second: MeasuredUsage | None = None
    transmitted_mb_per_second: MeasuredUsage | None = None


class MachineInputs(Record):
    """One row of `assessment_inputs`; disks and NICs are keyed by their counter instance."""

    machine: canonical.Machine
    cpu_percent: MeasuredUsage | None = None
    memory_percent: MeasuredUsage | None = None
    disks: dict[str, DiskUsage]
    nics: dict[str, NicUsage]


def to_machine(inputs: MachineInputs) -> Machine | None:
    """Bring stored inputs to the domain; None where the source does not know cores or memory."""
    facts = inputs.machine
    if not facts.cores or not facts.memory_mib:
        return None
    stated = facts.imported_usage
    return Machine(
        name=facts.name,
        source=Source(facts.source_kind),
        cores=facts.cores,
        memory_mib=facts.memory_mib,
        boot_type=_BOOT_TYPES[facts.boot_type],
        os_name=facts.os.name,
        guest_os=guest_os(facts.os),
        cpu_percent=_stated(stated.cpu_percent) if stated else _usage(inputs.cpu_percent),
        memory_percent=_stated(stated.memory_percent) if stated else _usage(inputs.memory_percent),
        disks=tuple(_disk(disk, inputs.disks) for disk in facts.disks),
        nics=_stated_nics(facts.nics, stated) if stated else _nics(facts.nics, inputs.nics),
        total_disk_usage=_stated_totals(stated) if stated else None,
    )


def guest_os(known: canonical.OperatingSystem) -> GuestOs:
    """Bring the canonical machine's operating system to the value that rules read."""
    return GuestOs(
        family=OsFamily(known.family),
        product=_PRODUCTS.get(known.product or ""),
        version=known.version,
        edition=known.edition,
        architecture=Architecture(known.architecture),
    )


def _disk(disk: canonical.Disk, usages: dict[str, DiskUsage]) -> Disk:
    read_iops, write_iops, read_mb_per_second, write_mb_per_second = _disk_usages(disk, usages)
    return Disk(
        name=disk.name,
        size_gib=None if disk.size_bytes is None else disk.size_bytes / _BYTES_PER_GIB,
        is_os_disk=disk.is_os_disk,
        read_iops=read_iops,
        write_iops=write_iops,
        read_mb_per_second=read_mb_per_second,
        write_mb_per_second=write_mb_per_second,
        instance=disk.counter_instance,
    )


def _disk_usages(disk: canonical.Disk, usages: dict[str, DiskUsage]) -> tuple[Usage, Usage, Usage, Usage]:
    """What a file states for the disk, else what was measured, in the order of `Disk.usages`."""
    if stated := disk.imported_usage:
        return (
            _stated(stated.read_iops),
            _stated(stated.write_iops),
            _stated(stated.read_mb_per_second),
            _stated(stated.write_mb_per_second),
        )
    measured = usages.get(disk.counter_instance or "", DiskUsage())
    return (
        _usage(measured.read_iops),
        _usage(measured.write_iops),
        _usage(measured.read_mb_per_second),
        _usage(measured.write_mb_per_second),
    )


def _nics(nics: list[canonical.Nic], usages: dict[str, NicUsage]) -> tuple[Nic, ...]:
    found = [(nic, usages.get(nic.counter_instance or "", NicUsage())) for nic in nics]
    return tuple(
        Nic(
            name=nic.name,
            received_mb_per_second=_usage(usage.received_mb_per_second),
            transmitted_mb_per_second=_usage(usage.transmitted_mb_per_second),
            instance=nic.counter_instance,
        )
        for nic, usage in found
    )


def _stated_nics(nics: list[canonical.Nic], stated: canonical.ImportedUsage) -> tuple[Nic, ...]:
    """A file states traffic for the machine, not per adapter: the first one carries it."""
    traffic = (_stated(stated.received_mb_per_second), _stated(stated.transmitted_mb_per_second))
    none = (_stated(0.0), _stated(0.0))
    return tuple(Nic(nic.name, *(none if position else traffic)) for position, nic in enumerate(nics))


def _stated_totals(stated: canonical.ImportedUsage) -> TotalDiskUsage | None:
    totals = (
        stated.total_read_iops,
        stated.total_write_iops,
        stated.total_read_mb_per_second,
        stated.total_write_mb_per_second,
    )
    if all(total is None for total in totals):
        return None
    return TotalDiskUsage(*(_stated(total) for total in totals))


def _usage(measured: MeasuredUsage | None) -> Usage:
    return NOT_MEASURED if measured is None else Usage(measured.value, measured.points, measured.peak)


def _stated(value: float | None) -> Usage:
    return Usage(value, None if value is not None else 0)
