"""Packed series: the form in which samples travel from the mapping to the store."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy
import numpy.typing as npt

from surveyor_schemas.counters import DISK_METRICS, MACHINE_METRICS, NIC_METRICS, Metric

Floats = npt.NDArray[numpy.float64]
Integers = npt.NDArray[numpy.uint64]
Positions = npt.NDArray[numpy.int64]
WholeNumbers = npt.NDArray[numpy.int64]
Flags = npt.NDArray[numpy.bool_]

METRICS: tuple[Metric, ...] = (*MACHINE_METRICS, *DISK_METRICS, *NIC_METRICS)
METRIC_POSITIONS = {metric: position for position, metric in enumerate(METRICS)}


class Names(dict[str, int]):
    """Numbers names in the order in which they are first asked for."""

    def __missing__(self, name: str) -> int:
        self[name] = position = len(self)
        return position


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of names that repeat: row i has `names[positions[i]]`."""

    names: list[str]
    positions: Positions

    @classmethod
    def of(cls, names: Iterable[str], positions: list[int]) -> "Labels":
        """Take over names and the position of each row's."""
        return cls(list(names), numpy.array(positions, dtype=numpy.int64))

    def only(self, rows: Flags) -> "Labels":
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
    interval_seconds: Integers
    generated: Flags
    offsets: Positions
    sampled_at: Integers
    """Epoch seconds, strictly increasing in a row."""
    values: Floats
    """In canonical units."""
    scales: Scales
    units: WholeNumbers
    """The same samples, counted; 0 in rows that have no scale."""
    window_hash: Integers

    @property
    def first_sampled_at(self) -> Integers:
        """The first time of each row."""
        return self.sampled_at[self.offsets[:-1]]

    @property
    def last_sampled_at(self) -> Integers:
        """The last time of each row."""
        return self.sampled_at[self.offsets[1:] - 1]

    def __len__(self) -> int:
        return len(self.offsets) - 1
