"""Packed rows and roll-ups as Arrow tables with the columns of ClickHouse's tables.

Arrays are made of buffers: `pyarrow.array` first asks whether it was given something of pandas, and imports
pandas where it is installed: a second and 60 MiB for nothing.
"""

from collections.abc import Sequence

import numpy
import numpy.typing as npt
import pyarrow

from normalizer.domain.performance.packed import Flags, Floats, Labels, PackedRows, Positions
from normalizer.domain.performance.roll_ups import RollUp

LABELS = ("metric", "machine_id", "instance", "method", "source_id")
Columns = dict[str, pyarrow.Array]


def samples_table(rows: PackedRows) -> pyarrow.Table:
    """Return the columns of `performance_samples`; ClickHouse reads unsigned seconds as DateTime."""
    is_scaled = rows.scales.denominator > 0
    columns = {name: _names(getattr(rows, name)) for name in LABELS} | {
        "interval_seconds": _numbers(rows.interval_seconds, numpy.uint16),
        "generated": _flags(rows.generated),
        "first_sampled_at": _numbers(rows.first_sampled_at, numpy.uint32),
        "last_sampled_at": _numbers(rows.last_sampled_at, numpy.uint32),
        "window_hash": _numbers(rows.window_hash, numpy.uint64),
        "sampled_at": _lists(rows.offsets, _numbers(rows.sampled_at, numpy.uint32)),
        "numerator": _numbers(rows.scales.numerator, numpy.uint16),
        "denominator": _numbers(rows.scales.denominator, numpy.uint32),
        "units": _lists_of(is_scaled, rows.offsets, rows.units),
        "exact_values": _lists_of(~is_scaled, rows.offsets, rows.values),
    }
    return _table(columns)


def roll_up_table(name: str, roll_up: RollUp) -> pyarrow.Table:
    """Return the columns of the roll-up table of this name."""
    columns: Columns = {
        "machine_id": _names(roll_up.machine_id),
        "slot_at": _numbers(roll_up.slot_at, numpy.uint32),
        "interval_seconds": _numbers(roll_up.interval_seconds, numpy.uint16),
        "generated": _numbers(roll_up.generated, numpy.uint8),
    }
    if name == "machine_10m":
        columns["memory_method"] = _names(roll_up.memory_method)
    else:
        columns["instance"] = _names(roll_up.instance)
    for metric, peaks in roll_up.peaks.items():
        columns[f"{metric}_max"] = _nullable(peaks)
        columns[f"{metric}_min"] = _nullable(roll_up.lows[metric])
        columns[f"{metric}_samples"] = _numbers(roll_up.samples[metric], numpy.uint64)
    return _table(columns)


def joined(parts: Sequence[pyarrow.Table]) -> pyarrow.Table:
    """Return one table; Arrow's file format has room for one set of names per column only."""
    return pyarrow.concat_tables(parts).unify_dictionaries()


def _table(columns: Columns) -> pyarrow.Table:
    return pyarrow.Table.from_arrays(list(columns.values()), names=list(columns))


def _numbers(numbers: npt.NDArray[numpy.generic], kind: type[numpy.generic]) -> pyarrow.Array:
    content = numpy.ascontiguousarray(numbers, dtype=kind)
    buffers = [None, pyarrow.py_buffer(content)]
    return pyarrow.Array.from_buffers(pyarrow.from_numpy_dtype(kind), len(content), buffers)


def _lists_of(wanted: Flags, offsets: Positions, numbers: npt.NDArray[numpy.generic]) -> pyarrow.Array:
    """Return the lists of the wanted rows, empty ones for the others."""
    lengths = numpy.diff(offsets)
    content = numbers if wanted.all() else numbers[numpy.repeat(wanted, lengths)]
    ends = numpy.cumsum(numpy.where(wanted, lengths, 0))
    return _lists(numpy.concatenate(([0], ends)), _numbers(content, content.dtype.type))


def _lists(offsets: Positions, content: pyarrow.Array) -> pyarrow.Array:
    return pyarrow.ListArray.from_arrays(_numbers(offsets, numpy.int32), content)


def _nullable(numbers: Floats) -> pyarrow.Array:
    """Return the numbers with NaN as null."""
    buffers = [_bits(~numpy.isnan(numbers)), pyarrow.py_buffer(numbers)]
    return pyarrow.Array.from_buffers(pyarrow.float64(), len(numbers), buffers)


def _flags(flags: npt.NDArray[numpy.bool_]) -> pyarrow.Array:
    return pyarrow.Array.from_buffers(pyarrow.bool_(), len(flags), [None, _bits(flags)])


def _bits(flags: npt.NDArray[numpy.bool_]) -> pyarrow.Buffer:
    return pyarrow.py_buffer(numpy.packbits(flags, bitorder="little"))


def _names(labels: Labels) -> pyarrow.Array:
    names = [name.encode() for name in labels.names]
    ends = numpy.cumsum([0, *map(len, names)])
    buffers = [None, pyarrow.py_buffer(ends.astype(numpy.int32)), pyarrow.py_buffer(b"".join(names))]
    texts = pyarrow.Array.from_buffers(pyarrow.string(), len(names), buffers)
    return pyarrow.DictionaryArray.from_arrays(_numbers(labels.positions, numpy.int32), texts)
