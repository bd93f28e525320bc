"""Series of many machines to columns: one row per series, its values packed, all arithmetic in bulk.

Messages are added one at a time, so that the many small objects of a decoded message live no longer than its
turn: numbers go to arrays at once, names to positions in a list.
"""

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import numpy
import numpy.typing as npt

from normalizer.domain.performance.packed import (
    METRIC_POSITIONS,
    METRICS,
    Flags,
    Floats,
    Integers,
    Labels,
    Numbers,
    PackedRows,
    Positions,
    Scales,
    Seconds,
    places_of_runs,
)
from normalizer.domain.performance.samples import SampledBatch
from normalizer.domain.performance.scales import in_whole_numbers
from normalizer.domain.performance.series import Kind, Series

Number = TypeVar("Number", numpy.int64, numpy.uint32, numpy.bool_)


@dataclass(slots=True)
class _Machines:
    """What all series of a machine have in common, by machine."""

    machine_id: list[int] = field(default_factory=list)
    source_id: list[int] = field(default_factory=list)
    interval_seconds: list[int] = field(default_factory=list)
    generated: list[bool] = field(default_factory=list)
    series_count: list[int] = field(default_factory=list)
    time_count: list[int] = field(default_factory=list)


@dataclass(slots=True)
class RowBuilder:
    """Collects series; `build` converts units, drops what has no data, and packs the rest."""

    _machines: _Machines = field(default_factory=_Machines)
    _machine_ids: Numbers[UUID] = field(default_factory=Numbers)
    _source_ids: Numbers[str] = field(default_factory=Numbers)
    _kinds: Numbers[Kind] = field(default_factory=Numbers)
    _kind: list[int] = field(default_factory=list)
    """By series."""
    _times: list[int] = field(default_factory=list)
    """By machine, one behind the other."""
    _counts: list[Floats] = field(default_factory=list)
    """By message: the values of its series, one behind the other."""
    sample_count: int = 0
    """How many samples were added, missing ones included."""

    def add(self, batch: SampledBatch, mapped: list[list[Series]]) -> None:
        """Add what the machines of a batch were mapped to, in their order."""
        self._add_machines(batch, mapped)
        kinds = self._kinds
        values: list[float | None] = []
        for series in mapped:
            self._kind += [kinds[each.kind] for each in series]
            for each in series:
                values += each.values
        self._counts.append(numpy.array(values, dtype=numpy.float64))  # None becomes NaN
        self.sample_count += len(values)

    def _add_machines(self, batch: SampledBatch, mapped: list[list[Series]]) -> None:
        machines, number = self._machines, len(batch.machines)
        machines.machine_id += [self._machine_ids[machine.machine_id] for machine in batch.machines]
        machines.source_id += [self._source_ids[batch.source_id]] * number
        machines.interval_seconds += [machine.interval_seconds for machine in batch.machines]
        machines.generated += [batch.generated] * number
        machines.series_count += [len(series) for series in mapped]
        machines.time_count += [len(machine.timestamps) for machine in batch.machines]
        for machine in batch.machines:
            self._times += machine.timestamps

    def build(self) -> PackedRows:
        """Return the rows; a series without any data gives none."""
        machine = numpy.repeat(numpy.arange(len(self._machines.series_count)), self._machines.series_count)
        lengths = numpy.array(self._machines.time_count, dtype=numpy.int64)[machine]
        counts = numpy.concatenate(self._counts) if self._counts else numpy.empty(0)
        sampled_at = self._times_of_series(machine, lengths)
        present = ~numpy.isnan(counts)
        if not present.all():
            lengths = _sum_per_row(present, lengths)
            counts, sampled_at = counts[present], sampled_at[present]
        filled = lengths > 0
        return self._packed(filled, machine[filled], lengths[filled], sampled_at, counts)

    def _times_of_series(self, machine: Positions, lengths: Positions) -> Seconds:
        """Repeat each machine's times for each of its series."""
        times = numpy.array(self._times, dtype=numpy.uint32)
        time_counts = numpy.array(self._machines.time_count, dtype=numpy.int64)
        starts = (numpy.cumsum(time_counts) - time_counts)[machine]
        return times[places_of_runs(starts, lengths)]

    def _packed(
        self, filled: Flags, machine: Positions, lengths: Positions, sampled_at: Seconds, counts: Floats
    ) -> PackedRows:
        machines, kinds = self._machines, list(self._kinds)
        kind = numpy.array(self._kind, dtype=numpy.int64)[filled]
        offsets = numpy.concatenate(([0], numpy.cumsum(lengths)))
        own = Scales(
            numpy.array([each.multiplier for each in kinds], dtype=numpy.float64)[kind],
            numpy.array([each.divisor for each in kinds], dtype=numpy.float64)[kind],
        )
        values = counts * numpy.repeat(own.numerator, lengths)
        values /= numpy.repeat(own.denominator, lengths)
        metric = Labels(
            list(METRICS),
            numpy.array([METRIC_POSITIONS[each.metric] for each in kinds], dtype=numpy.int64)[kind],
        )
        scales, units = in_whole_numbers(counts, values, own, metric.positions, offsets)
        return PackedRows(
            metric=metric,
            machine_id=Labels(
                [str(each) for each in self._machine_ids], _column(machines.machine_id, numpy.int64)[machine]
            ),
            instance=Labels.of(each.instance for each in kinds).only(kind),
            method=Labels.of(each.method for each in kinds).only(kind),
            source_id=Labels(list(self._source_ids), _column(machines.source_id, numpy.int64)[machine]),
            interval_seconds=_column(machines.interval_seconds, numpy.uint32)[machine],
            generated=_column(machines.generated, numpy.bool_)[machine],
            offsets=offsets,
            sampled_at=sampled_at,
            values=values,
            scales=scales,
            units=units,
            window_hash=_window_hashes(sampled_at, values, offsets),
        )


def _column(numbers: list[int] | list[bool], kind: type[Number]) -> npt.NDArray[Number]:
    return numpy.array(numbers, dtype=kind)


def _sum_per_row(present: Flags, lengths: Positions) -> Positions:
    totals = numpy.concatenate(([0], numpy.cumsum(present)))
    ends = numpy.cumsum(lengths)
    counts: Positions = totals[ends] - totals[ends - lengths]
    return counts


def _window_hashes(sampled_at: Seconds, values: Floats, offsets: Positions) -> Integers:
    """Hash each row's times and values: the sum of a well-mixed number per sample.

    The mixing is the finalizer of SplitMix64, so that samples that differ in any bit give unrelated numbers.
    Source: Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (OOPSLA 2014).
    """
    if len(offsets) == 1:
        return numpy.empty(0, dtype=numpy.uint64)
    mixed = _mix(values.view(numpy.uint64) + _mix(sampled_at.astype(numpy.uint64)))
    return numpy.add.reduceat(mixed, offsets[:-1])


def _mix(numbers: Integers) -> Integers:
    """Mix each number; in place after the first step, since memory is what this costs."""
    numbers = numbers + numpy.uint64(0x9E3779B97F4A7C15)
    numbers ^= numbers >> numpy.uint64(30)
    numbers *= numpy.uint64(0xBF58476D1CE4E5B9)
    numbers ^= numbers >> numpy.uint64(27)
    numbers *= numpy.uint64(0x94D049BB133111EB)
    numbers ^= numbers >> numpy.uint64(31)
    return numbers
