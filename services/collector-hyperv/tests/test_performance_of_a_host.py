"""The rates that come out are those that the simulated machines really have."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from collector_hyperv.adapters.host import CounterReader, InventoryReader
from collector_hyperv.domain.counters import STORAGE
from collector_hyperv.domain.machines import Observer, RightsMissing, observe_machines
from collector_hyperv.domain.sampling import CounterPoll, HostSampler, Sampled
from devstack.hyperv.fixture import RunningHost
from surveyor_schemas.counters import HypervCounter
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

from .simulated_truth import machines_by_name, mean_rate

pytestmark = pytest.mark.parts

InventoryOf = Callable[..., InventoryReader]
CountersOf = Callable[[RunningHost], CounterReader]
Values = dict[tuple[str, str, str], float]

OBSERVER = Observer("collector", "source", "Source", "site")
TICKS_PER_SECOND = 10_000_000
SPAN_SECONDS = 1.0


def observe(reader: InventoryReader) -> dict[UUID, HypervMachineObserved]:
    return observe_machines(reader.read(), OBSERVER, datetime.now(UTC))


def uptime_seconds(poll: CounterPoll, class_name: str) -> float:
    """The host's uptime when a class was read."""
    read = next(read for read in poll.reads if read.counter_class.name == class_name)
    return read.rows[0].perf_time / TICKS_PER_SECOND


def poll_later(reader: CounterReader, since: CounterPoll) -> CounterPoll:
    """Poll until enough of the host's time has passed for whole counters to say something."""
    while True:
        poll = reader.read()
        if uptime_seconds(poll, STORAGE.name) - uptime_seconds(since, STORAGE.name) >= SPAN_SECONDS:
            return poll


def values_of(sampled: Sampled | None, machines: dict[UUID, HypervMachineObserved]) -> Values:
    """The values by machine name, counter and instance."""
    assert sampled is not None
    return {
        (machines[machine.machine_id].name, reading.counter, reading.instance): reading.value
        for machine in sampled.poll.machines
        for reading in machine.readings
    }


@pytest.fixture
def two_polls(
    shared_host: RunningHost, inventory_of: InventoryOf, counters_of: CountersOf
) -> tuple[CounterPoll, CounterPoll, Values]:
    """Two polls and the values of the second."""
    machines, counters, sampler = (
        observe(inventory_of(shared_host)),
        counters_of(shared_host),
        HostSampler(30),
    )
    first = counters.read()
    sampler.take(first, machines.values())
    second = poll_later(counters, first)
    return first, second, values_of(sampler.take(second, machines.values()), machines)


def span(polls: tuple[CounterPoll, CounterPoll, Values], counter: HypervCounter) -> tuple[float, float]:
    class_name = next(read.counter_class.name for read in polls[0].reads if counter in read.chosen)
    return uptime_seconds(polls[0], class_name), uptime_seconds(polls[1], class_name)


def running(host: RunningHost) -> dict[str, dict[str, Any]]:
    return {name: truth for name, truth in machines_by_name(host).items() if truth["state"] == "running"}


def test_each_virtual_processor_has_its_own_load(
    shared_host: RunningHost, two_polls: tuple[CounterPoll, CounterPoll, Values]
) -> None:
    counter = HypervCounter.VCPU_GUEST_RUN_TIME
    since, until = span(two_polls, counter)
    expected = {
        (name, counter, str(number)): pytest.approx(100 * mean_rate(wave, since, until), abs=0.01)
        for name, truth in running(shared_host).items()
        for number, wave in enumerate(truth["cpu"][: truth["cores"]])
    }
    assert {key: value for key, value in two_polls[2].items() if key[1] == counter} == expected


