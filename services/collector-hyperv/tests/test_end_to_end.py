"""The collector as a process: a simulated host on one side, a broker on the other."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector_hyperv.domain.polls import Poll
from devstack.fixtures.collector import PATIENCE_SECONDS, Published, published, running
from devstack.hyperv.fixture import RunningHost
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.counters import HypervCounter
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

from .running_collector import a_collector, heartbeat, source_for

pytestmark = pytest.mark.parts


def latest(read: Published) -> dict[str, HypervMachineObserved]:
    """The last state of every machine by name."""
    return {event.name: event for event in read.of(HypervMachineObserved)}


def counters_seen(read: Published) -> set[str]:
    """The counters that have at least one value."""
    return {
        series.counter
        for batch in read.of(PerformanceSampled)
        for machine in batch.machines
        for series in machine.series
        if any(value is not None for value in series.values)
    }


async def test_machines_samples_and_heartbeats_reach_their_topics(
    broker: KafkaSettings, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(host, source_id)])
    expected = {machine["name"] for machine in host.control.list_machines()}
    async with published(broker, source_id) as read, running(collector):
        await read.until(lambda seen: set(latest(seen)) == expected)
        await read.until(lambda seen: counters_seen(seen) == set(HypervCounter))
        beat = await read.until(
            lambda seen: (last := heartbeat(seen)) and last.sources[0].last_batch_no and last
        )
    numbers = [batch.batch_no for batch in read.of(PerformanceSampled)]
    assert numbers == list(range(1, len(numbers) + 1))
    status = beat.sources[0]
    assert (status.state, status.machine_count, status.last_error) == ("connected", 6, None)
    assert all(status.capabilities[counter] for counter in HypervCounter)


async def test_changes_and_removals_follow_and_a_restart_repeats_nothing(
    broker: KafkaSettings, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(host, source_id)])
    first, second, third = [machine["name"] for machine in host.control.list_machines()][:3]
    async with published(broker, source_id) as read:
        async with running(collector):
            await read.until(lambda seen: len(latest(seen)) == 6)
            host.control.resize_machine(machine=first, cores=7)
            await read.until(lambda seen: latest(seen)[first].processor_count == 7)
            host.control.remove_machine(machine=second)
            (removed,) = await read.until(lambda seen: seen.of(MachineRemoved))
        assert removed.machine_id == latest(read)[second].machine_id
        assert removed.revision > latest(read)[second].revision
        seen_before = len(read.of(HypervMachineObserved))
        host.control.remove_machine(machine=third)
        async with running(collector):
            await read.until(lambda seen: len(seen.of(MachineRemoved)) == 2)
    assert read.of(MachineRemoved)[1].machine_id == latest(read)[third].machine_id
    assert len(read.of(HypervMachineObserved)) == seen_before


async def test_an_account_without_rights_removes_no_machine(
    broker: KafkaSettings, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(host, source_id)])
    async with published(broker, source_id) as read, running(collector):
        await read.until(lambda seen: len(latest(seen)) == 6)
        host.control.weaken_rights()
        beat = await read.until(
            lambda seen: (last := heartbeat(seen)) and last.sources[0].state == "disconnected" and last
        )
        assert beat.sources[0].last_error is not None
        assert beat.sources[0].last_error.code == "rights-missing"
        assert collector.failing_checks()
        assert read.of(MachineRemoved) == []


async def test_samples_that_a_killed_collector_had_polled_are_published_by_the_next(
    broker: KafkaSettings, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(host, source_id)], publish_interval_seconds=3_600)
    spool = tmp_path / "spool" / source_id
    async with published(broker, source_id) as read:
        async with running(collector):
            await read.until(lambda seen: (last := heartbeat(seen)) and last.spool_bytes > 0)
            await asyncio.to_thread(collector.kill)
        assert read.of(PerformanceSampled) == []
        polled = spooled_polls(spool)
        async with running(collector):
            await read.until(lambda seen: seen.of(PerformanceSampled))
    assert {poll.sampled_at for poll in polled} <= sampled_times(read)


async def test_the_last_heartbeat_says_that_the_collector_stops(
    broker: KafkaSettings, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(host, source_id)], publish_interval_seconds=3_600)
    async with published(broker, source_id) as read:
        async with running(collector):
            await read.until(lambda seen: (last := heartbeat(seen)) and last.spool_bytes > 0)
            assert await asyncio.to_thread(collector.stop) == 0
        beat = await read.until(lambda seen: (last := heartbeat(seen)) and last.stopping and last)
        await read.until(lambda seen: len(seen.of(PerformanceSampled)) == beat.sources[0].last_batch_no)
    assert beat.sources[0].last_batch_no > 0
    assert beat.spool_bytes == 0


async def test_a_host_that_hangs_delays_neither_another_nor_the_end(
    broker: KafkaSettings, host: RunningHost, shared_host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    host.control.slow_down(seconds=35)
    sources = [source_for(shared_host, source_id), source_for(host, f"{source_id}-hanging")]
    collector = a_collector(tmp_path, broker, sources)
    async with published(broker, source_id) as read, running(collector):
        await read.until(lambda seen: counters_seen(seen) == set(HypervCounter))
        began = time.monotonic()
        assert await asyncio.to_thread(collector.stop) == 0
    assert time.monotonic() - began < 30
    assert read.of(CollectorHeartbeat)[-1].sources[1].state == "starting"


@pytest.mark.slow
async def test_an_outage_of_the_broker_costs_no_sample(
    broker: KafkaSettings, kafka: Any, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    # Inventories every few seconds would be late on a busy machine, and count as skipped.
    collector = a_collector(tmp_path, broker, [source_for(host, source_id)], inventory_interval_seconds=60)
    spool = tmp_path / "spool" / source_id
    async with running(collector):
        async with published(broker, source_id) as read:
            await read.until(lambda seen: seen.of(PerformanceSampled))
        await asyncio.to_thread(kafka.stop)
        try:
            polled = await polls_in(spool, at_least=2)
        finally:
            await asyncio.to_thread(kafka.start)
        async with published(broker, source_id) as read:
            await read.until(lambda seen: {poll.sampled_at for poll in polled} <= sampled_times(seen))
            beat = await read.until(lambda seen: heartbeat(seen))
    numbers = [batch.batch_no for batch in read.of(PerformanceSampled)]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    assert beat.sources[0].polls_skipped == 0


def spooled_polls(spool: Path) -> list[Poll]:
    """Return all polls of a spool; its files may be written just now."""
    decode = msgspec.json.Decoder(Poll).decode
    return [
        decode(line) for file in sorted(spool.glob("*.entries")) for line in file.read_bytes().splitlines()
    ]


async def polls_in(spool: Path, *, at_least: int) -> list[Poll]:
    """Wait until the spool holds that many polls, and return them."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        # A file has no event to wait for.
        while len(polls := await asyncio.to_thread(spooled_polls, spool)) < at_least:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return polls


def sampled_times(read: Published) -> set[int]:
    return {
        time
        for batch in read.of(PerformanceSampled)
        for machine in batch.machines
        for time in machine.timestamps
    }
