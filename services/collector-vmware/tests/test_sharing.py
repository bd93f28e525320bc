"""Two collectors of one group and two vCenters: each follows one, and the survivor both."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from devstack.fixtures.collector import PATIENCE_SECONDS, Published, published, running
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.vcenter import RunningVCenter, running_vcenter
from surveyor_kit.kafka import EventConsumer, decode_received
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

from .published_values import latest, values_of
from .running_collector import a_collector, source_for

pytestmark = [pytest.mark.parts, pytest.mark.slow]

NAMES = ("first", "second")
SOURCES = ("shared-a", "shared-b")
INTERVAL_SECONDS = 20


@pytest.fixture
def vcenters(tmp_path: Path) -> Iterator[tuple[RunningVCenter, RunningVCenter]]:
    with (
        running_vcenter(tmp_path / "a", machines=4, seed=21) as first,
        running_vcenter(tmp_path / "b", machines=5, seed=22) as second,
    ):
        yield first, second


class Heartbeats:
    """The newest word of each collector."""

    def __init__(self, consumer: EventConsumer) -> None:
        self._consumer = consumer
        self._newest: dict[str, CollectorHeartbeat] = {}

    async def until_held(self, **wanted: set[str]) -> None:
        """Wait until collectors report these sources, all of them connected."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(self._connected(name) != sources for name, sources in wanted.items()):
                await self._read()

    async def until_published(self, name: str, source_ids: set[str]) -> None:
        """Wait until a collector has published samples of sources that it holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not source_ids <= self._published(name):
                await self._read()

    def released(self, name: str) -> dict[str, int]:
        """Return the last batch numbers of sources that a collector has given up."""
        return {source.source_id: source.last_batch_no for source in self._newest[name].released or ()}

    async def _read(self) -> None:
        for received in await self._consumer.poll(0.1):
            event = decode_received(received)
            if isinstance(event, CollectorHeartbeat):
                self._newest[event.collector_id] = event

    def _connected(self, name: str) -> set[str]:
        heartbeat = self._newest.get(name)
        return {s.source_id for s in heartbeat.sources if s.state == "connected"} if heartbeat else set()

    def _published(self, name: str) -> set[str]:
        heartbeat = self._newest.get(name)
        return {s.source_id for s in heartbeat.sources if s.last_batch_no} if heartbeat else set()


def prepared(
    name: str, vcenters: tuple[RunningVCenter, RunningVCenter], broker: KafkaSettings, tmp_path: Path
) -> ServiceProcess:
    folder = tmp_path / name
    folder.mkdir()
    pairs = zip(vcenters, SOURCES, strict=True)
    sources = [source_for(vcenter, source_id, folder) for vcenter, source_id in pairs]
    return a_collector(folder, broker, sources, collector_id=name)


async def test_sources_are_shared_and_go_on_at_the_survivor(
    vcenters: tuple[RunningVCenter, RunningVCenter], broker: KafkaSettings, tmp_path: Path
) -> None:
    first, second = (prepared(name, vcenters, broker, tmp_path) for name in NAMES)
    async with AsyncExitStack() as stack:
        consumer = EventConsumer(broker, ["collector-status"], client_id="test-sharing")
        heartbeats = Heartbeats(await stack.enter_async_context(consumer))
        seen = [await stack.enter_async_context(published(broker, source)) for source in SOURCES]

        await stack.enter_async_context(running(first))
        await heartbeats.until_held(first=set(SOURCES))
        await heartbeats.until_published("first", set(SOURCES))
        await stack.enter_async_context(running(second))
        await heartbeats.until_held(first={"shared-a"}, second={"shared-b"})
        assert heartbeats.released("first").keys() == {"shared-b"}

        await asyncio.to_thread(first.kill)
        await heartbeats.until_held(second=set(SOURCES))
        await heartbeats.until_published("second", set(SOURCES))
        for of_source in seen:
            await of_source.to_the_end()

    for of_source, vcenter in zip(seen, vcenters, strict=True):
        machines = latest(of_source)
        assert len(machines) == vcenter.machines
        assert not any(isinstance(event, MachineRemoved) for event in machines.values())
        assert_without_gap(of_source)
    publishers = [{batch.collector_id for batch in of_source.of(PerformanceSampled)} for of_source in seen]
    assert publishers == [set(NAMES), set(NAMES)]


def assert_without_gap(of_source: Published) -> None:
    """Every series goes on without a gap over all changes of hands, and no value comes twice."""
    for series, values in values_of(of_source).items():
        times = sorted(values)
        assert times == list(range(times[0], times[-1] + 1, INTERVAL_SECONDS)), series
