from uuid import UUID

import pytest

from normalizer.domain.performance.hyperv import cpu_percent, hyperv_series
from normalizer.domain.performance.hyperv_memory import MemoryReadings, MemoryUse, memory_use
from normalizer.domain.performance.samples import CounterSeries, MachineSamples
from normalizer.domain.performance.series import UNKNOWN_MACHINE, MachineFacts, Series
from surveyor_schemas.counters import HypervCounter, Metric

FOUR_GIB = MachineFacts(cores=2, memory_mib=4096)


def mapped(facts: MachineFacts, **columns: list[float | None]) -> list[Series]:
    counters = [CounterSeries(HypervCounter[name], "", values) for name, values in columns.items()]
    times = list(range(0, 30 * len(counters[0].values), 30))
    return list(hyperv_series(MachineSamples(UUID(int=1), 30, times, counters), facts))


def test_cpu_is_the_sum_of_the_processors_by_their_number() -> None:
    assert cpu_percent([[100, 50], [0, 20], [20, 0], [0, 10]]) == [30, 20]


def test_cpu_is_unknown_while_a_processor_is_missing() -> None:
    assert cpu_percent([[100, 50], [None, 20]]) == [None, 35]


def test_memory_used_is_pressure_times_visible_memory() -> None:
    assert memory_use(MemoryReadings(80, 4096, None, None)) == MemoryUse("pressure", 3276.8)


def test_memory_above_the_allocation_is_kept() -> None:
    (series,) = mapped(FOUR_GIB, MEMORY_PRESSURE=[150], MEMORY_VISIBLE=[4096])
    assert series == Series.of(Metric.MEMORY_PERCENT, "", [150], method="pressure")


def test_memory_is_percent_of_the_allocated_not_of_the_visible_memory() -> None:
    (series,) = mapped(FOUR_GIB, MEMORY_PRESSURE=[80], MEMORY_VISIBLE=[2048])
    assert series.values == [40]


@pytest.mark.parametrize("pressure", [0, None])
def test_without_pressure_the_guests_available_memory_counts(pressure: float | None) -> None:
    (series,) = mapped(FOUR_GIB, MEMORY_PRESSURE=[pressure], MEMORY_VISIBLE=[4096], MEMORY_AVAILABLE=[1024])
    assert series == Series.of(Metric.MEMORY_PERCENT, "", [75], method="guest-available")


def test_assigned_memory_is_no_use_of_memory() -> None:
    (series,) = mapped(FOUR_GIB, MEMORY_PRESSURE=[0], MEMORY_VISIBLE=[4096], MEMORY_ASSIGNED=[4096])
    assert series == Series.of(Metric.MEMORY_ASSIGNED_PERCENT, "", [100], method="assigned")


def test_each_moment_takes_the_best_method_it_has() -> None:
    series = mapped(
        FOUR_GIB, MEMORY_PRESSURE=[50, None], MEMORY_VISIBLE=[4096, 4096], MEMORY_AVAILABLE=[0, 3072]
    )
    assert {each.kind.method: each.values for each in series} == {
        "guest-available": [None, 25],
        "pressure": [50, None],
    }


def test_memory_of_an_undiscovered_machine_is_percent_of_the_visible_memory_and_says_so() -> None:
    (series,) = mapped(UNKNOWN_MACHINE, MEMORY_PRESSURE=[80], MEMORY_VISIBLE=[2048])
    assert series == Series.of(Metric.MEMORY_PERCENT, "", [80], method="pressure-of-visible")


def test_assigned_memory_of_an_undiscovered_machine_is_left_out() -> None:
    assert mapped(UNKNOWN_MACHINE, MEMORY_ASSIGNED=[4096]) == []


def test_bytes_become_megabytes_per_disk_and_nic() -> None:
    machine = MachineSamples(
        UUID(int=1),
        30,
        [0],
        [
            CounterSeries(HypervCounter.DISK_READ_BYTES, "disk", [5_000_000]),
            CounterSeries(HypervCounter.DISK_WRITE_OPERATIONS, "disk", [12]),
            CounterSeries(HypervCounter.NET_RECEIVED_BYTES, "nic", [1_500_000]),
        ],
    )
    assert list(hyperv_series(machine, UNKNOWN_MACHINE)) == [
        Series.of(Metric.READ_MB_PER_SECOND, "disk", [5_000_000], 1, 1_000_000),
        Series.of(Metric.WRITE_IOPS, "disk", [12]),
        Series.of(Metric.RECEIVED_MB_PER_SECOND, "nic", [1_500_000], 1, 1_000_000),
    ]
