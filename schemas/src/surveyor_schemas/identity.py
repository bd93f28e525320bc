"""Ids that every part derives alike: machines, observations and changes.

All are UUIDv5, so that two collectors that see one machine, or one collector that is started again, agree.
"""

from datetime import datetime
from uuid import UUID, uuid5

_NAMESPACE = UUID("5d2a6a0e-4f0b-5c1d-9a55-6b7f3f1f6f5c")


def _uuid(*parts: str) -> UUID:
    return uuid5(_NAMESPACE, "\x1f".join(part.strip().lower() for part in parts))


def vmware_machine_id(owner_uuid: str, vm_instance_uuid: str) -> UUID:
    """Identify a VMware VM.

    Args:
        owner_uuid: The vCenter's instance UUID or, for a lone ESXi host, the host's hardware UUID.
        vm_instance_uuid: `config.instanceUuid`; unlike the BIOS UUID it differs between clones.
    """
    return _uuid("vmware", owner_uuid, vm_instance_uuid)


def hyperv_machine_id(site: str, vm_guid: str, *, replica: bool = False) -> UUID:
    """Identify a Hyper-V VM.

    Args:
        site: The source's `site` setting. A live migration inside the site keeps the id.
        vm_guid: `Msvm_ComputerSystem.Name`.
        replica: True for a Hyper-V Replica copy, which shares the GUID but is another machine.
    """
    return _uuid("hyperv", site, vm_guid, *(["replica"] if replica else []))


def imported_machine_id(import_name: str, server_name: str) -> UUID:
    """Identify a machine that a file names. Importing the file again updates it."""
    return _uuid("import", import_name, server_name)


def next_revision(previous: int | None, now: datetime) -> int:
    """Return a machine's next revision: above the previous one even when the clock stepped back.

    Args:
        previous: The last published revision, None for a machine not seen before.
        now: The collector's clock.
    """
    microseconds = int(now.timestamp() * 1_000_000)
    return microseconds if previous is None else max(previous + 1, microseconds)


def observation_id(machine_id: UUID, revision: int) -> UUID:
    """The `ce_id` of an observation, of the machine that follows from it, and of a removal."""
    return _uuid("observation", str(machine_id), str(revision))


def change_id(machine_id: UUID, revision: int, field_path: str) -> UUID:
    """The id of one change. `field_path` names the disk or NIC by its own id."""
    return _uuid("change", str(machine_id), str(revision), field_path)


def batch_id(source_id: str, run_id: UUID, batch_no: int) -> UUID:
    """The `ce_id` of a performance batch."""
    return _uuid("batch", source_id, str(run_id), str(batch_no))


def fact_id(*parts: str) -> UUID:
    """The `ce_id` of a fact that these parts identify."""
    return _uuid("fact", *parts)
