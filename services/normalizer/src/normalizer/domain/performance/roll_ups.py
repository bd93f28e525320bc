"""10-minute roll-ups of packed rows: what becomes rows of `machine_10m`, `disk_10m` and `nic_10m`.

Each figure is a maximum, a minimum or a bitwise or, so that the tables may merge any number of partial rows
of the same slot in any order: another batch, a repeat, a late sample (docs/tables.md).
"""

from dataclasses import dataclass

import numpy

from normalizer.domain.performance.packed import (
    METRIC_POSITIONS,
    Flags,
    Floats,
    Integers,
    Labels,
    PackedRows,
    Positions,
    Seconds,
)
from surveyor_schemas.counters import DISK_METRICS, MACHINE_METRICS, NIC_METRICS, Metric

SLOT_SECONDS = 600
TABLES: dict[str, tuple[Metric, ...]] = {
    "machine_10m": MACHINE_METRICS,
    "disk_10m": DISK_METRICS,
    "nic_10m": NIC_METRICS,
}


@dataclass(frozen=True, slots=True)
class RollUp:
    """Rows of one roll-up table: one per machine, instance and slot."""

    machine_id: Labels
    instance: Labels
    slot_at: Integers
    """Epoch seconds."""
    interval_seconds: Integers
    generated: Flags
    memory_method: Labels
    peaks: dict[Metric, Floats]
    """NaN where the slot has no sample."""
    lows: dict[Metric, Floats]
    samples: dict[Metric, Integers]
    """Bit n is set when the slot has a sample in its n-th interval."""

    def __len__(self) -> int:
        return len(self.slot_at)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The rows cut at the slots' borders."""

    row: Positions
    slot: Integers
    peak: Floats
    low: Floats
    bits: Integers

    def only(self, wanted: Flags) -> "_Pieces":
        return _Pieces(
            self.row[wanted], self.slot[wanted], self.peak[wanted], self.low[wanted], self.bits[wanted]
        )


def roll_up(rows: PackedRows) -> dict[str, RollUp]:
    """Return the roll-ups by table; tables of which the rows hold nothing are left out."""
    if not len(rows):
        return {}
    pieces = _pieces(rows)
    metric = rows.metric.positions[pieces.row]
    found = {}
    for table, metrics in TABLES.items():
        first = METRIC_POSITIONS[metrics[0]]  # a table's metrics stand together
        wanted = (metric >= first) & (metric < first + len(metrics))
        if wanted.any():
            found[table] = _grouped(rows, pieces.only(wanted), metrics)
    return found


def _pieces(rows: PackedRows) -> _Pieces:
    slot = rows.sampled_at // numpy.uint32(SLOT_SECONDS)
    second = rows.sampled_at - slot * numpy.uint32(SLOT_SECONDS)
    begins = numpy.empty(len(slot), dtype=numpy.bool_)
    begins[1:] = slot[1:] != slot[:-1]
    begins[rows.offsets[:-1]] = True
    at = numpy.flatnonzero(begins)
    return _Pieces(
        row=numpy.searchsorted(rows.offsets, at, side="right") - 1,
        slot=slot[at].astype(numpy.uint64),
        peak=numpy.maximum.reduceat(rows.values, at),
        low=numpy.minimum.reduceat(rows.values, at),
        bits=numpy.bitwise_or.reduceat(numpy.uint64(1) << _intervals(rows, second), at),
    )


def _intervals(rows: PackedRows, second: Seconds) -> Seconds:
    """Return in which interval of its slot each sample lies."""
    lengths = rows.interval_seconds
    of_samples: Seconds = lengths[:1]
    if (lengths != lengths[0]).any():  # dividing by one number takes a tenth of the time
        of_samples = numpy.repeat(lengths, numpy.diff(rows.offsets))
    intervals: Seconds = second // of_samples
    return intervals


def _grouped(rows: PackedRows, pieces: _Pieces, metrics: tuple[Metric, ...]) -> RollUp:
    machine, instance = rows.machine_id.positions[pieces.row], rows.instance.positions[pieces.row]
    owner = machine * len(rows.instance.names) + instance
    earliest = int(pieces.slot.min())
    slots = int(pieces.slot.max()) - earliest + 1
    keys = owner * slots + (pieces.slot - numpy.uint64(earliest)).astype(numpy.int64)
    _, first, group = numpy.unique(keys, return_index=True, return_inverse=True)
    metric = rows.metric.positions[pieces.row]
    peaks, lows, samples = {}, {}, {}
    for each in metrics:
        mine = metric == METRIC_POSITIONS[each]
        peaks[each], lows[each], samples[each] = _figures(pieces.only(mine), group[mine], len(first))
    return RollUp(
        machine_id=Labels(rows.machine_id.names, machine[first]),
        instance=Labels(rows.instance.names, instance[first]),
        slot_at=pieces.slot[first] * numpy.uint64(SLOT_SECONDS),
        interval_seconds=_least(rows.interval_seconds[pieces.row].astype(numpy.uint64), group, len(first)),
        generated=_any(rows.generated[pieces.row], group, len(first)),
        memory_method=_memory_methods(rows, pieces.row, group, len(first)),
        peaks=peaks,
        lows=lows,
        samples=samples,
    )


def _figures(pieces: _Pieces, group: Positions, count: int) -> tuple[Floats, Floats, Integers]:
    peaks, lows = numpy.full(count, numpy.nan), numpy.full(count, numpy.nan)
    samples = numpy.zeros(count, dtype=numpy.uint64)
    numpy.fmax.at(peaks, group, pieces.peak)
    numpy.fmin.at(lows, group, pieces.low)
    numpy.bitwise_or.at(samples, group, pieces.bits)
    return peaks, lows, samples


def _least(numbers: Integers, group: Positions, count: int) -> Integers:
    least = numpy.full(count, numpy.iinfo(numpy.uint64).max, dtype=numpy.uint64)
    numpy.minimum.at(least, group, numbers)
    return least


def _any(flags: Flags, group: Positions, count: int) -> Flags:
    found = numpy.zeros(count, dtype=numpy.bool_)
    found[group[flags]] = True
    return found


def _memory_methods(rows: PackedRows, row: Positions, group: Positions, count: int) -> Labels:
    """Return the last in the alphabet of a group's methods: any choice does that ignores the order."""
    names = sorted({"", *rows.method.names})
    rank = numpy.array([names.index(name) for name in rows.method.names], dtype=numpy.int64)
    of_memory = rows.metric.positions[row] == METRIC_POSITIONS[Metric.MEMORY_PERCENT]
    methods = numpy.zeros(count, dtype=numpy.int64)
    numpy.maximum.at(methods, group[of_memory], rank[rows.method.positions[row[of_memory]]])
    return Labels(names, methods)
