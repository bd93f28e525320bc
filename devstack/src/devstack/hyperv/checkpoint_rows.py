"""A machine's checkpoints as instances: settings like a machine's own, which belong to the checkpoint."""

from collections.abc import Iterator

from devstack.hyperv import naming
from devstack.hyperv.cim import Instance
from devstack.hyperv.machine import Checkpoint, Machine
from devstack.hyperv.machine_rows import checkpoint_path, utc_time
from devstack.hyperv.store import Namespace

_REALIZED = "Microsoft:Hyper-V:Snapshot:Realized"


def checkpoint_rows(namespace: Namespace, machine: Machine, host_name: str) -> Iterator[Instance]:
    """The rows of all checkpoints of a machine."""
    for checkpoint in machine.checkpoints:
        yield _system_settings(namespace, machine, checkpoint, host_name)
        yield _memory_settings(namespace, machine, checkpoint)
        yield from _storages(namespace, checkpoint)


def _system_settings(
    namespace: Namespace, machine: Machine, checkpoint: Checkpoint, host_name: str
) -> Instance:
    parent = checkpoint.parent_guid
    return namespace.instance(
        "Msvm_VirtualSystemSettingData",
        {
            "InstanceID": f"Microsoft:{checkpoint.guid}",
            "ElementName": checkpoint.name,
            "VirtualSystemIdentifier": machine.guid,
            "VirtualSystemType": _REALIZED,
            "VirtualSystemSubType": f"Microsoft:Hyper-V:SubType:{machine.generation}",
            "ConfigurationID": checkpoint.guid,
            "CreationTime": utc_time(checkpoint.created_at_seconds),
            "Notes": [""],
            "Parent": checkpoint_path(host_name, parent) if parent else None,
        },
    )


def _memory_settings(namespace: Namespace, machine: Machine, checkpoint: Checkpoint) -> Instance:
    instance_id = naming.memory_instance_id(machine).replace(machine.guid, checkpoint.guid)
    return namespace.instance(
        "Msvm_MemorySettingData",
        {
            "InstanceID": instance_id,
            "ResourceType": 4,
            "ResourceSubType": "Microsoft:Hyper-V:Memory",
            "AllocationUnits": "byte * 2^20",
            "VirtualQuantity": machine.memory_mib,
        },
    )


def _storages(namespace: Namespace, checkpoint: Checkpoint) -> Iterator[Instance]:
    for place, disk in enumerate(checkpoint.disks):
        if disk.kind != "pass-through":
            yield namespace.instance(
                "Msvm_StorageAllocationSettingData",
                {
                    "InstanceID": f"Microsoft:{checkpoint.guid}\\{disk.disk_guid}\\0\\{place}\\L",
                    "ResourceType": 31,
                    "ResourceSubType": "Microsoft:Hyper-V:Virtual Hard Disk",
                    "HostResource": [disk.path],
                },
            )
