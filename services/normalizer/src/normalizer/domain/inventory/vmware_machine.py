"""A VM as vSphere describes it, to the canonical machine.

Source: Azure Migrate, "Discovered metadata", VMware (2023-02-24).
"""

from normalizer.domain.inventory.guest import (
    GuestWords,
    last_known,
    normal_addresses,
    normal_mac_address,
    operating_system,
)
from normalizer.domain.inventory.places import VMWARE_ORDER, place_name, with_os_disk
from surveyor_inventory.guest_os import identify_guest_os, prefer_reported
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareDisk, VmwareMachineObserved, VmwareNic
from surveyor_schemas.inventory.machine_v1 import BootType, Disk, Machine, Nic, OperatingSystem, PowerState

POWER: dict[str, PowerState] = {"poweredOn": "on", "poweredOff": "off", "suspended": "suspended"}
BOOT: dict[str, BootType] = {"bios": "bios", "efi": "uefi"}


def vmware_machine(observed: VmwareMachineObserved, previous: Machine | None) -> Machine:
    """Return the canonical machine; `previous` lends what a stopped guest no longer says."""
    host = observed.host
    guest = last_known(_guest_words(observed), previous, os_reported=_names_its_os(observed))
    return Machine(
        machine_id=observed.machine_id,
        revision=observed.revision,
        source_kind="vmware",
        source_id=observed.source_id,
        name=observed.name,
        fqdn=guest.fqdn,
        description=observed.annotation or None,
        power_state=POWER.get(observed.power_state or ""),
        is_template=observed.is_template,
        is_replica=False,
        boot_type=BOOT.get(observed.firmware or ""),
        secure_boot_enabled=observed.secure_boot_enabled,
        cores=observed.cpu_count,
        memory_mib=observed.memory_mib,
        memory_maximum_mib=None,
        dynamic_memory_enabled=None,
        os=guest.os,
        management_server_name=observed.source_name,
        datacenter_name=observed.datacenter_name,
        cluster_name=observed.cluster_name,
        host_name=host.name if host else None,
        host_version=host.version if host else None,
        folder_path=observed.folder_path,
        resource_pool_path=observed.resource_pool_path,
        processor_model=host.cpu_model if host else None,
        processor_sockets=host.cpu_sockets if host else None,
        processor_cores_per_socket=_per_socket(host.cpu_cores, host.cpu_sockets) if host else None,
        guest_tools_status=observed.tools_status,
        snapshot_count=len(observed.snapshots),
        disks=with_os_disk([_disk(disk) for disk in observed.disks], VMWARE_ORDER),
        nics=guest.nics,
        imported_usage=None,
        observed_at=observed.collected_at,
        removed_at=None,
    )


def _guest_words(observed: VmwareMachineObserved) -> GuestWords:
    name = observed.guest_host_name or None
    return GuestWords(fqdn=name, os=_operating_system(observed), nics=[_nic(nic) for nic in observed.nics])


def _names_its_os(observed: VmwareMachineObserved) -> bool:
    return bool(observed.tools_guest_full_name or observed.tools_guest_id)


def _operating_system(observed: VmwareMachineObserved) -> OperatingSystem:
    """Take the configured system, or for Linux what VMware Tools report.

    Source: Azure Migrate, "Troubleshoot assessment", operating system names (2021-07-28).
    """
    configured = identify_guest_os(observed.guest_full_name, guest_id=observed.guest_id)
    if not _names_its_os(observed):
        return operating_system(observed.guest_full_name, configured, observed.guest_full_name)
    reported = identify_guest_os(observed.tools_guest_full_name, guest_id=observed.tools_guest_id)
    chosen = prefer_reported(configured, reported)
    name = observed.tools_guest_full_name if chosen is reported else observed.guest_full_name
    return operating_system(name or observed.guest_full_name, chosen, observed.guest_full_name)


def _disk(disk: VmwareDisk) -> Disk:
    place = place_name(disk.controller_kind, disk.controller_bus_number, disk.unit_number)
    return Disk(
        disk_id=str(disk.key),
        name=place or disk.label or str(disk.key),
        counter_instance=place,
        size_bytes=disk.capacity_bytes,
        is_os_disk=False,
        controller_kind=disk.controller_kind,
        controller_number=disk.controller_bus_number,
        unit_number=disk.unit_number,
        path=disk.file_name,
        kind="pass-through" if "RawDisk" in (disk.backing_kind or "") else "virtual",
        thin_provisioned=disk.thin_provisioned,
    )


def _nic(nic: VmwareNic) -> Nic:
    return Nic(
        nic_id=str(nic.key),
        name=nic.label or str(nic.key),
        counter_instance=str(nic.key),
        mac_address=normal_mac_address(nic.mac_address),
        network_name=nic.network_name,
        ip_addresses=normal_addresses(nic.ip_addresses),
        kind=nic.kind,
    )


def _per_socket(cores: int | None, sockets: int | None) -> int | None:
    return cores // sockets if cores and sockets else None
