"""Series of many machines to columns: one row per series, its values packed, all arithmetic in bulk.

Messages are added one at a time, so that the many small objects of a decoded message live no longer than its
turn: numbers go to arrays at once, names to positions in a list.
"""

from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

import numpy
import numpy.typing as npt

from normalizer.domain.performance.packed import (
    METRIC_POSITIONS,
    METRICS,
    Flags,
    Floats,
    Integers,
    Labels,
    Names,
    PackedRows,
    Positions,
    Scales,
)
from normalizer.domain.performance.samples import SampledBatch
from normalizer.domain.performance.scales import in_whole_numbers
from normalizer.domain.performance.series import Series

Number = TypeVar("Number", numpy.int64, numpy.uint64, numpy.float64)


@dataclass(slots=True)
class _Columns:
    """What is known of each row before its values are looked at."""

    metric: list[int] = field(default_factory=list)
    machine_id: list[int] = field(default_factory=list)
    instance: list[int] = field(default_factory=list)
    method: list[int] = field(default_factory=list)
    source_id: list[int] = field(default_factory=list)
    interval_seconds: list[int] = field(default_factory=list)
    generated: list[bool] = field(default_factory=list)
    multiplier: list[float] = field(default_factory=list)
    divisor: list[float] = field(default_factory=list)


@dataclass(slots=True)
class RowBuilder:
    """Collects series; `build` converts units, drops what has no data, and packs the rest."""

    _columns: _Columns = field(default_factory=_Columns)
    _machine_ids: Names = field(default_factory=Names)
    _instances: Names = field(default_factory=Names)
    _methods: Names = field(default_factory=Names)
    _source_ids: Names = field(default_factory=Names)
    _lengths: list[Positions] = field(default_factory=list)
    _sampled_at: list[Integers] = field(default_factory=list)
    _counts: list[Floats] = field(default_factory=list)
    sample_count: int = 0
    """How many samples were added, missing ones included."""

    def add(self, batch: SampledBatch, mapped: list[list[Series]]) -> None:
        """Add what the machines of a batch were mapped to, in their order."""
        series = list(chain.from_iterable(mapped))
        counts = [len(each) for each in mapped]
        self._add_labels(batch, series, counts)
        times = [machine.timestamps for machine in batch.machines]
        lengths = numpy.repeat(numpy.array([len(each) for each in times], dtype=numpy.int64), counts)
        self._lengths.append(lengths)
        self._sampled_at.append(_times_of_series(times, numpy.array(counts), lengths))
        values: list[float | None] = []
        for each in series:
            values += each.values
        self._counts.append(numpy.array(values, dtype=numpy.float64))  # None becomes NaN
        self.sample_count += len(values)

    def _add_labels(self, batch: SampledBatch, series: list[Series], counts: list[int]) -> None:
        columns, instances, methods = self._columns, self._instances, self._methods
        columns.metric += [METRIC_POSITIONS[each.metric] for each in series]
        columns.instance += [instances[each.instance] for each in series]
        columns.method += [methods[each.method] for each in series]
        columns.multiplier += [each.multiplier for each in series]
        columns.divisor += [each.divisor for each in series]
        columns.source_id += [self._source_ids[batch.source_id]] * len(series)
        columns.generated += [batch.generated] * len(series)
        for machine, count in zip(batch.machines, counts, strict=True):
            columns.machine_id += [self._machine_ids[str(machine.machine_id)]] * count
            columns.interval_seconds += [machine.interval_seconds] * count

    def build(self) -> PackedRows:
        """Return the rows; a series without any data gives none."""
        lengths = _joined(self._lengths, numpy.dtype(numpy.int64))
        counts = _joined(self._counts, numpy.dtype(numpy.float64))
        sampled_at = _joined(self._sampled_at, numpy.dtype(numpy.uint64))
        present = ~numpy.isnan(counts)
        if not present.all():
            lengths = _sum_per_row(present, lengths)
            counts, sampled_at = counts[present], sampled_at[present]
        return self._packed(lengths, sampled_at, counts)

    def _packed(self, lengths: Positions, sampled_at: Integers, counts: Floats) -> PackedRows:
        columns, filled = self._columns, lengths > 0
        lengths = lengths[filled]
        offsets = numpy.concatenate(([0], numpy.cumsum(lengths)))
        own = Scales(
            numpy.array(columns.multiplier, dtype=numpy.float64)[filled],
            numpy.array(columns.divisor, dtype=numpy.float64)[filled],
        )
        values = counts * numpy.repeat(own.numerator, lengths)
        values /= numpy.repeat(own.denominator, lengths)
        metric = Labels.of(METRICS, columns.metric).only(filled)
        scales, units = in_whole_numbers(counts, values, own, metric.positions, offsets)
        return PackedRows(
            metric=metric,
            machine_id=Labels.of(self._machine_ids, columns.machine_id).only(filled),
            instance=Labels.of(self._instances, columns.instance).only(filled),
            method=Labels.of(self._methods, columns.method).only(filled),
            source_id=Labels.of(self._source_ids, columns.source_id).only(filled),
            interval_seconds=numpy.array(columns.interval_seconds, dtype=numpy.uint64)[filled],
            generated=numpy.array(columns.generated, dtype=numpy.bool_)[filled],
            offsets=offsets,
            sampled_at=sampled_at,
            values=values,
            scales=scales,
            units=units,
            window_hash=_window_hashes(sampled_at, values, offsets),
        )


def _joined(parts: list[npt.NDArray[Number]], kind: numpy.dtype[Number]) -> npt.NDArray[Number]:
    return numpy.concatenate(parts) if parts else numpy.empty(0, dtype=kind)


def _times_of_series(times: list[list[int]], counts: Positions, lengths: Positions) -> Integers:
    """Repeat each machine's times for each of its series."""
    flat = numpy.fromiter(chain.from_iterable(times), dtype=numpy.uint64)
    machine_lengths = numpy.array([len(each) for each in times])
    starts = numpy.repeat(numpy.cumsum(machine_lengths) - machine_lengths, counts)
    shifts = numpy.repeat(starts - (numpy.cumsum(lengths) - lengths), lengths)
    times_of_series: Integers = flat[numpy.arange(len(shifts)) + shifts]
    return times_of_series


def _sum_per_row(present: Flags, lengths: Positions) -> Positions:
    totals = numpy.concatenate(([0], numpy.cumsum(present)))
    ends = numpy.cumsum(lengths)
    counts: Positions = totals[ends] - totals[ends - lengths]
    return counts


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
    """Mix each number; in place after the first step, since memory is what this costs."""
    numbers = numbers + numpy.uint64(0x9E3779B97F4A7C15)
    numbers ^= numbers >> numpy.uint64(30)
    numbers *= numpy.uint64(0xBF58476D1CE4E5B9)
    numbers ^= numbers >> numpy.uint64(27)
    numbers *= numpy.uint64(0x94D049BB133111EB)
    numbers ^= numbers >> numpy.uint64(31)
    return numbers
