"""Samples are put in order, joined, taken once, and packed."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from collector_vmware.domain.batches import pack
from collector_vmware.domain.encoded_batch import encoded_batch
from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.samples import Samples, SeriesKey, merged, ordered
from collector_vmware.domain.taken_samples import TakenSamples
from surveyor_schemas.codec import decode, encode
from surveyor_schemas.performance.performance_sampled_v1 import (
    MAX_BATCH_BYTES,
    MAX_MACHINES,
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)

from .builders import A_MACHINE, ANOTHER, CPU, NOW, READ, some_samples

START = 1_700_000_000
WRITE = ("virtualDisk.write.average", "scsi0:0")

values = st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=1, max_size=40)


def test_newest_first_is_turned_round() -> None:
    assert ordered([60, 40, 20], {CPU: [3, 2, 1]}) == Samples.of_series([20, 40, 60], {CPU: [1, 2, 3]})


def test_fewer_values_than_times_are_no_data_and_not_zero() -> None:
    assert ordered([20, 40, 60], {CPU: [1, 2]}).series[CPU] == [1, 2, None]


def test_more_values_than_times_are_cut() -> None:
    assert ordered([20], {CPU: [1, 2]}).series[CPU] == [1]


def test_chunks_of_one_machine_are_joined_in_time() -> None:
    late = Samples.of_series([20, 40], {CPU: [None, 2], READ: [7, None]})
    assert merged([some_samples(20, [1, None, 3]), late]) == Samples.of_series(
        [20, 40, 60], {CPU: [1, 2, 3], READ: [7, None, None]}
    )


def test_a_sample_is_taken_once() -> None:
    taken = TakenSamples(20)
    first = some_samples(START, [1, 2])
    assert taken.take_new(A_MACHINE, first) == first
    assert taken.take_new(A_MACHINE, first) is None
    assert taken.take_new(A_MACHINE, some_samples(START + 20, [2, 3])) == some_samples(START + 40, [3])


def test_a_late_value_is_taken_when_it_comes() -> None:
    taken = TakenSamples(20)
    taken.take_new(A_MACHINE, some_samples(START, [1, None, 3]))
    assert taken.take_new(A_MACHINE, some_samples(START, [1, 2, 3])) == some_samples(START + 20, [2])


def test_machines_and_series_are_taken_separately() -> None:
    taken = TakenSamples(20)
    taken.take_new(A_MACHINE, some_samples(START, [1]))
    assert taken.take_new(ANOTHER, some_samples(START, [1])) is not None
    assert taken.take_new(A_MACHINE, some_samples(START, [1], READ)) is not None


def test_an_hour_is_remembered_while_time_goes_on() -> None:
    taken = TakenSamples(20)
    hour = some_samples(START, [1] * 180)
    taken.take_new(A_MACHINE, hour)
    taken.take_new(A_MACHINE, some_samples(START + 3600, [1]))
    assert taken.take_new(A_MACHINE, hour) is None
    assert taken.covers(A_MACHINE, START, START + 3600)
    assert not taken.covers(A_MACHINE, START, START + 3640)


def series_of(length: int) -> st.SearchStrategy[dict[SeriesKey, list[int | None]]]:
    """Some of three series in any order, with values missing here and there."""
    some: st.SearchStrategy[list[int | None]] = st.lists(
        st.sampled_from([1, 2, 3, None]), min_size=length, max_size=length
    )
    full: st.SearchStrategy[list[int | None]] = st.lists(st.integers(0, 9), min_size=length, max_size=length)
    return st.dictionaries(st.sampled_from([CPU, READ, WRITE]), st.one_of(some, full), min_size=1)


answers = st.tuples(st.integers(0, 100), st.integers(1, 8).flatmap(series_of))


@given(st.lists(answers, min_size=1, max_size=12))
def test_whatever_overlaps_each_value_is_taken_exactly_once(
    windows: list[tuple[int, dict[SeriesKey, list[int | None]]]],
) -> None:
    taken = TakenSamples(20)
    seen: set[tuple[SeriesKey, int]] = set()
    offered: set[tuple[SeriesKey, int]] = set()
    for offset, series in windows:
        length = len(next(iter(series.values())))
        samples = Samples.of_series([START + 20 * (offset + n) for n in range(length)], series)
        new = taken.take_new(A_MACHINE, samples)
        brought = values_in(new) if new else set()
        assert not brought & seen
        assert brought <= values_in(samples)
        seen |= brought
        offered |= values_in(samples)
    assert seen == offered


def values_in(samples: Samples) -> set[tuple[SeriesKey, int]]:
    return {
        (key, at)
        for key, found in samples.series.items()
        for at, value in zip(samples.timestamps, found, strict=True)
        if value is not None
    }


def test_a_series_that_comes_and_goes_changes_nothing_for_the_others() -> None:
    taken = TakenSamples(20)
    both = {CPU: [1, 2], READ: [3, 4]}
    taken.take_new(A_MACHINE, Samples.of_series([START, START + 20], both))
    later = Samples.of_series([START + 20, START + 40], {CPU: [2, 5]})
    assert taken.take_new(A_MACHINE, later) == some_samples(START + 40, [5])
    again = Samples.of_series([START + 20, START + 40], {READ: [4, 6], CPU: [2, 5]})
    assert taken.take_new(A_MACHINE, again) == some_samples(START + 40, [6], READ)


def test_a_batch_names_at_most_fifty_machines() -> None:
    machines = {UUID(int=n): [some_samples(START, [1])] for n in range(120)}
    batches = list(pack(machines, 20))
    assert [len(batch.packed_machines()) for batch in batches] == [MAX_MACHINES, MAX_MACHINES, 20]


def test_batches_stay_within_their_bytes_and_lose_nothing() -> None:
    series = {("virtualDisk.read.average", f"scsi0:{n}"): [12_345_678] * 180 for n in range(60)}
    large = Samples.of_series([START + 20 * n for n in range(180)], series)
    machines = {UUID(int=n): [large] for n in range(3)}
    batches = list(pack(machines, 20))
    for batch in batches:
        assert len(bytes(batch.machines)) <= MAX_BATCH_BYTES - 1024
    machines_packed = [machine for batch in batches for machine in batch.packed_machines()]
    assert sum(len(series.values) for machine in machines_packed for series in machine.series) == 3 * 60 * 180


@given(values, st.lists(st.text(max_size=20), min_size=1, max_size=3, unique=True))
def test_a_message_is_what_the_contract_reads_as_the_samples(
    found: list[int | None], instances: list[str]
) -> None:
    series = {("virtualDisk.read.average", instance): found for instance in instances}
    samples = Samples.of_series([START + 20 * n for n in range(len(found))], series)
    (batch,) = pack({A_MACHINE: [samples]}, 20)
    envelope: dict[str, Any] = {
        "source_id": "dc1",
        "collector_id": "c",
        "run_id": ANOTHER,
        "batch_no": 7,
        "collected_at": NOW,
    }
    message = encoded_batch(batch, **envelope)
    event = decode(message.topic, message.headers, message.value)
    expected = PerformanceSampled(
        **envelope,
        source_kind="vmware",
        generated=False,
        machines=[
            MachineSamples(
                machine_id=A_MACHINE,
                interval_seconds=20,
                timestamps=list(samples.timestamps),
                series=[
                    CounterSeries(counter=counter, instance=instance, values=list(values))
                    for (counter, instance), values in samples.series.items()
                ],
            )
        ],
    )
    assert event == expected
    assert (message.key, message.headers) == (encode(expected).key, encode(expected).headers)
    assert [machine.samples() for machine in batch.packed_machines()] == [samples]
    assert (batch.oldest_at, batch.newest_at) == (samples.timestamps[0], samples.timestamps[-1])
    assert batch.value_count == samples.value_count()


def test_a_full_buffer_says_so_until_it_is_drained() -> None:
    def state() -> tuple[bool, bool]:
        return buffer.is_half_full, buffer.is_full

    buffer = SampleBuffer(limit_bytes=400)
    buffer.add(A_MACHINE, some_samples(START, [1] * 5))
    assert state() == (True, False)
    buffer.add(A_MACHINE, some_samples(START + 100, [1] * 5))
    assert state() == (True, True)
    assert [merged(chunks) for chunks in buffer.drain().values()] == [some_samples(START, [1] * 10)]
    assert state() == (False, False)
