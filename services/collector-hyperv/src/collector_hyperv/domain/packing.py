"""Polls become batches: columnar per machine, at most 50 machines and 512 KiB each. Knows no vendor."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from surveyor_schemas.base import MachineId
from surveyor_schemas.performance.performance_sampled_v1 import (
    MAX_BATCH_BYTES,
    MAX_MACHINES,
    CounterSeries,
    MachineSamples,
)

SeriesKey = tuple[str, str]
"""Counter and instance."""
Values = Mapping[SeriesKey, float]
MACHINE_BYTES_LIMIT = MAX_BATCH_BYTES - 4_096
"""What is left of a batch for its machines beside the event's own fields."""


class MachineColumns:
    """The samples of one machine, collected poll by poll."""

    def __init__(self) -> None:
        self._polls: dict[int, Values] = {}

    def add(self, sampled_at: int, values: Values) -> None:
        """Add one poll; where a clock was set back, the later reading of one second counts."""
        self._polls[sampled_at] = values

    def samples(self, machine_id: MachineId, interval_seconds: int) -> MachineSamples:
        """Return one row of values per series, None where a poll had none."""
        times = sorted(self._polls)
        keys = sorted({key for values in self._polls.values() for key in values})
        series = [
            CounterSeries(
                counter=counter,
                instance=instance,
                values=[self._polls[time].get((counter, instance)) for time in times],
            )
            for counter, instance in keys
        ]
        return MachineSamples(
            machine_id=machine_id, interval_seconds=interval_seconds, timestamps=times, series=series
        )


def pack(
    polls: Iterable[tuple[int, MachineId, Values]], interval_seconds: int
) -> Iterator[list[MachineSamples]]:
    """Yield the machines of one batch after the other.

    Args:
        polls: Epoch seconds by the source's clock, a machine, and its values then.
        interval_seconds: How far polls are apart.
    """
    columns: dict[MachineId, MachineColumns] = defaultdict(MachineColumns)
    for sampled_at, machine_id, values in polls:
        columns[machine_id].add(sampled_at, values)
    pieces = (
        piece
        for machine_id, column in columns.items()
        for piece in _pieces(column.samples(machine_id, interval_seconds))
    )
    yield from _batches(pieces)


def _batches(pieces: Iterable[MachineSamples]) -> Iterator[list[MachineSamples]]:
    batch: list[MachineSamples] = []
    size_bytes = 0
    for piece in pieces:
        piece_bytes = encoded_bytes(piece)
        is_full = len(batch) == MAX_MACHINES or size_bytes + piece_bytes > MACHINE_BYTES_LIMIT
        # Pieces of one machine follow each other; no batch names a machine twice.
        if batch and (is_full or batch[-1].machine_id == piece.machine_id):
            yield batch
            batch, size_bytes = [], 0
        batch.append(piece)
        size_bytes += piece_bytes
    if batch:
        yield batch


def encoded_bytes(samples: MachineSamples) -> int:
    """Return what a machine takes in a message, with the comma behind it."""
    return len(samples.model_dump_json().encode()) + 1


def _pieces(samples: MachineSamples) -> Iterator[MachineSamples]:
    """Cut a machine in time, then by series, until each piece fits a batch of its own."""
    if encoded_bytes(samples) <= MACHINE_BYTES_LIMIT:
        yield samples
    elif len(samples.timestamps) > 1:
        half = len(samples.timestamps) // 2
        yield from _pieces(_window(samples, slice(0, half)))
        yield from _pieces(_window(samples, slice(half, None)))
    else:
        half = len(samples.series) // 2
        yield from _pieces(samples.model_copy(update={"series": samples.series[:half]}))
        yield from _pieces(samples.model_copy(update={"series": samples.series[half:]}))


def _window(samples: MachineSamples, window: slice) -> MachineSamples:
    series: Sequence[CounterSeries] = [
        one.model_copy(update={"values": one.values[window]}) for one in samples.series
    ]
    return samples.model_copy(update={"timestamps": samples.timestamps[window], "series": list(series)})