def test_each_disk_has_its_own_operations_and_bytes(
    shared_host: RunningHost, two_polls: tuple[CounterPoll, CounterPoll, Values]
) -> None:
    since, until = span(two_polls, HypervCounter.DISK_READ_BYTES)
    slack = 1.01 / (until - since)  # counters are whole numbers
    found: dict[tuple[str, str], list[float]] = {}
    expected: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for (name, counter, _), value in sorted(two_polls[2].items()):
        if "storage-device" in counter:
            found.setdefault((name, counter), []).append(value)
    for name, truth in running(shared_host).items():
        for wave, operations, transferred in (
            ("reads", HypervCounter.DISK_READ_OPERATIONS, HypervCounter.DISK_READ_BYTES),
            ("writes", HypervCounter.DISK_WRITE_OPERATIONS, HypervCounter.DISK_WRITE_BYTES),
        ):
            rates = [
                (mean_rate(disk[wave], since, until), disk["bytes_per_operation"]) for disk in truth["disks"]
            ]
            expected[name, operations] = [(rate, slack) for rate, _ in rates]
            expected[name, transferred] = [(rate * size, slack * size) for rate, size in rates]
    assert set(found) == set(expected)
    for key, values in found.items():
        wanted = [pytest.approx(rate, abs=tolerance) for rate, tolerance in sorted(expected[key])]
        assert sorted(values) == wanted, key


def test_received_and_sent_bytes_belong_to_their_adapter(
    shared_host: RunningHost, two_polls: tuple[CounterPoll, CounterPoll, Values]
) -> None:
    since, until = span(two_polls, HypervCounter.NET_RECEIVED_BYTES)
    expected = {
        (name, counter, f"Microsoft:{truth['guid']}\\{adapter['port_guid']}"): pytest.approx(
            mean_rate(adapter[wave], since, until), abs=2 / (until - since)
        )
        for name, truth in running(shared_host).items()
        for adapter in truth["adapters"]
        for counter, wave in (
            (HypervCounter.NET_RECEIVED_BYTES, "received"),
            (HypervCounter.NET_SENT_BYTES, "sent"),
        )
    }
    assert {key: value for key, value in two_polls[2].items() if "network-adapter" in key[1]} == expected


def test_pressure_is_no_data_where_memory_is_static(
    shared_host: RunningHost, two_polls: tuple[CounterPoll, CounterPoll, Values]
) -> None:
    with_pressure = {name for name, counter, _ in two_polls[2] if counter == HypervCounter.MEMORY_PRESSURE}
    truth = running(shared_host)
    assert with_pressure == {name for name, machine in truth.items() if machine["dynamic_memory"]}
    visible = {
        name: value
        for (name, counter, _), value in two_polls[2].items()
        if counter == HypervCounter.MEMORY_VISIBLE
    }
    assert set(visible) == set(truth)
    for name, machine in truth.items():
        if machine["dynamic_memory"] is None:
            assert visible[name] == machine["memory_mib"]


def test_all_samples_carry_the_hosts_time(
    host: RunningHost, inventory_of: InventoryOf, counters_of: CountersOf
) -> None:
    host.control.skew_clock(seconds=-600)
    machines, counters = observe(inventory_of(host)), counters_of(host)
    sampled = HostSampler(30).take(counters.read(), machines.values())
    assert sampled is not None
    assert sampled.poll.sampled_at == pytest.approx(datetime.now(UTC).timestamp() - 600, abs=5)


def test_a_restart_gives_no_sample_rather_than_a_wrong_one(
    host: RunningHost, inventory_of: InventoryOf, counters_of: CountersOf
) -> None:
    machines, counters, sampler = observe(inventory_of(host)), counters_of(host), HostSampler(30)
    name = next(iter(running(host)))
    first = counters.read()
    sampler.take(first, machines.values())
    host.control.restart_machine(machine=name)
    values = values_of(sampler.take(counters.read(), machines.values()), machines)
    assert {counter for machine, counter, _ in values if machine == name} == {
        HypervCounter.MEMORY_PRESSURE,
        HypervCounter.MEMORY_VISIBLE,
        HypervCounter.MEMORY_AVAILABLE,
        HypervCounter.MEMORY_PHYSICAL,
        HypervCounter.MEMORY_ASSIGNED,
    }


