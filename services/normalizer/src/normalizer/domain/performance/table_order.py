"""Rows in the order of `performance_samples`: what comes in it, the store need not sort again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing as npt

from normalizer.domain.performance.packed import Flags, Labels, PackedRows, Positions, places_of_runs

HALF = 19
"""Where the second half of a UUID's text begins, by which ClickHouse sorts first."""
Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Runs:
    """A run of numbers for each row, one behind the other."""

    lengths: Positions
    content: Numbers

    @classmethod
    def of(cls, rows: PackedRows, numbers: Numbers, wanted: Flags | None = None) -> "Runs":
        """Take each row's run of `numbers`; an empty one where it is not wanted."""
        lengths = numpy.diff(rows.offsets)
        if wanted is None or wanted.all():
            return cls(lengths, numbers)
        return cls(numpy.where(wanted, lengths, 0), numbers[numpy.repeat(wanted, lengths)])


def table_order(parts: Sequence[PackedRows]) -> Positions:
    """Return in which order the rows of all parts stand by metric, machine, instance and first time.

    Rows that agree in all of these stand in any order.
    """
    first = numpy.concatenate([rows.first_sampled_at for rows in parts]).astype(numpy.int64)
    earliest = first.min()
    keys = _ranks(Labels.joined([rows.metric for rows in parts]), str)
    for ranks in (
        _ranks(Labels.joined([rows.machine_id for rows in parts]), _by_second_half),
        _ranks(Labels.joined([rows.instance for rows in parts]), str.encode),
        first - earliest,
    ):
        keys = keys * (ranks.max() + 1) + ranks
    order: Positions = numpy.argsort(keys)
    return order


def in_order(parts: Sequence[Runs], order: Positions, kind: type[numpy.generic]) -> tuple[Positions, Numbers]:
    """Return the offsets and the content of all runs in this order.

    Each part is written to its places while it is in the processor's cache.
    """
    lengths = numpy.concatenate([part.lengths for part in parts])
    offsets = numpy.concatenate(([0], numpy.cumsum(lengths[order])))
    starts = numpy.empty_like(lengths)
    starts[order] = offsets[:-1]
    content = numpy.empty(offsets[-1], dtype=kind)
    begin = 0
    for part in parts:
        end = begin + len(part.lengths)
        content[places_of_runs(starts[begin:end], part.lengths)] = part.content
        begin = end
    return offsets, content


def _ranks(labels: Labels, key: Callable[[str], str | bytes]) -> Positions:
    """Return each row's rank among its column's names."""
    by_rank = sorted(range(len(labels.names)), key=lambda position: key(labels.names[position]))
    ranks = numpy.empty(len(by_rank), dtype=numpy.int64)
    ranks[by_rank] = numpy.arange(len(by_rank))
    return ranks[labels.positions]


def _by_second_half(machine_id: str) -> str:
    return machine_id[HALF:] + machine_id[:HALF]
