"""A complete read of a host, as its site takes it in."""

from datetime import datetime

from collector_hyperv.domain.clusters import Membership
from collector_hyperv.domain.machines import Observer, machine_ids, observe_machines, own_name
from collector_hyperv.domain.rows import InventoryRows
from collector_hyperv.domain.sites import HostRead
from surveyor_schemas.identity import hyperv_machine_id


def host_read(
    rows: InventoryRows, observer: Observer, *, began_at: datetime, collected_at: datetime
) -> HostRead:
    """Return what a host's rows come to.

    Raises:
        RightsMissing: the host showed not even itself.
    """
    machines = observe_machines(rows, observer, collected_at)
    owners = Membership(rows.cluster).owners
    return HostRead(
        began_at,
        machines,
        host_name=own_name(rows.systems),
        nodes=rows.cluster.nodes if rows.cluster else (),
        unfinished=machine_ids(rows.systems, observer.site) - machines.keys(),
        owners={hyperv_machine_id(observer.site, guid, replica=False): node for guid, node in owners.items()},
    )
