"""Small pieces of an inventory and of samples, with everything that a test does not name filled in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from collector_vmware.domain.inventory_objects import ObjectUpdate, SourceFacts
from collector_vmware.domain.inventory_tree import InventoryTree
from collector_vmware.domain.reconcile import Observer
from collector_vmware.domain.samples import Samples, SampleTarget
from collector_vmware.domain.windows import Window

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
A_MACHINE = UUID("00000000-0000-5000-8000-000000000001")
ANOTHER = UUID("00000000-0000-5000-8000-000000000002")
CPU = ("cpu.usage.average", "")
READ = ("virtualDisk.read.average", "scsi0:0")

SOURCE = SourceFacts("vcenter", "0d0e0f00-0000-4000-8000-000000000000", "vc.example", "vCenter 8", None)
OBSERVER = Observer("dc1", "collector-1", SOURCE)


def an_object(kind: str, moref: str, **properties: Any) -> ObjectUpdate:
    return ObjectUpdate(moref, kind, "enter", properties)


def a_vm(moref: str = "vm-1", *, uuid: str | None = None, **said: Any) -> ObjectUpdate:
    """Return a machine that enters; `said` has `__` where a property path has a dot."""
    properties = {name.replace("__", "."): value for name, value in said.items()}
    identity = {} if uuid == "" else {"config.instanceUuid": uuid or f"5000{moref}"}
    base = {"name": moref, "parent": "group-v3", "runtime.host": "host-1", "runtime.powerState": "poweredOn"}
    return ObjectUpdate(moref, "VirtualMachine", "enter", {**base, **identity, **properties})


def a_leave(moref: str) -> ObjectUpdate:
    return ObjectUpdate(moref, "VirtualMachine", "leave", {})


def places() -> list[ObjectUpdate]:
    """A datacenter with folders, a cluster of one host, and pools."""
    return [
        an_object("Folder", "group-d1", name="Datacenters"),
        an_object("Datacenter", "datacenter-1", name="DC1", parent="group-d1"),
        an_object("Folder", "group-v3", name="vm", parent="datacenter-1"),
        an_object("Folder", "group-v4", name="Web", parent="group-v3"),
        an_object("Folder", "group-h3", name="host", parent="datacenter-1"),
        an_object("ClusterComputeResource", "domain-1", name="Gold", parent="group-h3"),
        an_object("HostSystem", "host-1", name="esx1", parent="domain-1"),
        an_object("ResourcePool", "resgroup-1", name="Resources", parent="domain-1"),
        an_object("ResourcePool", "resgroup-2", name="Prod", parent="resgroup-1"),
        an_object("DistributedVirtualPortgroup", "dvportgroup-1", name="VLAN 12"),
    ]


def a_tree(*machines: ObjectUpdate) -> InventoryTree:
    tree = InventoryTree()
    tree.apply([*places(), *machines])
    return tree


def some_samples(start: int, values: Sequence[float | None], key: tuple[str, str] = CPU) -> Samples:
    """Return values of one series, 20 seconds apart."""
    return Samples.of_series([start + 20 * n for n in range(len(values))], {key: values})


def a_target(number: int = 1, *, powered_on: bool = True, metrics: int = 10) -> SampleTarget:
    return SampleTarget(UUID(int=number), f"vm-{number}", metrics, powered_on)


def a_window(number: int = 1, start: int = 0, end: int = 100, metrics: int = 10) -> Window:
    return Window(UUID(int=number), f"vm-{number}", metrics, start, end)
