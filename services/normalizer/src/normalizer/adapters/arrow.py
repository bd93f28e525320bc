"""Packed rows and roll-ups as Arrow tables with the columns of ClickHouse's tables.

Arrays are made of buffers: `pyarrow.array` first asks whether it was given something of pandas, and imports
pandas where it is installed: a second and 60 MiB for nothing.
"""

from collections.abc import Sequence

import numpy
import numpy.typing as npt
import pyarrow

from normalizer.domain.performance.packed import Floats, Labels, PackedRows, Positions
from normalizer.domain.performance.roll_ups import RollUp
from normalizer.domain.performance.table_order import Runs, in_order, table_order

LABELS = ("metric", "machine_id", "instance", "method", "source_id")
Columns = dict[str, pyarrow.Array]


def samples_table(parts: Sequence[PackedRows]) -> pyarrow.Table:
    """Return the columns of `performance_samples`, in its order; unsigned seconds are read as DateTime."""
    order = table_order(parts)

    def numbers(name: str, kind: type[numpy.generic]) -> pyarrow.Array:
        return _numbers(numpy.concatenate([getattr(rows, name) for rows in parts])[order], kind)

    columns = {name: _names(_ordered(parts, name, order)) for name in LABELS} | {
        "interval_seconds": numbers("interval_seconds", numpy.uint16),
        "generated": _flags(numpy.concatenate([rows.generated for rows in parts])[order]),
        "first_sampled_at": numbers("first_sampled_at", numpy.uint32),
        "last_sampled_at": numbers("last_sampled_at", numpy.uint32),
        "window_hash": numbers("window_hash", numpy.uint64),
        "sampled_at": _lists([Runs.of(rows, rows.sampled_at) for rows in parts], order, numpy.uint32),
        "numerator": numbers("numerator", numpy.uint16),
        "denominator": numbers("denominator", numpy.uint32),
        "units": _lists([Runs.of(rows, rows.units, rows.is_scaled) for rows in parts], order, numpy.int64),
        "exact_values": _lists(
            [Runs.of(rows, rows.values, ~rows.is_scaled) for rows in parts], order, numpy.float64
        ),
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


def _lists(parts: Sequence[Runs], order: Positions, kind: type[numpy.generic]) -> pyarrow.Array:
    offsets, content = in_order(parts, order, kind)
    return pyarrow.ListArray.from_arrays(_numbers(offsets, numpy.int32), _numbers(content, kind))


def _ordered(parts: Sequence[PackedRows], name: str, order: Positions) -> Labels:
    return Labels.joined([getattr(rows, name) for rows in parts]).only(order)


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
