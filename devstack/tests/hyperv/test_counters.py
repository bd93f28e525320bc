"""Raw counters: their rates are the model's, and they behave as the real ones where that hurts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.hyperv import naming
from devstack.hyperv.changes import Changes
from devstack.hyperv.clock import HostClock
from devstack.hyperv.counters import ADAPTER, DYNAMIC_MEMORY, PARTITION, PROCESSOR, STORAGE, CounterReader
from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.machine import Machine, Wave
from devstack.hyperv.mof import load_schema
from devstack.hyperv.store import Namespace

_CIMV2 = "root/cimv2"
_INTERVAL_SECONDS = 30.0


class _Time:
    """A clock to turn by hand."""

    def __init__(self) -> None:
        self.now = 5_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> _Time:
    return _Time()


@pytest.fixture
def clock(time: _Time) -> HostClock:
    return HostClock(90 * 86_400.0, monotonic=time)


@pytest.fixture
def machine(host: SimulatedHost) -> Machine:
    return host.machines()[0]


def _read(clock: HostClock, *machines: Machine, build: int = 20348) -> CounterReader:
    return CounterReader(Namespace(_CIMV2, load_schema("cimv2.mof", build=build)), clock, machines)


def _by_name(rows: Any) -> dict[str, Any]:
    return {row.get("Name"): row for row in rows}


def test_processor_rates_are_the_models(clock: HostClock, time: _Time, machine: Machine) -> None:
    start = clock.uptime_seconds()
    before = _by_name(_read(clock, machine).processors())
    time.now += _INTERVAL_SECONDS
    after = _by_name(_read(clock, machine).processors())
    for index, wave in enumerate(machine.cpu):
        name = f"{machine.name}:Hv VP {index}"
        delta = after[name].get("PercentGuestRunTime") - before[name].get("PercentGuestRunTime")
        base = after[name].get("PercentGuestRunTime_Base") - before[name].get("PercentGuestRunTime_Base")
        expected = wave.total(start, start + _INTERVAL_SECONDS) / _INTERVAL_SECONDS
        assert delta / base == pytest.approx(expected, abs=1e-6)
        assert 0 <= delta / base <= 1


def test_the_total_row_adds_up(clock: HostClock, machine: Machine) -> None:
    rows = _by_name(_read(clock, machine).processors())
    total = rows.pop("_Total").get("PercentGuestRunTime")
    assert total == sum(row.get("PercentGuestRunTime") for row in rows.values())


def test_disk_and_network_rates_are_the_models(clock: HostClock, time: _Time, machine: Machine) -> None:
    start, end = clock.uptime_seconds(), clock.uptime_seconds() + _INTERVAL_SECONDS
    reader = _read(clock, machine)
    disks, adapters = _by_name(reader.storage()), _by_name(reader.adapters())
    time.now += _INTERVAL_SECONDS
    later = _read(clock, machine)
    later_disks, later_adapters = _by_name(later.storage()), _by_name(later.adapters())
    disk, adapter = machine.disks[0], machine.adapters[0]
    name = naming.storage_counter_name(disk)
    reads = later_disks[name].get("ReadCount") - disks[name].get("ReadCount")
    read_bytes = later_disks[name].get("ReadBytesPersec") - disks[name].get("ReadBytesPersec")
    assert reads == pytest.approx(disk.reads.total(start, end), abs=1)
    assert read_bytes == reads * disk.bytes_per_operation
    name = naming.adapter_counter_name(machine, adapter)
    received = later_adapters[name].get("BytesReceivedPersec") - adapters[name].get("BytesReceivedPersec")
    assert received == pytest.approx(adapter.received.total(start, end), abs=1)


def test_timestamps_run_with_their_frequencies(clock: HostClock, time: _Time, machine: Machine) -> None:
    first = next(_read(clock, machine).storage())
    time.now += _INTERVAL_SECONDS
    second = next(_read(clock, machine).storage())
    for kind in ("PerfTime", "Sys100NS"):
        ticks: Any = second.get(f"Timestamp_{kind}")
        earlier: Any = first.get(f"Timestamp_{kind}")
        assert (ticks - earlier) / second.get(f"Frequency_{kind}") == pytest.approx(
            _INTERVAL_SECONDS, abs=1e-3
        )


def test_a_stepped_wall_clock_leaves_the_performance_clock(
    clock: HostClock, time: _Time, machine: Machine
) -> None:
    first = next(_read(clock, machine).storage())
    clock.skew_seconds = -600
    time.now += _INTERVAL_SECONDS
    second = next(_read(clock, machine).storage())
    assert second.get("Timestamp_PerfTime") > first.get("Timestamp_PerfTime")  # type: ignore[operator]
    assert second.get("Timestamp_Sys100NS") < first.get("Timestamp_Sys100NS")  # type: ignore[operator]


def test_operation_counters_wrap_at_32_bits(host: SimulatedHost, clock: HostClock, time: _Time) -> None:
    machine = host.machines()[0]
    Changes(host).hasten_counter_wrap(machine.guid)
    changed = host.find(machine.guid)
    changed = replace(changed, started_uptime_seconds=machine.started_uptime_seconds)
    before: Any = next(_read(clock, changed).storage()).get("ReadCount")
    time.now += 60
    after: Any = next(_read(clock, changed).storage()).get("ReadCount")
    assert 0 <= after < 2**32
    assert (after - before) % 2**32 > 0


def test_a_restart_begins_at_zero(host: SimulatedHost, client: Any) -> None:
    machine = host.machines()[0]
    query = f"SELECT PercentGuestRunTime FROM {PROCESSOR} WHERE Name = '{machine.name}:Hv VP 0'"
    before = int(client.values(query, "PercentGuestRunTime", _CIMV2)[0])
    Changes(host).restart_machine(machine.name)
    after = int(client.values(query, "PercentGuestRunTime", _CIMV2)[0])
    assert after < before / 1000


def test_only_running_machines_have_counters(host: SimulatedHost, client: Any) -> None:
    running = [machine for machine in host.machines() if machine.is_running]
    assert len(running) < len(host.machines())
    assert client.values(f"SELECT Name FROM {PARTITION}", "Name", _CIMV2) == [m.name for m in running]
    assert len(client.select(f"SELECT Name FROM {STORAGE}", _CIMV2)) == sum(len(m.disks) for m in running)
    assert len(client.select(f"SELECT Name FROM {ADAPTER}", _CIMV2)) == sum(len(m.adapters) for m in running)
    assert len(client.select(f"SELECT Name FROM {PROCESSOR}", _CIMV2)) == 1 + sum(m.cores for m in running)


def test_machines_of_one_name_are_numbered(host: SimulatedHost, client: Any) -> None:
    first, second = [machine for machine in host.machines() if machine.is_running][:2]
    Changes(host).rename_machine(second.guid, first.name)
    names = client.values(f"SELECT Name FROM {DYNAMIC_MEMORY}", "Name", _CIMV2)
    assert names[:2] == [first.name, f"{first.name}#1"]


def test_pressure_times_visible_memory_is_the_demand(clock: HostClock, host: SimulatedHost) -> None:
    now = clock.uptime_seconds()
    for machine in host.machines():
        if machine.dynamic_memory is None or not machine.is_running:
            continue
        row = next(_read(clock, machine).dynamic_memory())
        visible: Any = row.get("GuestVisiblePhysicalMemory")
        pressure: Any = row.get("CurrentPressure")
        assert pressure * visible / 100 == pytest.approx(machine.demand_mib(now), rel=0.02)


def test_without_dynamic_memory_the_pressure_reads_zero(clock: HostClock, host: SimulatedHost) -> None:
    machine = next(m for m in host.machines() if m.dynamic_memory is None and m.is_running)
    row = next(_read(clock, machine).dynamic_memory())
    assert (row.get("CurrentPressure"), row.get("GuestVisiblePhysicalMemory")) == (0, machine.memory_mib)


def test_an_old_build_lacks_newer_properties(in_process: Callable[..., Any], fault: Any) -> None:
    old = in_process(SimulatedHost(machine_count=1, seed=1, build=9600).service)
    assert old.select(f"SELECT ReadCount FROM {STORAGE}", _CIMV2)
    for wanted in (f"ReadOperationsPerSec FROM {STORAGE}", f"GuestAvailableMemory FROM {DYNAMIC_MEMORY}"):
        with pytest.raises(fault) as refused:
            old.select(f"SELECT {wanted}", _CIMV2)
        assert refused.value.code == 2150858778


_waves = st.builds(
    Wave,
    mean_per_second=st.floats(0, 1e6),
    depth=st.floats(0, 1),
    period_seconds=st.floats(10, 10_000),
    phase=st.floats(0, 1),
)
_moments = st.floats(0, 1e7)


@given(wave=_waves, moments=st.tuples(_moments, _moments, _moments))
def test_a_waves_total_never_falls_and_adds_up(wave: Wave, moments: tuple[float, float, float]) -> None:
    first, second, third = sorted(moments)
    tolerance = 1e-6 * max(1.0, wave.mean_per_second * third)
    assert wave.total(first, second) >= -tolerance
    assert wave.total(first, second) + wave.total(second, third) == pytest.approx(
        wave.total(first, third), abs=tolerance
    )
