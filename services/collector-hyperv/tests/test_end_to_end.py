"""The collector as a process: a simulated host on one side, a broker on the other."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from devstack.hyperv.fixture import RunningHost
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.counters import HypervCounter
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat
from surveyor_schemas.topics import TOPICS

from .running_collector import Published, RunningCollector, published, running, source_for

pytestmark = pytest.mark.parts


@pytest.fixture
async def broker(kafka: Any) -> KafkaSettings:
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    async with TopicAdmin(settings) as admin:
        await admin.ensure(TOPICS)
    return settings


@pytest.fixture
def source_id() -> str:
    return f"hyperv-{uuid.uuid4().hex[:8]}"


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


def heartbeat(read: Published) -> CollectorHeartbeat | None:
    return next(iter(read.of(CollectorHeartbeat)[-1:]), None)


async def test_machines_samples_and_heartbeats_reach_their_topics(
    broker: KafkaSettings, host: RunningHost, source_id: str, tmp_path: Path
) -> None:
    collector = RunningCollector.prepare(tmp_path, broker, [source_for(host, source_id)])
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
