"""What a vCenter itself says of samples, asked for by another client."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from collector_vmware.domain.samples import COUNTERS, DEVICE_COUNTERS
from surveyor_schemas.identity import vmware_machine_id

from .vcenter_client import VCenterClient

Values = dict[tuple[UUID, str, str], dict[int, float]]


def values_over_there(client: VCenterClient, machine: Any, start: int, end: int) -> Values:
    """Return what `QueryPerf` says of one machine in (start, end], sums over devices left out."""
    window = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    machine_id = vmware_machine_id(client.content.about.instanceUuid, machine.config.instanceUuid)
    found = client.samples(machine, list(COUNTERS), *window)
    return {
        (machine_id, counter, instance): {at: float(value) for at, value in values.items()}
        for (counter, instance), values in found.items()
        if (instance != "") == (counter in DEVICE_COUNTERS)
    }


def all_values_over_there(client: VCenterClient, start: int, end: int) -> Values:
    """Return the same of every machine that runs."""
    found: Values = {}
    for machine in client.machines():
        if machine.runtime.powerState == "poweredOn":
            found |= values_over_there(client, machine, start, end)
    return found
