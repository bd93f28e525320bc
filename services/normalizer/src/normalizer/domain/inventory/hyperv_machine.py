"""A VM as a Hyper-V host describes it, to the canonical machine.

Source: Azure Migrate, "Discovered metadata", Hyper-V (2023-02-24); Hyper-V WMI provider (V2) reference.
"""

from normalizer.domain.inventory.guest import (
    GuestWords,
    last_known,
    normal_addresses,
    normal_mac_address,
    operating_system,
)
from normalizer.domain.inventory.places import HYPERV_ORDER, place_name, with_os_disk
from surveyor_inventory.guest_os import identify_guest_os
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervDisk, HypervMachineObserved, HypervNic
from surveyor_schemas.inventory.machine_v1 import BootType, Disk, Machine, Nic, PowerState

POWER: dict[int, PowerState] = {
    2: "on",
    3: "off",
    4: "on",
    6: "suspended",
    9: "suspended",
    10: "on",
    32768: "suspended",
    32769: "suspended",
}
"""`EnabledState`: shutting down and starting count as on, saved and paused as suspended."""
BOOT: dict[int, BootType] = {1: "bios", 2: "uefi"}


def hyperv_machine(observed: HypervMachineObserved, previous: Machine | None) -> Machine:
    """Return the canonical machine; `previous` lends what a stopped guest no longer says."""
    host = observed.host
    guest = last_known(_guest_words(observed), previous, os_reported=observed.guest_os_name is not None)
    return Machine(
        machine_id=observed.machine_id,
        revision=observed.revision,
        source_kind="hyperv",
        source_id=observed.source_id,
        name=observed.name,
        fqdn=guest.fqdn,
        description=observed.notes or None,
        power_state=POWER.get(observed.enabled_state or 0),
        is_template=False,
        is_replica=observed.is_replica,
        boot_type=BOOT.get(observed.generation or 0),
        secure_boot_enabled=observed.secure_boot_enabled,
        cores=observed.processor_count,
        memory_mib=observed.memory_mib,
        memory_maximum_mib=_memory_maximum_mib(observed),
        dynamic_memory_enabled=observed.dynamic_memory_enabled,
        os=guest.os,
        management_server_name=observed.cluster_name or observed.source_name,
        datacenter_name=None,
        cluster_name=observed.cluster_name,
        host_name=host.name,
        host_version=host.version,
        folder_path=None,
        resource_pool_path=None,
        processor_model=host.cpu_model,
        processor_sockets=host.cpu_sockets,
        processor_cores_per_socket=_per_socket(host.cpu_cores, host.cpu_sockets),
        guest_tools_status=observed.integration_services_version,
        snapshot_count=len(observed.checkpoints),
        disks=with_os_disk([_disk(disk) for disk in observed.disks], HYPERV_ORDER),
        nics=guest.nics,
        imported_usage=None,
        observed_at=observed.collected_at,
        removed_at=None,
    )


def _memory_maximum_mib(observed: HypervMachineObserved) -> int | None:
    """Without dynamic memory the host states a limit, too (1 TiB), which bounds nothing."""
    return None if observed.dynamic_memory_enabled is False else observed.memory_maximum_mib


def _guest_words(observed: HypervMachineObserved) -> GuestWords:
    guest_os = identify_guest_os(
        observed.guest_os_name,
        version=observed.guest_os_version,
        architecture=observed.guest_os_architecture,
    )
    return GuestWords(
        fqdn=observed.guest_fqdn or None,
        os=operating_system(observed.guest_os_name, guest_os),
        nics=[_nic(nic) for nic in observed.nics],
    )


def _disk(disk: HypervDisk) -> Disk:
    place = place_name(disk.controller_kind, disk.controller_number, disk.location)
    return Disk(
        disk_id=disk.instance_id,
        name=place or disk.name or disk.instance_id,
        counter_instance=disk.instance_id,
        size_bytes=disk.size_bytes,
        is_os_disk=False,
        controller_kind=disk.controller_kind,
        controller_number=disk.controller_number,
        unit_number=disk.location,
        path=disk.path,
        kind=disk.kind,
        thin_provisioned=None if disk.virtual_disk_type is None else disk.virtual_disk_type != "fixed",
    )


def _nic(nic: HypervNic) -> Nic:
    return Nic(
        nic_id=nic.instance_id,
        name=nic.name or nic.instance_id,
        counter_instance=nic.instance_id,
        mac_address=normal_mac_address(nic.mac_address),
        network_name=nic.switch_name,
        ip_addresses=normal_addresses(nic.ip_addresses),
        kind=nic.kind,
    )


def _per_socket(cores: int | None, sockets: int | None) -> int | None:
    return cores // sockets if cores and sockets else None
