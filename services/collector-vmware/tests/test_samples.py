"""Samples are put in order, joined, taken once, and packed."""

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from collector_vmware.domain.batches import json_bytes, pack
from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.samples import Samples, merged, ordered
from collector_vmware.domain.taken_samples import TakenSamples
from surveyor_schemas.performance.performance_sampled_v1 import MAX_BATCH_BYTES, MAX_MACHINES

from .builders import A_MACHINE, ANOTHER, CPU, READ, some_samples

START = 1_700_000_000

values = st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=1, max_size=40)


def test_newest_first_is_turned_round() -> None:
    assert ordered([60, 40, 20], {CPU: [3, 2, 1]}) == Samples([20, 40, 60], {CPU: [1, 2, 3]})


def test_fewer_values_than_times_are_no_data_and_not_zero() -> None:
    assert ordered([20, 40, 60], {CPU: [1, 2]}).series[CPU] == [1, 2, None]


def test_more_values_than_times_are_cut() -> None:
    assert ordered([20], {CPU: [1, 2]}).series[CPU] == [1]


def test_chunks_of_one_machine_are_joined_in_time() -> None:
    late = Samples([20, 40], {CPU: [None, 2], READ: [7, None]})
    assert merged([some_samples(20, [1, None, 3]), late]) == Samples(
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


@given(st.lists(st.tuples(st.integers(0, 100), values), min_size=1, max_size=6))
def test_whatever_overlaps_each_value_is_taken_exactly_once(
    windows: list[tuple[int, list[int | None]]],
) -> None:
    taken = TakenSamples(20)
    seen: set[int] = set()
    offered: set[int] = set()
    for offset, found in windows:
        samples = some_samples(START + 20 * offset, list(found))
        offered |= {at for at, value in zip(samples.timestamps, found, strict=True) if value is not None}
        new = taken.take_new(A_MACHINE, samples)
        for at, value in zip(new.timestamps, new.series[CPU], strict=True) if new else ():
            if value is not None:
                assert at not in seen
                seen.add(at)
    assert seen == offered


def test_a_batch_names_at_most_fifty_machines() -> None:
    machines = {UUID(int=n): [some_samples(START, [1])] for n in range(120)}
    batches = list(pack(machines, 20))
    assert [len(batch.machines) for batch in batches] == [MAX_MACHINES, MAX_MACHINES, 20]


def test_batches_stay_within_their_bytes_and_lose_nothing() -> None:
    series = {("virtualDisk.read.average", f"scsi0:{n}"): [12_345_678] * 180 for n in range(60)}
    large = Samples([START + 20 * n for n in range(180)], series)
    machines = {UUID(int=n): [large] for n in range(3)}
    batches = list(pack(machines, 20))
    for batch in batches:
        size = len(
            json.dumps(
                [machine.model_dump(mode="json") for machine in batch.event_machines()], separators=(",", ":")
            )
        )
        assert size <= MAX_BATCH_BYTES - 1024
    count = sum(len(s.values) for batch in batches for machine in batch.machines for s in machine.series)
    assert count == 3 * 60 * 180


@given(values)
def test_the_estimated_size_is_never_too_small(found: list[int | None]) -> None:
    samples = some_samples(START, list(found))
    (batch,) = pack({A_MACHINE: [samples]}, 20)
    (machine,) = batch.event_machines()
    assert len(machine.model_dump_json()) <= json_bytes(samples)


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
