"""Which machines a site has, seen through all of its hosts.

Machines move between the hosts of a site, and each host is read at its own time. So a machine is gone only
when every host was read completely, without it, after it was first missed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from collector_hyperv.domain.clusters import short_name
from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

RUNNING = 2
Machines = Mapping[MachineId, HypervMachineObserved]


@dataclass(frozen=True, slots=True)
class HostRead:
    """One complete read of a host."""

    began_at: datetime
    machines: Machines
    host_name: str = ""
    """The host's own name, as its cluster knows it."""
    nodes: tuple[str, ...] = ()
    """All nodes of the failover cluster that it belongs to."""
    unfinished: frozenset[MachineId] = frozenset()
    """Machines that the host has, though it does not (yet) say enough of them."""
    owners: Mapping[MachineId, str] = field(default_factory=dict)
    """The cluster's machines and the nodes that own them."""


class Site:
    """The latest complete read of every host of a site; times are by the collector's clock."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(hosts)
        self._reads: dict[str, HostRead] = {}
        self._missed_at: dict[MachineId, datetime] = {}

    def machines_of(self, host: str) -> Machines:
        """Return the machines that a host had when it was last read."""
        read = self._reads.get(host)
        return read.machines if read else {}

    def take(self, host: str, read: HostRead) -> list[HypervMachineObserved]:
        """Take in a host's read and return its machines, without those that another host runs."""
        self._reads[host] = read
        for machine_id in read.machines:
            self._missed_at.pop(machine_id, None)
        return [machine for machine in read.machines.values() if not self._runs_elsewhere(host, machine)]

    def gone(self, known: Iterable[MachineId], now: datetime) -> dict[MachineId, datetime]:
        """Return the machines that no host has any more, with the time when each was first missed.

        Args:
            known: The machines that the site is known to have.
            now: When the latest read ended.
        """
        seen = {machine_id for read in self._reads.values() for machine_id in read.machines}
        seen |= {machine_id for read in self._reads.values() for machine_id in read.unfinished}
        seen |= self._owned_elsewhere()
        gone = {}
        for machine_id in known:
            if machine_id in seen:
                continue
            missed_at = self._missed_at.setdefault(machine_id, self._first_missed(now))
            if self._all_read_since(missed_at):
                gone[machine_id] = missed_at
                del self._missed_at[machine_id]
        return gone

    def unfollowed_nodes(self) -> list[str]:
        """Return the nodes of the hosts' cluster that are none of the site's hosts, once all were read."""
        if len(self._reads) < len(self._hosts):
            return []
        followed = self._host_names()
        nodes = {node for read in self._reads.values() for node in read.nodes}
        return sorted(node for node in nodes if short_name(node) not in followed)

    def _owned_elsewhere(self) -> set[MachineId]:
        """Return the machines that a node has which is not followed: they are not gone, only out of sight."""
        followed = self._host_names()
        return {
            machine_id
            for read in self._reads.values()
            for machine_id, node in read.owners.items()
            if short_name(node) not in followed
        }

    def _host_names(self) -> set[str]:
        return {short_name(read.host_name) for read in self._reads.values()}

    def _runs_elsewhere(self, host: str, machine: HypervMachineObserved) -> bool:
        """During a move two hosts may show a machine: the one that runs it counts."""
        if machine.enabled_state == RUNNING:
            return False
        others = (read.machines.get(machine.machine_id) for name, read in self._reads.items() if name != host)
        return any(other is not None and other.enabled_state == RUNNING for other in others)

    def _first_missed(self, now: datetime) -> datetime:
        # One host cannot hide a machine from itself, so its one read is enough.
        if len(self._hosts) == 1 and self._hosts[0] in self._reads:
            return self._reads[self._hosts[0]].began_at
        return now

    def _all_read_since(self, moment: datetime) -> bool:
        return all(host in self._reads and self._reads[host].began_at >= moment for host in self._hosts)
