"""Performance samples as plain values, between the source's answer and the event."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

SeriesKey = tuple[str, str]
"""Counter name and instance."""

MACHINE_COUNTERS = ("cpu.usage.average", "cpu.ready.summation", "mem.usage.average")
DISK_COUNTERS = (
    "virtualDisk.read.average",
    "virtualDisk.write.average",
    "virtualDisk.numberReadAveraged.average",
    "virtualDisk.numberWriteAveraged.average",
)
NIC_COUNTERS = ("net.received.average", "net.transmitted.average")
DEVICE_COUNTERS = frozenset(DISK_COUNTERS + NIC_COUNTERS)
"""Counters with one instance per disk or NIC; the source's own sum over all of them is left out."""
COUNTERS = MACHINE_COUNTERS + DISK_COUNTERS + NIC_COUNTERS


@dataclass(frozen=True, slots=True)
class Samples:
    """Series of one machine over one list of times."""

    timestamps: Sequence[int]
    """Epoch seconds by the source's clock, strictly increasing."""
    series: Mapping[SeriesKey, Sequence[float | None]]
    """One value per timestamp; None is no data."""

    def value_count(self) -> int:
        """Return how many values there are, None left out."""
        return sum(len(values) - values.count(None) for values in self.series.values())


@dataclass(frozen=True, slots=True)
class SampleTarget:
    """A machine that has, or may have, performance samples."""

    machine_id: UUID
    moref: str
    metric_count: int
    """How many counter instances it has: what a query for it costs the source."""
    powered_on: bool


def metric_count(disk_count: int, nic_count: int) -> int:
    """Return how many series a machine has, the sum over its NICs (which the source adds) included."""
    return len(MACHINE_COUNTERS) + len(DISK_COUNTERS) * disk_count + len(NIC_COUNTERS) * (nic_count + 1)


def ordered(timestamps: Sequence[int], series: Mapping[SeriesKey, Sequence[float | None]]) -> Samples:
    """Bring an answer into order: oldest first, each time once, values paired up to the shorter list.

    A vCenter may send fewer values than times, and some implementations send the newest first. A value
    that is not there is None, never zero.
    """
    places = {at: place for place, at in enumerate(timestamps)}
    if list(places) == sorted(places) and len(places) == len(timestamps):
        return Samples(timestamps, {key: _filled(values, len(timestamps)) for key, values in series.items()})
    order = sorted(places)
    return Samples(
        order,
        {key: [_value_at(values, places[at]) for at in order] for key, values in series.items()},
    )


def merged(chunks: Sequence[Samples]) -> Samples:
    """Join samples of one machine; where two say something of the same moment, the later chunk counts."""
    if len(chunks) == 1:
        return chunks[0]
    if _follow_each_other(chunks):
        return Samples(
            [at for chunk in chunks for at in chunk.timestamps],
            {key: [value for chunk in chunks for value in chunk.series[key]] for key in chunks[0].series},
        )
    times = sorted({at for chunk in chunks for at in chunk.timestamps})
    values: dict[SeriesKey, dict[int, float | None]] = {}
    for chunk in chunks:
        for key, of_chunk in chunk.series.items():
            known = values.setdefault(key, {})
            known.update(
                (at, value) for at, value in zip(chunk.timestamps, of_chunk, strict=True) if value is not None
            )
    return Samples(times, {key: [known.get(at) for at in times] for key, known in values.items()})


def _follow_each_other(chunks: Sequence[Samples]) -> bool:
    """Return whether chunks are of the same series, each later than the one before."""
    return all(
        before.timestamps[-1] < after.timestamps[0] and before.series.keys() == after.series.keys()
        for before, after in itertools.pairwise(chunks)
    )


def _filled(values: Sequence[float | None], length: int) -> Sequence[float | None]:
    if len(values) == length:
        return values
    return [*values[:length], *([None] * (length - len(values)))]


def _value_at(values: Sequence[float | None], place: int) -> float | None:
    return values[place] if place < len(values) else None
