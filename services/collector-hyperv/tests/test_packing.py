from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from collector_hyperv.domain.packing import MACHINE_BYTES_LIMIT, Values, encoded_bytes, pack
from surveyor_schemas.performance.performance_sampled_v1 import MAX_BATCH_BYTES, MAX_MACHINES

Columns = tuple[int, UUID, Values]

machine_ids = st.integers(1, 120).map(lambda number: UUID(int=number))
values = st.dictionaries(
    st.tuples(st.sampled_from(["cpu", "disk"]), st.sampled_from(["", "0", "1"])),
    st.floats(0, 1e9),
    max_size=6,
)
polls = st.lists(st.tuples(st.integers(1, 50), machine_ids, values), max_size=200)


def unpacked(columns: list[Columns]) -> dict[tuple[UUID, str, str, int], float]:
    """Every value by its place, read back from the batches."""
    found = {}
    for batch in pack(columns, 30):
        assert 1 <= len(batch) <= MAX_MACHINES
        assert len({machine.machine_id for machine in batch}) == len(batch)
        assert sum(encoded_bytes(machine) for machine in batch) <= MACHINE_BYTES_LIMIT
        for machine in batch:
            for series in machine.series:
                for time, value in zip(machine.timestamps, series.values, strict=True):
                    if value is not None:
                        found[machine.machine_id, series.counter, series.instance, time] = value
    return found


@given(polls)
def test_every_value_comes_out_once_and_no_other(columns: list[Columns]) -> None:
    latest = {(time, machine_id): values for time, machine_id, values in columns}
    assert unpacked(columns) == {
        (machine_id, counter, instance, time): value
        for (time, machine_id), values in latest.items()
        for (counter, instance), value in values.items()
    }


def test_a_machine_too_big_for_a_batch_is_cut_in_time() -> None:
    machine_id = UUID(int=1)
    columns: list[Columns] = [
        (time, machine_id, {("disk", f"{'x' * 300}-{number}"): float(time) for number in range(900)})
        for time in range(1, 101)
    ]
    assert len(unpacked(columns)) == 900 * 100
    assert len(list(pack(columns, 30))) > 1


def test_one_time_too_big_for_a_batch_is_cut_by_series() -> None:
    series = {("disk", f"{'x' * 900}-{number}"): 1.0 for number in range(MAX_BATCH_BYTES // 900 + 10)}
    assert len(unpacked([(1, UUID(int=1), series)])) == len(series)


def test_times_that_a_clock_repeats_keep_the_later_reading() -> None:
    machine_id, key = UUID(int=1), ("cpu", "0")
    (batch,) = pack(
        [(10, machine_id, {key: 1.0}), (5, machine_id, {key: 2.0}), (10, machine_id, {key: 3.0})], 30
    )
    assert (batch[0].timestamps, batch[0].series[0].values) == ([5, 10], [2.0, 3.0])