def test_operations_go_on_over_the_wrap_of_their_counter(
    host: RunningHost, inventory_of: InventoryOf, counters_of: CountersOf
) -> None:
    machines, counters, sampler = observe(inventory_of(host)), counters_of(host), HostSampler(30)
    name = next(iter(running(host)))
    first, instance, counter = before_a_wrap(host, counters, name)
    sampler.take(first, machines.values())
    second = poll_later(counters, first)
    assert raw(second, instance, counter) < raw(first, instance, counter)
    values = values_of(sampler.take(second, machines.values()), machines)
    found = [v for (machine, c, _), v in values.items() if (machine, c) == (name, counter)]
    since, until = (uptime_seconds(poll, STORAGE.name) for poll in (first, second))
    wave = "reads" if counter == HypervCounter.DISK_READ_OPERATIONS else "writes"
    expected = [mean_rate(disk[wave], since, until) for disk in running(host)[name]["disks"]]
    assert sorted(found) == [pytest.approx(rate, abs=1.01 / (until - since)) for rate in sorted(expected)]


def before_a_wrap(
    host: RunningHost, counters: CounterReader, name: str
) -> tuple[CounterPoll, str, HypervCounter]:
    """Poll just before a 32-bit counter of the machine wraps; on a slow machine it takes several tries."""
    while True:
        host.control.hasten_counter_wrap(machine=name)
        poll = counters.read()
        for row in next(read for read in poll.reads if read.counter_class is STORAGE).rows:
            for counter in (HypervCounter.DISK_READ_OPERATIONS, HypervCounter.DISK_WRITE_OPERATIONS):
                if raw(poll, row.instance, counter) >= 2**32 - 20:
                    return poll, row.instance, counter


def raw(poll: CounterPoll, instance: str, counter: HypervCounter) -> int:
    """The raw value of a disk's counter."""
    read = next(read for read in poll.reads if read.counter_class is STORAGE)
    row = next(row for row in read.rows if row.instance == instance)
    return row.values[read.chosen[counter]]


def test_machines_of_one_name_are_left_out_and_marked(
    host: RunningHost, inventory_of: InventoryOf, counters_of: CountersOf
) -> None:
    first, second = list(running(host))[:2]
    host.control.rename_machine(machine=second, name=first)
    machines, counters, sampler = observe(inventory_of(host)), counters_of(host), HostSampler(30)
    poll = counters.read()
    sampler.take(poll, machines.values())
    sampled = sampler.take(poll_later(counters, poll), machines.values())
    assert sampled is not None
    assert first in sampled.unmatched.ambiguous
    values = values_of(sampled, machines)
    by_name = {counter for name, counter, _ in values if name == first}
    assert HypervCounter.VCPU_GUEST_RUN_TIME not in by_name
    assert HypervCounter.DISK_READ_BYTES in by_name


def test_an_old_build_gives_operations_by_another_name(
    old_host: RunningHost, counters_of: CountersOf
) -> None:
    poll = counters_of(old_host).read()
    read = next(read for read in poll.reads if read.counter_class is STORAGE)
    assert read.chosen[HypervCounter.DISK_READ_OPERATIONS] == "ReadCount"
    missing = {counter for counter, present in poll.capabilities().items() if not present}
    assert missing == {HypervCounter.MEMORY_AVAILABLE}


def test_a_poll_without_rights_is_no_idle_host(
    host: RunningHost, inventory_of: InventoryOf, counters_of: CountersOf
) -> None:
    machines, counters = observe(inventory_of(host)), counters_of(host)
    host.control.weaken_rights()
    with pytest.raises(RightsMissing):
        HostSampler(30).take(counters.read(), machines.values())


def test_a_refused_class_costs_only_its_own_counters(
    shared_host: RunningHost, counters_of: CountersOf
) -> None:
    poll = counters_of(shared_host).read()
    without_disks = replace(
        poll,
        reads=tuple(read for read in poll.reads if read.counter_class is not STORAGE),
        refused={STORAGE.name: "query-refused"},
    )
    missing = {counter for counter, present in without_disks.capabilities().items() if not present}
    assert missing == {spec.counter for spec in STORAGE.counters}
