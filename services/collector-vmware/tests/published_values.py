"""What the published events come to: the newest word on each machine, and each value once."""

from typing import Protocol, TypeVar
from uuid import UUID

from surveyor_schemas.base import Event
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

E = TypeVar("E", bound=Event)


class Seen(Protocol):
    """Published events."""

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one type."""


def latest(seen: Seen) -> dict[UUID, VmwareMachineObserved | MachineRemoved]:
    """Return the newest word on each machine."""
    found: dict[UUID, VmwareMachineObserved | MachineRemoved] = {}
    for event in seen.of(Event):
        if isinstance(event, VmwareMachineObserved | MachineRemoved):
            found[event.machine_id] = event
    return found


def values_of(seen: Seen) -> dict[tuple[UUID, str, str], dict[int, float]]:
    """Return every published value; the same sample published twice fails."""
    found: dict[tuple[UUID, str, str], dict[int, float]] = {}
    for batch in seen.of(PerformanceSampled):
        for machine in batch.machines:
            for series in machine.series:
                known = found.setdefault((machine.machine_id, series.counter, series.instance), {})
                for at, value in zip(machine.timestamps, series.values, strict=True):
                    if value is not None:
                        assert at not in known, f"{series.counter} of {machine.machine_id} twice at {at}"
                        known[at] = value
    return found
