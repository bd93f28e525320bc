"""Performance samples as plain values, between the source's answer and the event."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import msgspec

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


Row = Sequence[float | None]
"""The values of all series at one time; None is no data."""


class Samples(msgspec.Struct, frozen=True):
    """Series of one machine over one list of times.

    Row by row, as samples come in: a poll adds a row, and all machines of one make share their keys.
    """

    timestamps: Sequence[int]
    """Epoch seconds by the source's clock, strictly increasing."""
    keys: tuple[SeriesKey, ...]
    """The series, each once."""
    rows: Sequence[Row]
    """One per timestamp, with one value per key."""

    @classmethod
    def of_series(cls, timestamps: Sequence[int], series: Mapping[SeriesKey, Row]) -> Self:
        """Return samples given series by series, each with one value per timestamp."""
        rows = list(zip(*series.values(), strict=True)) if series else [()] * len(timestamps)
        return cls(timestamps, tuple(series), rows)

    @property
    def series(self) -> dict[SeriesKey, Row]:
        """The values by series, one per timestamp."""
        return dict(zip(self.keys, map(list, zip(*self.rows, strict=True)), strict=True))

    def value_count(self) -> int:
        """Return how many values there are, None left out."""
        return len(self.rows) * len(self.keys) - sum(row.count(None) for row in self.rows)

    def some(self, places: Sequence[int]) -> "Samples":
        """Return the samples of some of the timestamps."""
        if len(places) == len(self.timestamps):
            return self
        return Samples(
            [self.timestamps[place] for place in places], self.keys, [self.rows[place] for place in places]
        )


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


def ordered(timestamps: Sequence[int], series: Mapping[SeriesKey, Row]) -> Samples:
    """Bring an answer into order: oldest first, each time once, values paired up to the shorter list.

    A vCenter may send fewer values than times, and some implementations send the newest first. A value
    that is not there is None, never zero.
    """
    last_places = {at: place for place, at in enumerate(timestamps)}
    order = sorted(last_places)
    places = [last_places[at] for at in order]
    in_order = {key: [_value_at(values, place) for place in places] for key, values in series.items()}
    return Samples.of_series(order, in_order)


def merged(chunks: Sequence[Samples]) -> Samples:
    """Join samples of one machine; where two say something of the same moment, the later chunk counts."""
    if len(chunks) == 1:
        return chunks[0]
    if _follow_each_other(chunks):
        return Samples(
            [at for chunk in chunks for at in chunk.timestamps],
            chunks[0].keys,
            [row for chunk in chunks for row in chunk.rows],
        )
    times = sorted({at for chunk in chunks for at in chunk.timestamps})
    values: dict[SeriesKey, dict[int, float | None]] = {}
    for chunk in chunks:
        for key, of_chunk in chunk.series.items():
            known = values.setdefault(key, {})
            known.update(
                (at, value) for at, value in zip(chunk.timestamps, of_chunk, strict=True) if value is not None
            )
    return Samples.of_series(times, {key: [known.get(at) for at in times] for key, known in values.items()})


def _follow_each_other(chunks: Sequence[Samples]) -> bool:
    """Return whether chunks are of the same series, each later than the one before."""
    return all(
        before.timestamps[-1] < after.timestamps[0] and before.keys == after.keys
        for before, after in itertools.pairwise(chunks)
    )


def _value_at(values: Row, place: int) -> float | None:
    return values[place] if place < len(values) else None
