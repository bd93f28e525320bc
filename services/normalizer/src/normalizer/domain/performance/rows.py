"""Series of many machines to columns: one row per series, its values packed, all arithmetic in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy
import numpy.typing as npt

from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import Series

Floats = npt.NDArray[numpy.float64]
Integers = npt.NDArray[numpy.uint64]
Positions = npt.NDArray[numpy.int64]


@dataclass(frozen=True, slots=True)
class PackedRows:
    """Rows of `performance_samples`. Row i holds `values[offsets[i]:offsets[i + 1]]`, and so its times."""

    labels: dict[str, list[Any]]
    """Columns with one plain value per row: metric, machine_id, instance, interval_seconds, method, …"""
    offsets: Positions
    sampled_at: Integers
    """Epoch seconds."""
    values: Floats
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


LABELS = ("metric", "machine_id", "instance", "interval_seconds", "method", "generated", "source_id")


@dataclass(slots=True)
class RowBuilder:
    """Collects series; `build` converts units, drops what has no data, and packs the rest."""

    labels: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LABELS})
    lengths: list[int] = field(default_factory=list)
    sampled_at: list[int] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    multipliers: list[float] = field(default_factory=list)
    divisors: list[float] = field(default_factory=list)

    def add(self, batch: SampledBatch, machine: MachineSamples, mapped: Iterable[Series]) -> None:
        """Add what one machine of a batch was mapped to."""
        times, count, labels = machine.timestamps, len(machine.timestamps), self.labels
        before = len(self.lengths)
        for series in mapped:
            labels["metric"].append(series.metric)
            labels["instance"].append(series.instance)
            labels["method"].append(series.method)
            self.lengths.append(count)
            self.sampled_at += times
            self.values += series.values
            self.multipliers.append(series.multiplier)
            self.divisors.append(series.divisor)
        rows = len(self.lengths) - before
        labels["machine_id"] += repeat(str(machine.machine_id), rows)
        labels["interval_seconds"] += repeat(machine.interval_seconds, rows)
        labels["generated"] += repeat(batch.generated, rows)
        labels["source_id"] += repeat(batch.source_id, rows)

    def build(self) -> PackedRows:
        """Return the rows; a series without any data gives none."""
        lengths = numpy.array(self.lengths, dtype=numpy.int64)
        values = numpy.array(self.values, dtype=numpy.float64)  # None becomes NaN
        values *= numpy.repeat(numpy.array(self.multipliers, dtype=numpy.float64), lengths)
        values /= numpy.repeat(numpy.array(self.divisors, dtype=numpy.float64), lengths)
        sampled_at = numpy.array(self.sampled_at, dtype=numpy.uint64)
        present = ~numpy.isnan(values)
        labels = self.labels
        if not present.all():
            lengths = _sum_per_row(present, lengths)
            values, sampled_at = values[present], sampled_at[present]
            labels = _without_empty(labels, lengths)
            lengths = lengths[lengths > 0]
        offsets = numpy.concatenate(([0], numpy.cumsum(lengths)))
        return PackedRows(labels, offsets, sampled_at, values, _window_hashes(sampled_at, values, offsets))


def _sum_per_row(present: npt.NDArray[numpy.bool_], lengths: Positions) -> Positions:
    totals = numpy.concatenate(([0], numpy.cumsum(present)))
    ends = numpy.cumsum(lengths)
    counts: Positions = totals[ends] - totals[ends - lengths]
    return counts


def _without_empty(labels: dict[str, list[Any]], lengths: Positions) -> dict[str, list[Any]]:
    kept = (lengths > 0).tolist()
    return {
        name: [value for value, keep in zip(column, kept, strict=True) if keep]
        for name, column in labels.items()
    }


def _window_hashes(sampled_at: Integers, values: Floats, offsets: Positions) -> Integers:
    """Hash each row's times and values: the sum of a well-mixed number per sample.

    The mixing is the finalizer of SplitMix64, so that samples that differ in any bit give unrelated numbers.
    Source: Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (OOPSLA 2014).
    """
    if len(offsets) == 1:
        return numpy.empty(0, dtype=numpy.uint64)
    mixed = _mix(values.view(numpy.uint64) + _mix(sampled_at))
    return numpy.add.reduceat(mixed, offsets[:-1])


def _mix(numbers: Integers) -> Integers:
    numbers = numbers + numpy.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> numpy.uint64(31))
