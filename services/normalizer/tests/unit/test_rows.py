from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import Series
from surveyor_schemas.counters import Metric

MACHINE = UUID(int=7)
Values = list[float | None]


def packed(*series: Series, times: list[int]) -> PackedRows:
    machine = MachineSamples(MACHINE, 20, times, [])
    batch = SampledBatch(
        "vc1", "vmware", "c1", UUID(int=1), 1, datetime(2026, 1, 1, tzinfo=UTC), False, [machine]
    )
    rows = RowBuilder()
    rows.add(batch, [list(series)])
    return rows.build()


def row(rows: PackedRows, number: int) -> list[tuple[int, float]]:
    start, end = rows.offsets[number], rows.offsets[number + 1]
    return list(zip(rows.sampled_at[start:end].tolist(), rows.values[start:end].tolist(), strict=True))


def test_moments_without_data_are_dropped_from_their_series_only() -> None:
    rows = packed(
        Series.of(Metric.CPU_PERCENT, "", [100, None, 300], 1, 100),
        Series.of(Metric.READ_IOPS, "scsi0:0", [None, 2, None]),
        times=[0, 20, 40],
    )
    assert [row(rows, 0), row(rows, 1)] == [[(0, 1.0), (40, 3.0)], [(20, 2.0)]]
    assert rows.first_sampled_at.tolist() == [0, 20]
    assert rows.last_sampled_at.tolist() == [40, 20]


def test_a_series_without_any_data_gives_no_row() -> None:
    rows = packed(
        Series.of(Metric.CPU_PERCENT, "", [None]), Series.of(Metric.MEMORY_PERCENT, "", [5.0]), times=[0]
    )
    assert (len(rows), rows.metric.to_list()) == (1, [Metric.MEMORY_PERCENT])


def test_nothing_gives_no_rows() -> None:
    assert len(RowBuilder().build()) == 0


def test_the_same_window_has_the_same_hash_whatever_stands_beside_it() -> None:
    series = Series.of(Metric.CPU_PERCENT, "", [1.0, 2.0])
    alone = packed(series, times=[0, 20])
    beside = packed(Series.of(Metric.READ_IOPS, "x", [9.0, None]), series, times=[0, 20])
    assert alone.window_hash[0] == beside.window_hash[1]


def test_other_values_or_other_times_have_another_hash() -> None:
    one = packed(Series.of(Metric.CPU_PERCENT, "", [1.0, 2.0]), times=[0, 20]).window_hash[0]
    swapped = packed(Series.of(Metric.CPU_PERCENT, "", [2.0, 1.0]), times=[0, 20]).window_hash[0]
    later = packed(Series.of(Metric.CPU_PERCENT, "", [1.0, 2.0]), times=[20, 40]).window_hash[0]
    gap = packed(Series.of(Metric.CPU_PERCENT, "", [1.0, None]), times=[0, 20]).window_hash[0]
    assert len({int(each) for each in (one, swapped, later, gap)}) == 4


columns = st.integers(1, 8).flatmap(
    lambda count: st.lists(
        st.lists(st.none() | st.floats(0, 1e9), min_size=count, max_size=count), min_size=1, max_size=6
    )
)


@given(columns)
def test_every_value_is_found_again_at_its_time(found: list[Values]) -> None:
    times = list(range(0, 20 * len(found[0]), 20))
    rows = packed(
        *(Series.of(Metric.READ_IOPS, str(n), values, 2, 4) for n, values in enumerate(found)), times=times
    )
    read = {rows.instance.to_list()[number]: row(rows, number) for number in range(len(rows))}
    expected = {
        str(number): [(t, v * 2 / 4) for t, v in zip(times, values, strict=True) if v is not None]
        for number, values in enumerate(found)
    }
    assert read == {instance: samples for instance, samples in expected.items() if samples}
