"""Which machines of a host are highly available, and who owns them, by the failover cluster's word."""

from collections.abc import Mapping

from collector_hyperv.domain.references import machine_guid
from collector_hyperv.domain.rows import Cluster, ClusterResourceRow


class Membership:
    """A host's view of its cluster; `cluster` is None where it could not be read."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster
        resources = (cluster.resources or ()) if cluster else ()
        self._by_guid: Mapping[str | None, ClusterResourceRow] = {
            machine_guid(row.machine_guid): row for row in resources
        }

    @property
    def name(self) -> str | None:
        return self._cluster.name if self._cluster else None

    @property
    def owners(self) -> dict[str, str]:
        """The owning node of every highly available machine of the cluster, by the machine's GUID."""
        return {guid: row.owner_node for guid, row in self._by_guid.items() if guid and row.owner_node}

    def resource_of(self, guid: str) -> ClusterResourceRow | None:
        """Return a machine's resource; None where it has none, or where none can be told."""
        return self._by_guid.get(guid)

    def is_highly_available(self, guid: str) -> bool | None:
        """Say whether a machine is a resource of the cluster; None where that cannot be told."""
        if self._cluster is None:
            return None
        if self._cluster.name is None:
            return False
        if guid in self._by_guid:
            return True
        # A resource that does not say whose it is could be this machine's.
        return None if self._cluster.resources is None or None in self._by_guid else False


def short_name(name: str) -> str:
    """Return a computer's name as it can be compared: without its domain, in one case."""
    return name.partition(".")[0].casefold()
