"""A failover cluster as each of its nodes shows it: the cluster, nodes, groups, virtual machine resources.

Source: Microsoft Learn, "Failover Cluster WMI Provider".
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from devstack.hyperv.cim import Instance
from devstack.hyperv.machine import Machine
from devstack.hyperv.store import Namespace

_GROUP_OF_A_MACHINE = 111
_RESOURCE_ONLINE, _RESOURCE_OFFLINE = 2, 3
_GROUP_ONLINE, _GROUP_OFFLINE = 0, 1
_NODE_UP, _NODE_DOWN = 0, 1

Owned = Callable[[], Iterable[tuple[str, Machine]]]
"""The machines of all nodes, each with the name of the node that has it."""


@dataclass
class FailoverCluster:
    """One cluster; `down` holds the nodes that the others miss."""

    name: str
    nodes: tuple[str, ...]
    owned: Owned
    down: set[str] = field(default_factory=set)

    def provide(self, namespace: Namespace) -> None:
        """Fill a node's cluster namespace: all classes are made at each look, since ownership changes."""
        providers = {
            "MSCluster_Cluster": self._clusters,
            "MSCluster_Node": self._nodes,
            "MSCluster_ResourceGroup": self._groups,
            "MSCluster_Resource": self._resources,
        }
        for class_name, provider in providers.items():
            namespace.provide(class_name, _bound(provider, namespace))

    def _clusters(self, namespace: Namespace) -> Iterator[Instance]:
        yield namespace.instance(
            "MSCluster_Cluster",
            {"Name": self.name, "Fqdn": f"{self.name}.contoso.local", "ClusterFunctionalLevel": 11},
        )

    def _nodes(self, namespace: Namespace) -> Iterator[Instance]:
        for number, name in enumerate(self.nodes, start=1):
            state = _NODE_DOWN if name in self.down else _NODE_UP
            yield namespace.instance("MSCluster_Node", {"Name": name, "Id": str(number), "State": state})

    def _groups(self, namespace: Namespace) -> Iterator[Instance]:
        yield namespace.instance(
            "MSCluster_ResourceGroup",
            {"Name": "Cluster Group", "Id": _id("Cluster Group"), "State": 0, "OwnerNode": self.nodes[0]},
        )
        for node, machine in self._machines():
            yield namespace.instance(
                "MSCluster_ResourceGroup",
                {
                    "Name": machine.name,
                    "Id": _id(machine.guid),
                    "State": _GROUP_ONLINE if machine.has_processes else _GROUP_OFFLINE,
                    "OwnerNode": node,
                    "GroupType": _GROUP_OF_A_MACHINE,
                },
            )

    def _resources(self, namespace: Namespace) -> Iterator[Instance]:
        yield namespace.instance(
            "MSCluster_Resource",
            {
                "Name": "Cluster Name",
                "Type": "Network Name",
                "State": _RESOURCE_ONLINE,
                "OwnerGroup": "Cluster Group",
                "OwnerNode": self.nodes[0],
                "CoreResource": True,
            },
        )
        for node, machine in self._machines():
            for kind in ("Virtual Machine", "Virtual Machine Configuration"):
                yield _resource(namespace, kind, node, machine)

    def _machines(self) -> Iterator[tuple[str, Machine]]:
        return ((node, machine) for node, machine in self.owned() if machine.is_clustered)


def _resource(namespace: Namespace, kind: str, node: str, machine: Machine) -> Instance:
    private = namespace.instance(
        "MSCluster_Property_Resource_Private_Virtual_Machine", {"VmID": machine.guid.lower()}
    )
    return namespace.instance(
        "MSCluster_Resource",
        {
            "Name": f"{kind} {machine.name}",
            "Id": _id(f"{kind} {machine.guid}"),
            "Type": kind,
            "State": _RESOURCE_ONLINE if machine.has_processes else _RESOURCE_OFFLINE,
            "OwnerGroup": machine.name,
            "OwnerNode": node,
            "CoreResource": False,
            "PrivateProperties": private,
        },
    )


def _bound(
    provider: Callable[[Namespace], Iterator[Instance]], namespace: Namespace
) -> Callable[[], Iterator[Instance]]:
    return lambda: provider(namespace)


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))
