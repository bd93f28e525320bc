"""A machine's disks: images in drives on controllers, and disks of the host handed through."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from collector_hyperv.domain.references import by_owner, owner_guid, referenced_key
from collector_hyperv.domain.rows import (
    InventoryRows,
    PhysicalDiskRow,
    ResourceRow,
    StorageRow,
    VirtualDiskRow,
)
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervDisk

# Source: Microsoft Learn, HyperV_v2, Msvm_ResourceAllocationSettingData, ResourceType and ResourceSubType.
IDE_CONTROLLER = 5
SCSI_CONTROLLER = 6
VIRTUAL_HARD_DISK = "Microsoft:Hyper-V:Virtual Hard Disk"
PHYSICAL_DISK_DRIVE = "Microsoft:Hyper-V:Physical Disk Drive"
_KIB = 1024

ControllerKind = Literal["ide", "scsi", "other"]
DiskType = Literal["fixed", "dynamic", "differencing"]
_CONTROLLER_KINDS: dict[int | None, ControllerKind] = {IDE_CONTROLLER: "ide", SCSI_CONTROLLER: "scsi"}
# Source: Microsoft Learn, HyperV_v2, Msvm_VirtualHardDiskSettingData, Type.
_DISK_TYPES: dict[int | None, DiskType] = {2: "fixed", 3: "dynamic", 4: "differencing"}


class DiskJoin:
    """Joins the rows of a host's disks; made once per read."""

    def __init__(self, rows: InventoryRows) -> None:
        self._storages = by_owner(storage for storage in rows.storages if storage.host_resource)
        self._resources = by_owner(rows.resources)
        self._by_id = {resource.instance_id: resource for resource in rows.resources}
        self._images = {image.path.lower(): image for image in rows.virtual_disks}
        self._physical = {disk.device_id: disk for disk in rows.physical_disks}

    def disks_of(self, guid: str) -> list[HypervDisk]:
        """Return a machine's disks in the order of controllers and places."""
        numbers = _controller_numbers(self._resources.get(guid, ()))
        disks = [self._virtual(storage, numbers) for storage in self._storages.get(guid, ())]
        disks += [
            self._pass_through(drive, numbers)
            for drive in self._resources.get(guid, ())
            if drive.sub_type == PHYSICAL_DISK_DRIVE
        ]
        return sorted(disks, key=_place)

    def _virtual(self, storage: StorageRow, numbers: Mapping[str, int]) -> HypervDisk:
        path = storage.host_resource[0]
        image = self._images.get(path.lower(), VirtualDiskRow(path))
        drive = self._by_id.get(referenced_key(storage.parent, "InstanceID") or "")
        return HypervDisk(
            instance_id=storage.instance_id,
            name=path.replace("/", "\\").rpartition("\\")[2] or storage.element_name,
            kind="virtual",
            controller_kind=self._controller_kind(drive),
            controller_number=self._controller_number(drive, numbers),
            location=_location(drive),
            path=path,
            parent_path=image.parent_path or None,
            virtual_disk_id=image.disk_id or None,
            virtual_disk_type=_DISK_TYPES.get(image.disk_type),
            size_bytes=image.size_bytes,
            file_size_bytes=image.file_size_bytes,
            parent_paths=self._parent_paths(image),
        )

    def _parent_paths(self, image: VirtualDiskRow) -> list[str]:
        """Return the images below one, nearest first."""
        paths: list[str] = []
        below: VirtualDiskRow | None = image
        while below and below.parent_path and below.parent_path not in paths:
            paths.append(below.parent_path)
            below = self._images.get(below.parent_path.lower())
        return paths

    def _pass_through(self, drive: ResourceRow, numbers: Mapping[str, int]) -> HypervDisk:
        reference = drive.host_resource[0] if drive.host_resource else None
        disk = self._physical.get(referenced_key(reference, "DeviceID") or "")
        return HypervDisk(
            instance_id=drive.instance_id,
            name=drive.element_name,
            kind="pass-through",
            controller_kind=self._controller_kind(drive),
            controller_number=self._controller_number(drive, numbers),
            location=_location(drive),
            path=_physical_path(disk),
            parent_path=None,
            virtual_disk_id=None,
            virtual_disk_type=None,
            size_bytes=disk.size_kib * _KIB if disk and disk.size_kib is not None else None,
            file_size_bytes=None,
        )

    def _controller(self, drive: ResourceRow | None) -> ResourceRow | None:
        return self._by_id.get(referenced_key(drive.parent, "InstanceID") or "") if drive else None

    def _controller_kind(self, drive: ResourceRow | None) -> ControllerKind | None:
        controller = self._controller(drive)
        return _CONTROLLER_KINDS.get(controller.resource_type, "other") if controller else None

    def _controller_number(self, drive: ResourceRow | None, numbers: Mapping[str, int]) -> int | None:
        controller = self._controller(drive)
        return numbers.get(controller.instance_id) if controller else None


def image_paths(rows: Iterable[StorageRow], machine_guids: frozenset[str]) -> Iterator[str]:
    """Yield the image files of these machines, not those that only checkpoints refer to."""
    for row in rows:
        if row.host_resource and owner_guid(row.instance_id) in machine_guids:
            yield row.host_resource[0]


def _controller_numbers(resources: Iterable[ResourceRow]) -> dict[str, int]:
    """Number a machine's controllers: IDE by its address, SCSI in the host's order."""
    numbers: dict[str, int] = {}
    counts: dict[int, int] = defaultdict(int)
    for row in resources:
        if row.resource_type not in (IDE_CONTROLLER, SCSI_CONTROLLER):
            continue
        counted = counts[row.resource_type]
        counts[row.resource_type] += 1
        has_address = row.resource_type == IDE_CONTROLLER and (row.address or "").isdigit()
        numbers[row.instance_id] = int(row.address or 0) if has_address else counted
    return numbers


def _location(drive: ResourceRow | None) -> int | None:
    text = (drive.address_on_parent or "") if drive else ""
    return int(text) if text.isdigit() else None


def _physical_path(disk: PhysicalDiskRow | None) -> str | None:
    if disk is None or disk.drive_number is None:
        return None
    return rf"\\.\PHYSICALDRIVE{disk.drive_number}"


def _place(disk: HypervDisk) -> tuple[str, int, int, str]:
    # IDE before SCSI: a generation 1 machine starts from IDE.
    return (disk.controller_kind or "z", disk.controller_number or 0, disk.location or 0, disk.instance_id)
