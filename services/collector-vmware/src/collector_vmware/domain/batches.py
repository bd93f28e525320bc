"""Samples packed for `performance-raw`: few machines and few bytes a batch, any number of times."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from collector_vmware.domain.samples import Samples, merged
from surveyor_schemas.performance.performance_sampled_v1 import MAX_BATCH_BYTES, MAX_MACHINES

_ENVELOPE_BYTES = 1024
BUDGET_BYTES = MAX_BATCH_BYTES - _ENVELOPE_BYTES


class PackedSeries(msgspec.Struct, frozen=True, gc=False):
    """The values of one counter instance, None for no data; a part of the event `PerformanceSampled`."""

    counter: str
    instance: str
    values: Sequence[float | None]


class PackedMachine(msgspec.Struct, frozen=True, gc=False):
    """All series of one machine over one list of times, epoch seconds by the source's clock; likewise."""

    machine_id: UUID
    interval_seconds: int
    timestamps: Sequence[int]
    series: Sequence[PackedSeries]

    def samples(self) -> Samples:
        """Return them as they were before they were packed."""
        return Samples.of_series(
            self.timestamps, {(each.counter, each.instance): each.values for each in self.series}
        )


_machines_decoder = msgspec.json.Decoder(list[PackedMachine])
_machine_encoder = msgspec.json.Encoder()


class SampleBatch(msgspec.Struct, frozen=True):
    """What becomes one event; this is also how it waits on disk."""

    oldest_at: int
    newest_at: int
    """Times of the samples, epoch seconds by the source's clock."""
    value_count: int
    """How many values there are, None left out."""
    machines: msgspec.Raw
    """The machines as the event's JSON has them: written once, and not read again on the way."""

    def packed_machines(self) -> list[PackedMachine]:
        """Return the machines themselves."""
        return _machines_decoder.decode(self.machines)


def pack(machines: Mapping[UUID, Sequence[Samples]], interval_seconds: int) -> Iterator[SampleBatch]:
    """Yield batches of at most 50 machines and 512 KiB of JSON, machines in the order of their ids.

    All samples of a machine are joined. A machine that alone is too large is split by time.
    """
    parts: list[_Part] = []
    used_bytes = 0
    for machine_id in sorted(machines):
        for part in _parts(machine_id, interval_seconds, merged(machines[machine_id])):
            same_again = bool(parts) and parts[-1].machine_id == machine_id
            too_large = used_bytes + len(part.json) + 1 > BUDGET_BYTES
            if parts and (len(parts) == MAX_MACHINES or too_large or same_again):
                yield _batch(parts)
                parts, used_bytes = [], 0
            parts.append(part)
            used_bytes += len(part.json) + 1
    if parts:
        yield _batch(parts)


class _Part(msgspec.Struct, frozen=True):
    """Samples of one machine that go into one batch."""

    machine_id: UUID
    samples: Samples
    json: bytes


def _parts(machine_id: UUID, interval_seconds: int, samples: Samples) -> Iterator[_Part]:
    json = _machine_encoder.encode(_packed(machine_id, interval_seconds, samples))
    if len(json) <= BUDGET_BYTES - len("[]") or len(samples.timestamps) < 2:
        yield _Part(machine_id, samples, json)
        return
    places = range(len(samples.timestamps))
    for half in (places[: len(places) // 2], places[len(places) // 2 :]):
        yield from _parts(machine_id, interval_seconds, samples.some(half))


def _packed(machine_id: UUID, interval_seconds: int, samples: Samples) -> PackedMachine:
    columns = zip(samples.keys, zip(*samples.rows, strict=True), strict=True)
    series = [PackedSeries(counter, instance, values) for (counter, instance), values in columns]
    return PackedMachine(machine_id, interval_seconds, samples.timestamps, series)


def _batch(parts: Sequence[_Part]) -> SampleBatch:
    return SampleBatch(
        oldest_at=min(part.samples.timestamps[0] for part in parts),
        newest_at=max(part.samples.timestamps[-1] for part in parts),
        value_count=sum(part.samples.value_count() for part in parts),
        machines=msgspec.Raw(b"[" + b",".join([part.json for part in parts]) + b"]"),
    )
