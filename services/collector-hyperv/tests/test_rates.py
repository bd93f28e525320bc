from hypothesis import assume, given
from hypothesis import strategies as st

from collector_hyperv.domain.counters import DYNAMIC_MEMORY, PARTITION, PROCESSOR, STORAGE, CounterRow
from collector_hyperv.domain.rates import MAX_OPERATIONS_PER_SECOND, readings
from surveyor_schemas.counters import HypervCounter

from .builders import TICKS_PER_SECOND, a_row

CPU = {HypervCounter.VCPU_GUEST_RUN_TIME: "PercentGuestRunTime"}
DISK = {
    HypervCounter.DISK_READ_BYTES: "ReadBytesPersec",
    HypervCounter.DISK_READ_OPERATIONS: "ReadOperationsPerSec",
}
PRESSURE = {HypervCounter.MEMORY_PRESSURE: "CurrentPressure"}
ASSIGNED = {HypervCounter.MEMORY_ASSIGNED: "PhysicalPagesAllocated"}

seconds = st.floats(0.5, 3600)
counts = st.integers(0, 2**63)
uint32 = st.integers(0, 2**32 - 1)


def disk_row(at_seconds: float, read_bytes: int = 0, operations: int = 0) -> CounterRow:
    return a_row(at_seconds, ReadBytesPersec=read_bytes, ReadOperationsPerSec=operations % 2**32)


def test_bytes_are_divided_by_the_hosts_own_seconds() -> None:
    found = readings(STORAGE, DISK, disk_row(100, 1_000), disk_row(130, 4_000))
    assert found == {HypervCounter.DISK_READ_BYTES: 100.0, HypervCounter.DISK_READ_OPERATIONS: 0.0}


def test_bytes_are_whole_and_operations_are_not() -> None:
    found = readings(STORAGE, DISK, disk_row(0), disk_row(30, 100, 100))
    assert found == {HypervCounter.DISK_READ_BYTES: 3.0, HypervCounter.DISK_READ_OPERATIONS: 3.3333}


def test_run_time_is_a_percentage_of_its_base() -> None:
    def row(at_seconds: float, run_time: int, base: int) -> CounterRow:
        return a_row(at_seconds, PercentGuestRunTime=run_time, PercentGuestRunTime_Base=base)

    found = readings(PROCESSOR, CPU, row(0, 0, 0), row(30, 3_000, 12_000))
    assert found == {HypervCounter.VCPU_GUEST_RUN_TIME: 25.0}


def test_run_time_without_a_base_is_a_percentage_of_the_time() -> None:
    before, after = a_row(0, PercentGuestRunTime=0), a_row(30, PercentGuestRunTime=15 * TICKS_PER_SECOND)
    assert readings(PROCESSOR, CPU, before, after) == {HypervCounter.VCPU_GUEST_RUN_TIME: 50.0}


def test_a_first_reading_gives_gauges_and_no_rates() -> None:
    assert readings(STORAGE, DISK, None, disk_row(0)) == {}
    assert readings(DYNAMIC_MEMORY, PRESSURE, None, a_row(0, CurrentPressure=80)) == {
        HypervCounter.MEMORY_PRESSURE: 80.0
    }


def test_a_pressure_of_zero_was_not_measured() -> None:
    assert readings(DYNAMIC_MEMORY, PRESSURE, None, a_row(0, CurrentPressure=0)) == {}


def test_pages_become_mib() -> None:
    assert readings(PARTITION, ASSIGNED, None, a_row(0, PhysicalPagesAllocated=524_288)) == {
        HypervCounter.MEMORY_ASSIGNED: 2048.0
    }


def test_a_counter_that_the_host_lacks_is_absent() -> None:
    only_bytes = {HypervCounter.DISK_READ_BYTES: "ReadBytesPersec"}
    assert set(readings(STORAGE, only_bytes, disk_row(0), disk_row(30))) == {HypervCounter.DISK_READ_BYTES}


def test_a_value_missing_in_one_reading_costs_only_its_counter() -> None:
    before = a_row(0, ReadBytesPersec=0)
    assert readings(STORAGE, DISK, before, disk_row(10, 100, 50)) == {HypervCounter.DISK_READ_BYTES: 10.0}


def test_a_reset_that_looks_like_a_wrap_gives_no_operations() -> None:
    found = readings(STORAGE, DISK, disk_row(0, 5, 3_000_000_000), disk_row(30, 5, 12))
    assert HypervCounter.DISK_READ_OPERATIONS not in found


@given(counts, counts, seconds)
def test_a_rate_times_its_time_is_the_growth(before: int, growth: int, elapsed: float) -> None:
    rows = disk_row(0, before), disk_row(elapsed, before + growth)
    rate = readings(STORAGE, DISK, *rows)[HypervCounter.DISK_READ_BYTES]
    true_elapsed = int(elapsed * TICKS_PER_SECOND) / TICKS_PER_SECOND
    assert abs(rate * true_elapsed - growth) <= 0.5 * true_elapsed + growth * 1e-9  # to the byte a second


@given(uint32, st.integers(0, 300_000), seconds)
def test_a_wrap_changes_no_rate(before: int, growth: int, elapsed: float) -> None:
    assume(growth <= MAX_OPERATIONS_PER_SECOND * elapsed)
    wrapping = readings(STORAGE, DISK, disk_row(0, 0, before), disk_row(elapsed, 0, before + growth))
    straight = readings(STORAGE, DISK, disk_row(0, 0, 0), disk_row(elapsed, 0, growth))
    assert wrapping == straight


@given(counts, counts, uint32, uint32, seconds)
def test_no_rate_is_ever_negative(
    bytes_before: int, bytes_after: int, count_before: int, count_after: int, elapsed: float
) -> None:
    rows = disk_row(0, bytes_before, count_before), disk_row(elapsed, bytes_after, count_after)
    assert all(value >= 0 for value in readings(STORAGE, DISK, *rows).values())


@given(counts, st.integers(1, 2**40), uint32, uint32, seconds)
def test_bytes_that_fall_make_the_whole_row_a_new_base(
    after: int, fall: int, count_before: int, count_after: int, elapsed: float
) -> None:
    rows = disk_row(0, after + fall, count_before), disk_row(elapsed, after, count_after)
    assert readings(STORAGE, DISK, *rows) == {}


@given(st.floats(0, 3600), counts)
def test_a_clock_that_stands_still_gives_no_rates(at_seconds: float, value: int) -> None:
    assert readings(STORAGE, DISK, disk_row(at_seconds, value), disk_row(at_seconds, value)) == {}
