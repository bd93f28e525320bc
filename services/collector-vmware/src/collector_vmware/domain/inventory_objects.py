"""Objects of a source's inventory as plain values, free of the client library's types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Properties = Mapping[str, Any]
"""Values by property path. Managed objects are their ids, data objects mappings with `_type`."""

VIRTUAL_MACHINE = "VirtualMachine"
HOST = "HostSystem"
CLUSTER = "ClusterComputeResource"
DATACENTER = "Datacenter"
FOLDER = "Folder"
RESOURCE_POOLS = frozenset({"ResourcePool", "VirtualApp"})

INSTANCE_UUID = "config.instanceUuid"
DEVICES = "config.hardware.device"

MACHINE_PROPERTIES = (
    "name",
    "parent",
    "resourcePool",
    "capability.changeTrackingSupported",
    "config.annotation",
    "config.bootOptions.efiSecureBootEnabled",
    "config.changeTrackingEnabled",
    "config.changeVersion",
    "config.files.vmPathName",
    "config.firmware",
    "config.guestFullName",
    "config.guestId",
    "config.hardware.memoryMB",
    "config.hardware.numCPU",
    "config.hardware.numCoresPerSocket",
    "config.template",
    "config.uuid",
    "config.version",
    "guest.guestFullName",
    "guest.guestId",
    "guest.hostName",
    "guest.net",
    "guest.toolsStatus",
    "guest.toolsVersion",
    "runtime.connectionState",
    "runtime.host",
    "runtime.powerState",
    "snapshot",
    DEVICES,
    INSTANCE_UUID,
)
HOST_PROPERTIES = (
    "name",
    "parent",
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "runtime.powerState",
    "summary.config.product.build",
    "summary.config.product.version",
    "summary.hardware.cpuModel",
    "summary.hardware.numCpuCores",
    "summary.hardware.numCpuPkgs",
)
PLACE_PROPERTIES = ("name", "parent")


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a source says of itself."""

    kind: Literal["vcenter", "esxi"]
    owner_uuid: str
    """The vCenter's instance UUID or, for a lone ESXi host, the host's hardware UUID."""
    name: str
    """The host name under which we reach it."""
    product: str
    licence_product_name: str | None


@dataclass(frozen=True, slots=True)
class ObjectUpdate:
    """What changed about one object."""

    moref: str
    kind: str
    """The vSphere type name."""
    change: Literal["enter", "modify", "leave"]
    properties: Properties
    """All readable properties for `enter`, the changed ones for `modify`."""


@dataclass(frozen=True, slots=True)
class UpdateSet:
    """Updates that the source reported together."""

    updates: tuple[ObjectUpdate, ...]
    unreadable: frozenset[str]
    """Property paths that some object would not show, for lack of a right or by a fault."""
    truncated: bool
    """True when the source has more to say about the same state."""
