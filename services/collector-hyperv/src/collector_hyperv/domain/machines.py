"""A host's rows become the state of its machines."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collector_hyperv.domain.clusters import Membership
from collector_hyperv.domain.disks import DiskJoin
from collector_hyperv.domain.guest_items import guest_addresses, guest_items
from collector_hyperv.domain.nics import NicJoin
from collector_hyperv.domain.references import by_owner, machine_guid, referenced_key
from collector_hyperv.domain.rows import (
    ComputerSystemRow,
    HostNameRow,
    InventoryRows,
    MemorySettingsRow,
    SecuritySettingsRow,
    SystemSettingsRow,
)
from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import (
    HypervCheckpoint,
    HypervHost,
    HypervMachineObserved,
)
from surveyor_schemas.identity import hyperv_machine_id

# Source: Microsoft Learn, HyperV_v2, Msvm_VirtualSystemSettingData, VirtualSystemType, VirtualSystemSubType.
REALIZED = "Microsoft:Hyper-V:System:Realized"
_CHECKPOINT_PREFIX = "Microsoft:Hyper-V:Snapshot:"
_RECOVERY_POINT_PREFIX = "Microsoft:Hyper-V:Snapshot:Replica"
_GENERATIONS: dict[str | None, Literal[1, 2]] = {
    "Microsoft:Hyper-V:SubType:1": 1,
    "Microsoft:Hyper-V:SubType:2": 2,
}
# Replica, test replica, extended. Source: Microsoft Learn, HyperV_v2, Msvm_ComputerSystem, ReplicationMode.
_REPLICA_MODES = (2, 3, 4)
# Source: Microsoft Learn, HyperV_v2, Msvm_MemorySettingData: AllocationUnits "byte * 2^20".
_MIB_UNITS = (None, "byte * 2^20")


class RightsMissing(Exception):
    """The host showed not even itself: the account may not see Hyper-V's objects."""


@dataclass(frozen=True)
class Observer:
    """Who looks, at what, for which source."""

    collector_id: str
    source_id: str
    source_name: str
    site: str


def machine_systems(systems: Iterable[ComputerSystemRow]) -> dict[str, ComputerSystemRow]:
    """Return the machines among a host's computer systems by GUID.

    Missing rights give an empty answer, not an error, so the host's own row has to be among them.

    Raises:
        RightsMissing: it is not; how many machines there are is unknown.
    """
    machines: dict[str, ComputerSystemRow] = {}
    has_host = False
    for system in systems:
        # The caption "Hosting Computer System" is localized; that a host's name is no GUID is not.
        guid = machine_guid(system.name)
        if guid is None:
            has_host = True
        else:
            machines[guid] = system
    if not has_host:
        raise RightsMissing("the account sees no Hyper-V objects: is it in Hyper-V Administrators?")
    return machines


def observe_machines(
    rows: InventoryRows, observer: Observer, collected_at: datetime
) -> dict[MachineId, HypervMachineObserved]:
    """Return every machine of a host as it is now, with revision 0 until it is published.

    Raises:
        RightsMissing: the host showed not even itself.
    """
    join = _MachineJoin(rows, observer, collected_at)
    observed = (
        join.machine(guid, system, join.settings[guid])
        for guid, system in machine_systems(rows.systems).items()
        # A machine that is just being made or removed may have no settings (yet): the next read tells.
        if guid in join.settings
    )
    return {machine.machine_id: machine for machine in observed}


def machine_ids(systems: Iterable[ComputerSystemRow], site: str) -> frozenset[MachineId]:
    """Return the ids of all machines among a host's computer systems."""
    return frozenset(_machine_id(site, guid, system) for guid, system in machine_systems(systems).items())


def _machine_id(site: str, guid: str, system: ComputerSystemRow) -> MachineId:
    return hyperv_machine_id(site, guid, replica=_is_replica(system))


def _is_replica(system: ComputerSystemRow) -> bool:
    return system.replication_mode in _REPLICA_MODES


