"""Changes that concern checkpoints, replicas, and machines on their way between hosts."""

from dataclasses import asdict, replace
from typing import Any

from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.machine import Checkpoint, Disk, Machine
from devstack.hyperv.site import SimulatedSite

JsonObject = dict[str, Any]
_NEW_LAYER_BYTES = 4 * 1024 * 1024
"""What a differencing image takes before anything is written to it."""


class ChangeRefused(ValueError):
    """The change makes no sense for this machine."""


class HostChanges:
    """What all groups of changes have: the host, and the site it belongs to."""

    def __init__(self, host: SimulatedHost, site: SimulatedSite) -> None:
        self._host, self._site = host, site

    def _put(self, machine: Machine) -> JsonObject:
        self._host.put(machine)
        return asdict(machine)


class Moves(HostChanges):
    """Checkpoints, live migration, replication, cluster membership."""

    def take_checkpoint(self, machine: str, name: str = "") -> JsonObject:
        """Keep the machine's images as they are and put a differencing one above each."""
        host = self._host
        with host.lock():
            found = host.find(machine)
            checkpoint = Checkpoint(
                guid=host.builder.new_guid(),
                name=name or f"{found.name} - checkpoint {len(found.checkpoints) + 1}",
                created_at_seconds=host.clock.wall_seconds(),
                parent_guid=found.checkpoints[-1].guid if found.checkpoints else None,
                disks=found.disks,
            )
            disks = tuple(self._differencing(disk) for disk in found.disks)
            return self._put(replace(found, disks=disks, checkpoints=(*found.checkpoints, checkpoint)))

    def remove_checkpoint(self, machine: str) -> JsonObject:
        """Merge the newest checkpoint: the images below become those of the machine again."""
        with self._host.lock():
            found = self._host.find(machine)
            if not found.checkpoints:
                raise ChangeRefused(f"{found.name} has no checkpoint")
            newest = found.checkpoints[-1]
            return self._put(replace(found, disks=newest.disks, checkpoints=found.checkpoints[:-1]))

    def migrate_machine(self, machine: str, to: str) -> JsonObject:
        """Move a machine to another host of the site while it runs: its counters begin at zero there."""
        with self._site.moving, self._host.lock():
            target = self._site.host(to)
            found = self._host.find(machine)
            moved = replace(found, started_uptime_seconds=target.clock.uptime_seconds())
            # For a moment both hosts show the machine, never none of them.
            target.put(moved)
            if target is not self._host:
                self._host.remove(found)
            return asdict(moved)

    def replicate_machine(self, machine: str, to: str) -> JsonObject:
        """Have another host keep a replica: a machine of the same GUID that is off."""
        with self._site.moving, self._host.lock():
            found = replace(self._host.find(machine), replication="primary")
            replica = replace(found, replication="replica", state="off", is_clustered=False)
            self._site.host(to).put(replica)
            return self._put(found)

    def set_clustered(self, machine: str, clustered: bool = True) -> JsonObject:
        """Make a machine highly available, or take it out of its cluster."""
        with self._host.lock():
            return self._put(replace(self._host.find(machine), is_clustered=clustered))

    def _differencing(self, disk: Disk) -> Disk:
        if disk.kind == "pass-through":
            return disk
        guid = self._host.builder.new_guid()
        folder, _, name = disk.path.rpartition("\\")
        stem = name.partition("_")[0].rsplit(".", 1)[0]
        return replace(
            disk,
            path=f"{folder}\\{stem}_{guid}.avhdx",
            kind="differencing",
            parent_path=disk.path,
            disk_guid=guid,
            file_size_bytes=_NEW_LAYER_BYTES,
        )
