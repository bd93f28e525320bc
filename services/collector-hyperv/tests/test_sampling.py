from dataclasses import replace

from collector_hyperv.domain.counters import PROCESSOR, CounterRead
from collector_hyperv.domain.rows import ComputerSystemRow
from collector_hyperv.domain.sampling import CounterPoll, HostSampler, Sampled
from surveyor_schemas.counters import HypervCounter

from .builders import a_machine, a_row, guid

INTERVAL_SECONDS = 30
WEB = a_machine(1, name="web")
HOST = ComputerSystemRow("HYPERV01")
ALWAYS_ON = ComputerSystemRow(guid(1), element_name="web", enabled_state=2, on_time_ms=10**9)


def a_poll_at(seconds: float, *, on_time_ms: int = 10**9, name: str = "web:Hv VP 0") -> CounterPoll:
    """A poll of a host whose machine runs on half of its processor, and counts from 0 at second 0."""
    row = a_row(
        seconds,
        instance=name,
        PercentGuestRunTime=int(seconds * 5_000_000),
        PercentGuestRunTime_Base=int(seconds * 10_000_000),
    )
    read = CounterRead(PROCESSOR, (row,), {HypervCounter.VCPU_GUEST_RUN_TIME: "PercentGuestRunTime"})
    return CounterPoll((HOST, replace(ALWAYS_ON, on_time_ms=on_time_ms)), (read,), {})


def values(sampled: Sampled | None) -> list[float]:
    assert sampled is not None
    return [reading.value for machine in sampled.poll.machines for reading in machine.readings]


def test_two_polls_make_a_sample() -> None:
    sampler = HostSampler(INTERVAL_SECONDS)
    assert values(sampler.take(a_poll_at(1_000), [WEB])) == []
    assert values(sampler.take(a_poll_at(1_030), [WEB])) == [50.0]


def test_a_class_that_fails_once_goes_on_from_its_last_reading() -> None:
    sampler = HostSampler(INTERVAL_SECONDS)
    sampler.take(a_poll_at(1_000), [WEB])
    sampler.take(replace(a_poll_at(1_030), reads=()), [WEB])
    assert values(sampler.take(a_poll_at(1_060), [WEB])) == [50.0]


def test_after_a_long_gap_there_is_no_rate() -> None:
    sampler = HostSampler(INTERVAL_SECONDS)
    sampler.take(a_poll_at(1_000), [WEB])
    assert values(sampler.take(a_poll_at(1_200), [WEB])) == []
    assert values(sampler.take(a_poll_at(1_230), [WEB])) == [50.0]


def test_a_restart_shows_by_the_run_time_though_the_counter_is_higher() -> None:
    sampler = HostSampler(INTERVAL_SECONDS)
    sampler.take(a_poll_at(10), [WEB])
    assert values(sampler.take(a_poll_at(40, on_time_ms=25_000), [WEB])) == []


def test_a_machine_that_the_inventory_does_not_have_is_unknown() -> None:
    sampled = HostSampler(INTERVAL_SECONDS).take(a_poll_at(1_000), [])
    assert sampled is not None
    assert sampled.unmatched.unknown == {"web": 1}


def test_a_host_that_runs_nothing_gives_no_sample() -> None:
    poll = CounterPoll((HOST,), (CounterRead(PROCESSOR, (), {}),), {})
    assert HostSampler(INTERVAL_SECONDS).take(poll, []) is None


def test_a_poll_tells_what_the_inventory_does_not_know_yet() -> None:
    poll = a_poll_at(1_000)
    assert not poll.differs_from([WEB])
    assert poll.differs_from([])
    assert poll.differs_from([a_machine(1, name="renamed")])
    assert poll.differs_from([a_machine(1, name="web", enabled_state=3)])
