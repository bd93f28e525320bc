"""What one poll of a source brought, in the form in which it is kept until published. Knows no vendor."""

from collections.abc import Iterator

import msgspec

from collector_hyperv.domain.packing import SeriesKey
from surveyor_schemas.base import MachineId


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """One value of one counter instance."""

    counter: str
    instance: str
    value: float


class MachineReadings(msgspec.Struct, frozen=True, array_like=True):
    """All values of one machine."""

    machine_id: MachineId
    readings: tuple[Reading, ...]

    def by_series(self) -> dict[SeriesKey, float]:
        """Return the values by counter and instance."""
        return {(reading.counter, reading.instance): reading.value for reading in self.readings}


class Poll(msgspec.Struct, frozen=True):
    """The values of one poll; all of them carry one time, by the source's clock, in epoch seconds."""

    sampled_at: int
    machines: tuple[MachineReadings, ...]

    def value_count(self) -> int:
        """Return how many values there are."""
        return sum(len(machine.readings) for machine in self.machines)

    def columns(self) -> Iterator[tuple[int, MachineId, dict[SeriesKey, float]]]:
        """Yield the values as `packing.pack` takes them."""
        for machine in self.machines:
            yield self.sampled_at, machine.machine_id, machine.by_series()
