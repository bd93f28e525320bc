"""Samples packed for `performance-raw`: few machines and few bytes a batch, any number of times."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from collector_vmware.domain.samples import Samples, merged
from surveyor_schemas.performance.performance_sampled_v1 import (
    MAX_BATCH_BYTES,
    MAX_MACHINES,
    CounterSeries,
    MachineSamples,
)

_ENVELOPE_BYTES = 1024
_MACHINE_BYTES = 150
_SERIES_BYTES = 45
_TIMESTAMP_BYTES = 11
_VALUE_OVERHEAD_BYTES = 3
"""A value is written as a float with one decimal and a comma."""
BUDGET_BYTES = MAX_BATCH_BYTES - _ENVELOPE_BYTES

Machine = tuple[UUID, Samples]


class PackedSeries(msgspec.Struct, frozen=True, array_like=True):
    """The values of one counter instance, None for no data."""

    counter: str
    instance: str
    values: Sequence[float | None]


class PackedMachine(msgspec.Struct, frozen=True, array_like=True):
    """All series of one machine over one list of times, epoch seconds by the source's clock."""

    machine_id: UUID
    timestamps: Sequence[int]
    series: Sequence[PackedSeries]

    def samples(self) -> Samples:
        """Return them as they were before they were packed."""
        return Samples(self.timestamps, {(s.counter, s.instance): s.values for s in self.series})


class SampleBatch(msgspec.Struct, frozen=True):
    """What becomes one event; this is also how it waits on disk."""

    interval_seconds: int
    machines: Sequence[PackedMachine]

    def value_count(self) -> int:
        """Return how many values there are, None left out."""
        return sum(machine.samples().value_count() for machine in self.machines)

    def newest_at(self) -> int:
        """Return the time of the newest sample."""
        return max(machine.timestamps[-1] for machine in self.machines)

    def oldest_at(self) -> int:
        """Return the time of the oldest sample."""
        return min(machine.timestamps[0] for machine in self.machines)

    def event_machines(self) -> list[MachineSamples]:
        """Return the machines as an event carries them."""
        return [_machine_samples(machine, self.interval_seconds) for machine in self.machines]


def pack(machines: Mapping[UUID, Sequence[Samples]], interval_seconds: int) -> Iterator[SampleBatch]:
    """Yield batches of at most 50 machines and 512 KiB of JSON, machines in the order of their ids.

    All samples of a machine are joined. A machine that alone is too large is split by time.
    """
    batch: list[PackedMachine] = []
    used_bytes = 0
    parts = (
        part for machine_id in sorted(machines) for part in _parts(machine_id, merged(machines[machine_id]))
    )
    for machine_id, samples in parts:
        size_bytes = json_bytes(samples)
        same_again = any(machine.machine_id == machine_id for machine in batch)
        if batch and (len(batch) == MAX_MACHINES or used_bytes + size_bytes > BUDGET_BYTES or same_again):
            yield SampleBatch(interval_seconds, batch)
            batch, used_bytes = [], 0
        batch.append(_packed(machine_id, samples))
        used_bytes += size_bytes
    if batch:
        yield SampleBatch(interval_seconds, batch)


def json_bytes(samples: Samples) -> int:
    """Return an upper bound of what the samples of one machine take as JSON."""
    total = _MACHINE_BYTES + _TIMESTAMP_BYTES * len(samples.timestamps)
    for (counter, instance), values in samples.series.items():
        total += _SERIES_BYTES + len(counter) + 6 * len(instance)
        total += sum(map(len, map(str, values))) + _VALUE_OVERHEAD_BYTES * len(values)
    return total


def _parts(machine_id: UUID, samples: Samples) -> Iterable[Machine]:
    if json_bytes(samples) <= BUDGET_BYTES or len(samples.timestamps) < 2:
        return [(machine_id, samples)]
    middle = len(samples.timestamps) // 2
    first, second = _between(samples, slice(None, middle)), _between(samples, slice(middle, None))
    return [*_parts(machine_id, first), *_parts(machine_id, second)]


def _between(samples: Samples, places: slice) -> Samples:
    return Samples(
        samples.timestamps[places], {key: values[places] for key, values in samples.series.items()}
    )


def _packed(machine_id: UUID, samples: Samples) -> PackedMachine:
    series = [PackedSeries(*key, values) for key, values in sorted(samples.series.items())]
    return PackedMachine(machine_id, samples.timestamps, series)


def _machine_samples(machine: PackedMachine, interval_seconds: int) -> MachineSamples:
    return MachineSamples(
        machine_id=machine.machine_id,
        interval_seconds=interval_seconds,
        timestamps=list(machine.timestamps),
        series=[
            CounterSeries(counter=series.counter, instance=series.instance, values=list(series.values))
            for series in machine.series
        ],
    )
