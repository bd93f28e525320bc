from uuid import UUID

import pytest

from normalizer.domain.performance.samples import CounterSeries, MachineSamples
from normalizer.domain.performance.series import UNKNOWN_MACHINE, MachineFacts, Series
from normalizer.domain.performance.vmware import needs_facts, vmware_series
from surveyor_schemas.counters import Metric, VmwareCounter

MACHINE = UUID(int=1)


def a_machine(*series: CounterSeries, interval_seconds: int = 20) -> MachineSamples:
    return MachineSamples(MACHINE, interval_seconds, [0, 20], list(series))


def value_of(series: Series, position: int = 0) -> float:
    value = series.values[position]
    assert value is not None
    return value * series.kind.multiplier / series.kind.divisor


@pytest.mark.parametrize(
    ("counter", "instance", "raw", "metric", "value"),
    [
        (VmwareCounter.CPU_USAGE, "", 4567, Metric.CPU_PERCENT, 45.67),
        (VmwareCounter.MEMORY_USAGE, "", 10_000, Metric.MEMORY_PERCENT, 100),
        (VmwareCounter.DISK_READ, "scsi0:0", 1000, Metric.READ_MB_PER_SECOND, 1.024),
        (VmwareCounter.DISK_WRITE, "scsi0:0", 1000, Metric.WRITE_MB_PER_SECOND, 1.024),
        (VmwareCounter.DISK_READ_OPERATIONS, "ide0:1", 7, Metric.READ_IOPS, 7),
        (VmwareCounter.DISK_WRITE_OPERATIONS, "sata0:1", 7, Metric.WRITE_IOPS, 7),
        (VmwareCounter.NET_RECEIVED, "4000", 1000, Metric.RECEIVED_MB_PER_SECOND, 1.024),
        (VmwareCounter.NET_TRANSMITTED, "4000", 1000, Metric.TRANSMITTED_MB_PER_SECOND, 1.024),
    ],
)
def test_counter_becomes_metric_in_canonical_unit(
    counter: str, instance: str, raw: float, metric: Metric, value: float
) -> None:
    (series,) = vmware_series(a_machine(CounterSeries(counter, instance, [raw, None])), UNKNOWN_MACHINE)
    assert (series.kind.metric, series.kind.instance, value_of(series)) == (metric, instance, value)


@pytest.mark.parametrize(
    ("counter", "instance"),
    [
        (VmwareCounter.DISK_READ, ""),
        (VmwareCounter.NET_RECEIVED, ""),
        (VmwareCounter.CPU_USAGE, "0"),
        ("sys.uptime.latest", ""),
    ],
)
def test_aggregates_of_devices_parts_of_machines_and_unknown_counters_are_left_out(
    counter: str, instance: str
) -> None:
    assert list(vmware_series(a_machine(CounterSeries(counter, instance, [1, 2])), UNKNOWN_MACHINE)) == []


def test_ready_time_is_percent_of_the_interval_of_all_processors() -> None:
    machine = a_machine(CounterSeries(VmwareCounter.CPU_READY, "", [4000, 0]))
    (series,) = vmware_series(machine, MachineFacts(cores=4))
    assert (series.kind.metric, value_of(series)) == (Metric.CPU_READY_PERCENT, 5.0)


def test_ready_time_of_a_machine_with_unknown_cores_is_left_out() -> None:
    machine = a_machine(CounterSeries(VmwareCounter.CPU_READY, "", [4000, 0]))
    assert needs_facts(machine)
    assert list(vmware_series(machine, UNKNOWN_MACHINE)) == []


def test_memory_says_how_it_was_measured() -> None:
    machine = a_machine(CounterSeries(VmwareCounter.MEMORY_USAGE, "", [1, 2]))
    assert [series.kind.method for series in vmware_series(machine, UNKNOWN_MACHINE)] == ["usage"]
