"""Two collectors of one group and two sites: each follows one with all its hosts, and the survivor both."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from devstack.fixtures.collector import PATIENCE_SECONDS, published, running
from devstack.fixtures.service import ServiceProcess
from devstack.hyperv.fixture import RunningHost, start_hosts
from surveyor_kit.kafka import EventConsumer, decode_received
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

from .running_collector import a_collector, source_for

pytestmark = [pytest.mark.parts, pytest.mark.slow]

SITES = {"lone": {"hv-a"}, "pair": {"hv-b", "hv-c"}}
EVERY = {"hv-a", "hv-b", "hv-c"}


class Heartbeats:
    """The sources that each collector says it follows and can reach."""

    def __init__(self, consumer: EventConsumer) -> None:
        self._consumer = consumer
        self.held: dict[str, set[str]] = {"first": set(), "second": set()}

    async def until(self, *wanted: set[str]) -> None:
        """Wait until the collectors, in whatever order, follow these."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sorted(map(sorted, self.held.values())) != sorted(map(sorted, wanted)):
                for received in await self._consumer.poll(0.1):
                    event = decode_received(received)
                    if isinstance(event, CollectorHeartbeat) and event.collector_id in self.held:
                        followed = {s.source_id for s in event.sources if s.state == "connected"}
                        self.held[event.collector_id] = followed


def prepared(name: str, hosts: list[RunningHost], broker: KafkaSettings, tmp_path: Path) -> ServiceProcess:
    folder = tmp_path / name
    folder.mkdir()
    sites = {source_id: site for site, source_ids in SITES.items() for source_id in source_ids}
    sources = [
        source_for(host, source_id, site=sites[source_id])
        for host, source_id in zip(hosts, sorted(EVERY), strict=True)
    ]
    return a_collector(folder, broker, sources, collector_id=name)


async def test_sites_are_shared_whole_and_go_on_at_the_survivor(
    broker: KafkaSettings, tmp_path: Path
) -> None:
    hosts = start_hosts(tmp_path, 3, vms=2)
    collectors = {name: prepared(name, hosts, broker, tmp_path) for name in ("first", "second")}
    try:
        async with AsyncExitStack() as stack:
            consumer = EventConsumer(broker, ["collector-status"], client_id="test-sharing")
            heartbeats = Heartbeats(await stack.enter_async_context(consumer))
            read = await stack.enter_async_context(published(broker, "hv-"))
            for collector in collectors.values():
                await stack.enter_async_context(running(collector))
            await heartbeats.until(*SITES.values())

            (victim,) = [name for name, held in heartbeats.held.items() if held == SITES["pair"]]
            await asyncio.to_thread(collectors[victim].kill)
            del heartbeats.held[victim]
            await heartbeats.until(EVERY)
            await read.until(lambda seen: len({e.machine_id for e in seen.of(HypervMachineObserved)}) == 6)
            assert read.of(MachineRemoved) == []
    finally:
        for host in hosts:
            host.stop()
