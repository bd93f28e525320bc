"""A machine as a row of an uploaded file describes it, to the canonical machine."""

from collections.abc import Callable

from normalizer.domain.inventory.guest import normal_addresses, normal_mac_address, operating_system
from surveyor_inventory.guest_os import identify_guest_os
from surveyor_schemas.discovery.imported_machine_observed_v1 import ImportedDisk, ImportedMachineObserved
from surveyor_schemas.inventory.machine_v1 import (
    Disk,
    ImportedDiskUsage,
    ImportedUsage,
    Machine,
    Nic,
    PowerState,
)

BYTES_PER_GIB = 1024**3
POWER: dict[str, PowerState] = {
    "poweredon": "on",
    "on": "on",
    "running": "on",
    "poweredoff": "off",
    "off": "off",
    "suspended": "suspended",
}


def imported_machine(observed: ImportedMachineObserved, _previous: Machine | None) -> Machine:
    """Return the canonical machine. A file is complete: nothing is taken over from before."""
    guest_os = identify_guest_os(
        observed.os_name, version=observed.os_version, architecture=observed.os_architecture
    )
    return Machine(
        machine_id=observed.machine_id,
        revision=observed.revision,
        source_kind="import",
        source_id=observed.source_id,
        name=observed.name,
        fqdn=observed.name.lower() if "." in observed.name else None,
        description=None,
        power_state=POWER.get((observed.power_state or "").replace(" ", "").lower()),
        is_template=False,
        is_replica=False,
        boot_type=observed.boot_type,
        secure_boot_enabled=None,
        cores=observed.cores,
        memory_mib=observed.memory_mib,
        memory_maximum_mib=None,
        dynamic_memory_enabled=None,
        os=operating_system(observed.os_name, guest_os),
        management_server_name=None,
        datacenter_name=None,
        cluster_name=None,
        host_name=None,
        host_version=None,
        folder_path=None,
        resource_pool_path=None,
        processor_model=None,
        processor_sockets=None,
        processor_cores_per_socket=None,
        guest_tools_status=None,
        snapshot_count=0,
        disks=[
            _disk(disk, position, has_own_usage=not _states_totals(observed))
            for position, disk in enumerate(observed.disks)
        ],
        nics=_nics(observed),
        imported_usage=_usage(observed),
        observed_at=observed.collected_at,
        removed_at=None,
    )


def _states_totals(observed: ImportedMachineObserved) -> bool:
    """Return whether the file states usage of all disks together, which replaces that of each.

    Source: Microsoft Learn, "Tutorial: discover servers by CSV import".
    """
    return any(
        total is not None
        for total in (
            observed.total_read_iops,
            observed.total_write_iops,
            observed.total_read_mb_per_second,
            observed.total_write_mb_per_second,
        )
    )


def _disk(disk: ImportedDisk, position: int, *, has_own_usage: bool) -> Disk:
    """The first disk of a file counts as the one of the operating system."""
    return Disk(
        disk_id=disk.name,
        name=disk.name,
        counter_instance=None,
        size_bytes=None if disk.size_gib is None else round(disk.size_gib * BYTES_PER_GIB),
        is_os_disk=position == 0,
        controller_kind=None,
        controller_number=None,
        unit_number=position,
        path=None,
        kind="virtual",
        thin_provisioned=None,
        imported_usage=_usage_of(disk) if has_own_usage else None,
    )


def _usage_of(disk: ImportedDisk) -> ImportedDiskUsage | None:
    usage = ImportedDiskUsage(
        read_iops=disk.read_iops,
        write_iops=disk.write_iops,
        read_mb_per_second=disk.read_mb_per_second,
        write_mb_per_second=disk.write_mb_per_second,
    )
    is_stated = any(value is not None for value in usage.model_dump().values())
    return usage if is_stated else None


def _nics(observed: ImportedMachineObserved) -> list[Nic]:
    """Make as many adapters as the file counts; it does not say which addresses belong to which."""
    macs = observed.mac_addresses
    addresses = normal_addresses(observed.ip_addresses)
    is_used = observed.received_mb_per_second is not None or observed.transmitted_mb_per_second is not None
    count = max(observed.nic_count or 0, len(macs), 1 if addresses or is_used else 0)
    return [
        Nic(
            nic_id=f"nic{position}",
            name=f"nic{position}",
            counter_instance=None,
            mac_address=normal_mac_address(macs[position]) if position < len(macs) else None,
            network_name=None,
            ip_addresses=addresses if position == 0 else [],
            kind=None,
        )
        for position in range(count)
    ]


def _usage(observed: ImportedMachineObserved) -> ImportedUsage:
    def total(stated: float | None, of_disk: Callable[[ImportedDisk], float | None]) -> float | None:
        """Beside a stated total, one that is not stated is the sum of the disks'."""
        if not _states_totals(observed):
            return None
        parts = [part for part in map(of_disk, observed.disks) if part is not None]
        return stated if stated is not None or not parts else sum(parts)

    return ImportedUsage(
        cpu_percent=observed.cpu_percent,
        memory_percent=observed.memory_percent,
        total_read_iops=total(observed.total_read_iops, lambda disk: disk.read_iops),
        total_write_iops=total(observed.total_write_iops, lambda disk: disk.write_iops),
        total_read_mb_per_second=total(
            observed.total_read_mb_per_second, lambda disk: disk.read_mb_per_second
        ),
        total_write_mb_per_second=total(
            observed.total_write_mb_per_second, lambda disk: disk.write_mb_per_second
        ),
        received_mb_per_second=observed.received_mb_per_second,
        transmitted_mb_per_second=observed.transmitted_mb_per_second,
    )
