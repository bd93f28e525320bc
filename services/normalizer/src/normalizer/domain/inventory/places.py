"""Where disks are attached, and which of them holds the operating system."""

from collections.abc import Sequence

from surveyor_schemas.inventory.machine_v1 import Disk

VMWARE_ORDER = ("scsi", "nvme", "sata", "ide")
HYPERV_ORDER = ("ide", "scsi")
"""A machine of generation 1 starts from IDE only."""


def place_name(kind: str | None, controller: int | None, unit: int | None) -> str | None:
    """Name a disk's place as vSphere's counters do, such as `scsi0:1`; None where it is not known."""
    if kind is None or controller is None or unit is None:
        return None
    return f"{kind}{controller}:{unit}"


def with_os_disk(disks: Sequence[Disk], kinds: Sequence[str]) -> list[Disk]:
    """Mark the OS disk: the one at controller 0, unit 0, else the first in controller and unit order.

    Args:
        disks: The machine's disks, none of them marked.
        kinds: Kinds of controllers, that of the likeliest OS disk first, for disks at equal places.
    """
    if not disks:
        return []
    first = min(disks, key=lambda disk: _order(disk, kinds))
    return [disk.model_copy(update={"is_os_disk": disk is first}) for disk in disks]


def _order(disk: Disk, kinds: Sequence[str]) -> tuple[int, int, int, str]:
    last = 1 << 30  # an unknown place comes after every known one
    kind = disk.controller_kind
    return (
        last if disk.controller_number is None else disk.controller_number,
        last if disk.unit_number is None else disk.unit_number,
        kinds.index(kind) if kind in kinds else len(kinds),
        disk.disk_id,
    )
