"""Hosts that belong together, in one process: a lone host, a few that share machines, a failover cluster."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from devstack.hyperv.cluster import FailoverCluster
from devstack.hyperv.host import DEFAULT_BUILD, SimulatedHost
from devstack.hyperv.machine import Machine


class UnknownHost(LookupError):
    """The site has no host of that name."""


@dataclass(frozen=True)
class SimulatedSite:
    """Hosts among which machines move, and the cluster that they form, if any."""

    hosts: tuple[SimulatedHost, ...]
    cluster: FailoverCluster | None = None
    moving: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held while a change takes two hosts' locks, so that two moves cannot wait for each other."""

    @classmethod
    def build(
        cls,
        *,
        host_count: int,
        machine_count: int,
        seed: int,
        build: int = DEFAULT_BUILD,
        name: str = "HYPERV01",
        cluster: str | None = None,
    ) -> "SimulatedSite":
        """Make hosts of `machine_count` machines each; a lone one is called `name`, several are numbered."""
        names = [name] if host_count == 1 else [f"{name}-{number:03d}" for number in range(1, host_count + 1)]
        hosts = tuple(
            SimulatedHost(
                machine_count=machine_count,
                seed=seed + place,
                build=build,
                name=host_name,
                # Machines of a site need names of their own, or their counters could not be told apart.
                prefix="hv" if host_count == 1 else f"hv{place + 1:03d}",
            )
            for place, host_name in enumerate(names)
        )
        return cls(hosts, _form_cluster(cluster, hosts) if cluster else None)

    def host(self, name: str) -> SimulatedHost:
        """Find a host by its name.

        Raises:
            UnknownHost: there is none.
        """
        for host in self.hosts:
            if host.name.lower() == name.lower():
                return host
        raise UnknownHost(name)


def _form_cluster(name: str, hosts: tuple[SimulatedHost, ...]) -> FailoverCluster:
    def owned() -> Iterator[tuple[str, Machine]]:
        return ((host.name, machine) for host in hosts for machine in host.machines())

    cluster = FailoverCluster(name, tuple(host.name for host in hosts), owned)
    for host in hosts:
        host.join(cluster)
    return cluster