class _MachineJoin:
    """One read's rows, indexed by machine."""

    def __init__(self, rows: InventoryRows, observer: Observer, collected_at: datetime) -> None:
        self._observer, self._collected_at = observer, collected_at
        self._host = _host(rows)
        self._membership = Membership(rows.cluster)
        self._disks, self._nics = DiskJoin(rows), NicJoin(rows)
        self._processors, self._memories = by_owner(rows.processors), by_owner(rows.memories)
        self._securities = by_owner(rows.securities)
        self._guest_items = {
            machine_guid(row.machine_guid): guest_items(row.items) for row in rows.key_values
        }
        self.settings = {
            guid: row
            for row in rows.settings
            if row.system_type == REALIZED and (guid := machine_guid(row.machine_guid))
        }
        self._checkpoints: dict[str | None, list[HypervCheckpoint]] = defaultdict(list)
        for row in rows.settings:
            if _is_checkpoint(row):
                self._checkpoints[machine_guid(row.machine_guid)].append(_checkpoint(row))

    def machine(
        self, guid: str, system: ComputerSystemRow, settings: SystemSettingsRow
    ) -> HypervMachineObserved:
        memory = next(iter(self._memories.get(guid, ())), None)
        security = next(iter(self._securities.get(guid, ())), SecuritySettingsRow(""))
        resource = self._membership.resource_of(guid)
        guest = self._guest_items.get(guid, {})
        return HypervMachineObserved(
            machine_id=_machine_id(self._observer.site, guid, system),
            revision=0,
            source_id=self._observer.source_id,
            collector_id=self._observer.collector_id,
            collected_at=self._collected_at,
            site=self._observer.site,
            source_name=self._observer.source_name,
            vm_guid=guid,
            is_replica=_is_replica(system),
            name=system.element_name or settings.element_name or guid,
            notes="\n".join(settings.notes).strip() or None,
            generation=_GENERATIONS.get(settings.sub_type),
            enabled_state=system.enabled_state,
            health_state=system.health_state,
            configuration_version=settings.version,
            bios_guid=machine_guid(settings.bios_guid),
            bios_serial_number=settings.bios_serial_number or None,
            secure_boot_enabled=settings.secure_boot_enabled,
            processor_count=next((row.quantity for row in self._processors.get(guid, ())), None),
            memory_mib=_mib(memory, memory.quantity if memory else None),
            memory_minimum_mib=_mib(memory, memory.reservation if memory else None),
            memory_maximum_mib=_mib(memory, memory.limit if memory else None),
            dynamic_memory_enabled=memory.dynamic_memory_enabled if memory else None,
            guest_os_name=guest.get("OSName"),
            guest_os_version=guest.get("OSVersion"),
            guest_os_build=guest.get("OSBuildNumber"),
            guest_os_architecture=guest.get("ProcessorArchitecture"),
            guest_fqdn=guest.get("FullyQualifiedDomainName"),
            integration_services_version=guest.get("IntegrationServicesVersion"),
            host=self._host,
            cluster_name=self._membership.name,
            highly_available=self._membership.is_highly_available(guid),
            disks=self._disks.disks_of(guid),
            nics=self._nics.nics_of(guid, guest_addresses(guest)),
            checkpoints=self._checkpoints.get(guid, []),
            guest_ip_addresses=guest_addresses(guest) if guest else None,
            replication_mode=system.replication_mode,
            replication_state=system.replication_state,
            replication_health=system.replication_health,
            secure_boot_template_id=settings.secure_boot_template_id or None,
            tpm_enabled=security.tpm_enabled,
            shielding_requested=security.shielding_requested,
            data_protection_requested=security.data_protection_requested,
            virtualization_based_security_opt_out=security.virtualization_based_security_opt_out,
            encrypt_state_and_migration_traffic=security.encrypt_state_and_migration_traffic,
            configuration_file_path=_configuration_path(settings),
            cluster_group_name=resource.owner_group if resource else None,
            cluster_owner_node=resource.owner_node if resource else None,
        )


def _configuration_path(settings: SystemSettingsRow) -> str | None:
    if not (settings.configuration_root and settings.configuration_file):
        return None
    return f"{settings.configuration_root.rstrip(chr(92))}\\{settings.configuration_file}"


def own_name(systems: Iterable[ComputerSystemRow]) -> str:
    """Return the name of the host itself, whose row is among those of its machines."""
    host = next((row for row in systems if machine_guid(row.name) is None), None)
    return (host.element_name or host.name) if host else ""


def _host(rows: InventoryRows) -> HypervHost:
    operating_system = next(iter(rows.operating_systems), None)
    cores = [row.cores for row in rows.host_processors if row.cores is not None]
    return HypervHost(
        name=own_name(rows.systems),
        version=operating_system.version if operating_system else None,
        build=operating_system.build if operating_system else None,
        cpu_model=next((row.name for row in rows.host_processors), None),
        cpu_sockets=len(rows.host_processors) or None,
        cpu_cores=sum(cores) if cores else None,
        fqdn=_fqdn(next(iter(rows.host_names), HostNameRow())),
        hardware_uuid=next((row.uuid for row in rows.hardware if row.uuid), None),
    )


def _fqdn(name: HostNameRow) -> str | None:
    """Return the host's full name; the domain of a host that is in none is its workgroup's."""
    if not name.dns_host_name:
        return None
    return (
        f"{name.dns_host_name}.{name.domain}" if name.part_of_domain and name.domain else name.dns_host_name
    )


def _mib(memory: MemorySettingsRow | None, quantity: int | None) -> int | None:
    """Return a quantity of memory, unknown where it is in units that we do not know."""
    return quantity if memory and memory.allocation_units in _MIB_UNITS else None


def _is_checkpoint(row: SystemSettingsRow) -> bool:
    """Tell checkpoints from a replica's recovery points, which come and go every few minutes."""
    system_type = row.system_type or ""
    return system_type.startswith(_CHECKPOINT_PREFIX) and not system_type.startswith(_RECOVERY_POINT_PREFIX)


def _checkpoint(row: SystemSettingsRow) -> HypervCheckpoint:
    return HypervCheckpoint(
        instance_id=row.instance_id,
        parent_instance_id=referenced_key(row.parent, "InstanceID"),
        name=row.element_name,
        created_at=row.created_at,
    )
