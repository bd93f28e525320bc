"""The simulated estate as plain values: machines, their disks, network adapters and guests."""

import math
from dataclasses import dataclass
from typing import Literal

PowerState = Literal["running", "off", "saved", "paused"]
DiskKind = Literal["fixed", "dynamic", "differencing", "pass-through"]
Replication = Literal["none", "primary", "replica"]


@dataclass(frozen=True, slots=True)
class Wave:
    """A rate that swings around its mean and never falls below zero; its integral is known exactly.

    `depth` is the swing as a share of the mean, 0 to 1; `phase` a share of the period.
    """

    mean_per_second: float
    depth: float
    period_seconds: float
    phase: float

    def rate(self, at_seconds: float) -> float:
        return self.mean_per_second * (1 + self.depth * math.sin(self._angle(at_seconds)))

    def total(self, since_seconds: float, until_seconds: float) -> float:
        """The integral of the rate over a stretch of time."""
        swing = math.cos(self._angle(since_seconds)) - math.cos(self._angle(until_seconds))
        scale = self.depth * self.period_seconds / (2 * math.pi)
        return self.mean_per_second * (until_seconds - since_seconds + scale * swing)

    def _angle(self, at_seconds: float) -> float:
        return 2 * math.pi * (at_seconds / self.period_seconds + self.phase)


@dataclass(frozen=True, slots=True)
class Disk:
    """One disk on a controller; `path` is the VHD file, or the physical drive of a pass-through disk.

    `file_size_bytes` is what an image takes of its volume. `operations_offset` moves the 32-bit operation
    counters, so that they can be brought near their wrap.
    """

    path: str
    kind: DiskKind
    size_bytes: int
    controller: Literal["ide", "scsi"]
    slot: int
    reads: Wave
    writes: Wave
    bytes_per_operation: int
    parent_path: str | None = None
    disk_guid: str = ""
    operations_offset: int = 0
    file_size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class NetworkAdapter:
    """One adapter; `mac` is twelve hexadecimal digits, the waves are bytes per second."""

    port_guid: str
    name: str
    mac: str
    is_legacy: bool
    addresses: tuple[str, ...]
    uses_dhcp: bool
    received: Wave
    sent: Wave


@dataclass(frozen=True, slots=True)
class Guest:
    """What the integration services in the guest report."""

    os_name: str
    os_version: str
    os_build: str
    fqdn: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint; `disks` are the machine's as they were, which its images since then lie above."""

    guid: str
    name: str
    created_at_seconds: float
    parent_guid: str | None
    disks: tuple[Disk, ...]


@dataclass(frozen=True, slots=True)
class DynamicMemory:
    minimum_mib: int
    maximum_mib: int


@dataclass(frozen=True, slots=True)
class Machine:
    """One virtual machine. `memory_mib` is the startup memory; `memory_demand` a share of it (1 = all).

    `cpu` holds a wave for each virtual processor: the share of that processor's time the guest runs.
    `checkpoints` are in the order of their making, each the parent of the next. `is_clustered` counts only on
    a node of a cluster.
    """

    guid: str
    bios_guid: str
    name: str
    generation: Literal[1, 2]
    cores: int
    memory_mib: int
    dynamic_memory: DynamicMemory | None
    disks: tuple[Disk, ...]
    adapters: tuple[NetworkAdapter, ...]
    guest: Guest | None
    state: PowerState
    started_uptime_seconds: float
    created_at_seconds: float
    cpu: tuple[Wave, ...]
    memory_demand: Wave
    notes: str = ""
    checkpoints: tuple[Checkpoint, ...] = ()
    replication: Replication = "none"
    is_clustered: bool = True

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def images(self) -> tuple[Disk, ...]:
        """All image files of the machine: those in its drives, and those below them."""
        below = (disk for checkpoint in self.checkpoints for disk in checkpoint.disks)
        return tuple(disk for disk in (*self.disks, *below) if disk.kind != "pass-through")

    @property
    def has_processes(self) -> bool:
        """Whether a worker process exists: paused machines keep theirs."""
        return self.state in ("running", "paused")

    def demand_mib(self, uptime_seconds: float) -> float:
        """The memory the guest would like to use."""
        return self.memory_demand.rate(uptime_seconds) * self.memory_mib

    def assigned_mib(self, uptime_seconds: float) -> int:
        """The memory the host has given: all of it, or what the balancer finds right."""
        if self.dynamic_memory is None:
            return self.memory_mib
        wanted = int(self.demand_mib(uptime_seconds) * 1.2)
        return max(self.dynamic_memory.minimum_mib, min(self.dynamic_memory.maximum_mib, wanted))
