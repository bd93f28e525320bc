"""One virtual machine of the inventory becomes one `VmwareMachineObserved`.

Source: Microsoft Learn, "Discovered metadata" (2023-02-24), VMware.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from collector_vmware.domain.devices import disks_of, nics_of
from collector_vmware.domain.inventory_objects import DEVICES, INSTANCE_UUID, SourceFacts
from collector_vmware.domain.inventory_tree import InventoryObject, InventoryTree
from surveyor_schemas.discovery.vmware_machine_observed_v1 import (
    VmwareHost,
    VmwareMachineObserved,
    VmwareSnapshot,
)
from surveyor_schemas.identity import vmware_machine_id

DRAFT_REVISION = 0
"""Until it is known that the machine really changed."""


def machine_id_of(machine: InventoryObject, source: SourceFacts) -> UUID | None:
    """Identify a machine; None when the source does not show its configuration (yet)."""
    instance_uuid = machine.properties.get(INSTANCE_UUID)
    return vmware_machine_id(source.owner_uuid, instance_uuid) if instance_uuid else None


def draft_of(
    machine: InventoryObject,
    tree: InventoryTree,
    source: SourceFacts,
    *,
    source_id: str,
    collector_id: str,
    collected_at: datetime,
) -> VmwareMachineObserved | None:
    """Describe a machine as it is now, at no revision yet; None when it cannot be identified."""
    machine_id = machine_id_of(machine, source)
    if machine_id is None:
        return None
    return VmwareMachineObserved(
        machine_id=machine_id,
        revision=DRAFT_REVISION,
        source_id=source_id,
        collector_id=collector_id,
        collected_at=collected_at,
        source_kind=source.kind,
        source_name=source.name,
        owner_uuid=source.owner_uuid,
        licence_product_name=source.licence_product_name,
        moref=machine.moref,
        **_configuration(machine.properties),
        **_runtime(machine.properties),
        **_guest(machine.properties),
        **_placement(machine, tree),
        **_hardware(machine.properties, tree),
    )


def _configuration(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "instance_uuid": said[INSTANCE_UUID],
        "bios_uuid": said.get("config.uuid"),
        "name": said.get("name") or said[INSTANCE_UUID],
        "annotation": said.get("config.annotation") or None,
        "is_template": bool(said.get("config.template")),
        "hardware_version": said.get("config.version"),
        "firmware": said.get("config.firmware"),
        "secure_boot_enabled": said.get("config.bootOptions.efiSecureBootEnabled"),
        "cpu_count": said.get("config.hardware.numCPU"),
        "cores_per_socket": said.get("config.hardware.numCoresPerSocket"),
        "memory_mib": said.get("config.hardware.memoryMB"),
        "guest_id": said.get("config.guestId"),
        "guest_full_name": said.get("config.guestFullName"),
        "vm_path_name": said.get("config.files.vmPathName"),
        "change_tracking_enabled": said.get("config.changeTrackingEnabled"),
        "change_tracking_supported": said.get("capability.changeTrackingSupported"),
    }


def _runtime(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "power_state": said.get("runtime.powerState"),
        "connection_state": said.get("runtime.connectionState"),
        "snapshots": list(_snapshots((said.get("snapshot") or {}).get("rootSnapshotList") or [])),
    }


def _guest(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "tools_guest_id": said.get("guest.guestId") or None,
        "tools_guest_full_name": said.get("guest.guestFullName") or None,
        "guest_host_name": said.get("guest.hostName") or None,
        "tools_status": said.get("guest.toolsStatus"),
        "tools_version": said.get("guest.toolsVersion"),
    }


def _placement(machine: InventoryObject, tree: InventoryTree) -> dict[str, Any]:
    return {
        "datacenter_name": tree.datacenter_name(machine),
        "cluster_name": tree.cluster_name(machine),
        "folder_path": tree.folder_path(machine),
        "resource_pool_path": tree.resource_pool_path(machine),
        "host": _host(tree.host_of(machine)),
    }


def _hardware(said: Mapping[str, Any], tree: InventoryTree) -> dict[str, Any]:
    devices = said.get(DEVICES) or []
    return {"disks": disks_of(devices), "nics": nics_of(devices, said.get("guest.net") or [], tree)}


def _host(host: InventoryObject | None) -> VmwareHost | None:
    if host is None:
        return None
    said = host.properties
    return VmwareHost(
        moref=host.moref,
        name=host.name or host.moref,
        version=said.get("summary.config.product.version"),
        build=said.get("summary.config.product.build"),
        cpu_model=said.get("summary.hardware.cpuModel"),
        cpu_sockets=said.get("summary.hardware.numCpuPkgs"),
        cpu_cores=said.get("summary.hardware.numCpuCores"),
        power_state=said.get("runtime.powerState"),
        connection_state=said.get("runtime.connectionState"),
        in_maintenance_mode=said.get("runtime.inMaintenanceMode"),
    )


def _snapshots(level: list[Mapping[str, Any]], parent: str | None = None) -> Iterator[VmwareSnapshot]:
    for snapshot in level:
        yield VmwareSnapshot(
            moref=snapshot["snapshot"],
            parent_moref=parent,
            name=snapshot["name"],
            created_at=snapshot.get("createTime"),
        )
        yield from _snapshots(snapshot.get("childSnapshotList") or [], snapshot["snapshot"])
