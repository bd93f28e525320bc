"""Packed series: the form in which samples travel from the mapping to the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy
import numpy.typing as npt

from surveyor_schemas.counters import DISK_METRICS, MACHINE_METRICS, NIC_METRICS, Metric

Floats = npt.NDArray[numpy.float64]
Integers = npt.NDArray[numpy.uint64]
Seconds = npt.NDArray[numpy.uint32]
Positions = npt.NDArray[numpy.int64]
WholeNumbers = npt.NDArray[numpy.int64]
Flags = npt.NDArray[numpy.bool_]

Key = TypeVar("Key")

METRICS: tuple[Metric, ...] = (*MACHINE_METRICS, *DISK_METRICS, *NIC_METRICS)
METRIC_POSITIONS = {metric: position for position, metric in enumerate(METRICS)}


class Numbers(dict[Key, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: Key) -> int:
        self[key] = position = len(self)
        return position


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of names that repeat: row i has `names[positions[i]]`."""

    names: list[str]
    positions: Positions

    @classmethod
    def of(cls, names: Iterable[str]) -> "Labels":
        """Return the column of these names."""
        numbers: Numbers[str] = Numbers()
        positions = numpy.array([numbers[name] for name in names], dtype=numpy.int64)
        return cls(list(numbers), positions)

    @classmethod
    def joined(cls, parts: Sequence["Labels"]) -> "Labels":
        """Return one column of all rows, each name once."""
        names: Numbers[str] = Numbers()
        positions = [
            numpy.array([names[name] for name in part.names], dtype=numpy.int64)[part.positions]
            for part in parts
        ]
        return cls(list(names), numpy.concatenate(positions))

    def only(self, rows: Flags | Positions) -> "Labels":
        """Return the column of these rows."""
        return Labels(self.names, self.positions[rows])

    def to_list(self) -> list[str]:
        """Return each row's name."""
        return [self.names[position] for position in self.positions.tolist()]


@dataclass(frozen=True, slots=True)
class Scales:
    """A scale per row: a sample is `units * numerator / denominator`."""

    numerator: Floats
    denominator: Floats
    """0 where a row's samples are kept as doubles."""


@dataclass(frozen=True, slots=True)
class PackedRows:
    """Rows of `performance_samples`. Row i holds `values[offsets[i]:offsets[i + 1]]`, and so its times."""

    metric: Labels
    """Positions in `METRICS`."""
    machine_id: Labels
    instance: Labels
    method: Labels
    source_id: Labels
    interval_seconds: Seconds
    generated: Flags
    offsets: Positions
    sampled_at: Seconds
    """Epoch seconds, strictly increasing in a row."""
    values: Floats
    """In canonical units."""
    scales: Scales
    units: WholeNumbers
    """The same samples, counted; 0 in rows that have no scale."""
    window_hash: Integers

    @property
    def first_sampled_at(self) -> Seconds:
        """The first time of each row."""
        return self.sampled_at[self.offsets[:-1]]

    @property
    def last_sampled_at(self) -> Seconds:
        """The last time of each row."""
        return self.sampled_at[self.offsets[1:] - 1]

    @property
    def is_scaled(self) -> Flags:
        """Whether each row holds units; doubles otherwise."""
        return self.scales.denominator > 0

    @property
    def numerator(self) -> Floats:
        """Of each row's scale."""
        return self.scales.numerator

    @property
    def denominator(self) -> Floats:
        """Of each row's scale."""
        return self.scales.denominator

    def __len__(self) -> int:
        return len(self.offsets) - 1


def places_of_runs(starts: Positions, lengths: Positions) -> Positions:
    """Return the places of runs, one behind the other: `starts[0]`, `starts[0] + 1` and so on."""
    ends = numpy.cumsum(lengths)
    places: Positions = numpy.arange(lengths.sum()) + numpy.repeat(starts - ends + lengths, lengths)
    return places
