"""A collector's process: its share of the sources, followed until told to stop, and its heartbeat."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from surveyor_kit.clock import Clock
from surveyor_kit.collecting.followers import Followers, Parts
from surveyor_kit.collecting.heartbeats import Heartbeats
from surveyor_kit.collecting.run import Run
from surveyor_kit.collecting.settings import CollectorSettings
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventPublisher, Publisher, check_topics
from surveyor_kit.kafka.shares import Shares
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.racing import until_stopping
from surveyor_kit.settings import KafkaSettings

TOPICS = ("discovery-raw", "performance-raw", "collector-status")
"""What a collector publishes to."""
LEFT_OVER_SECONDS = 60.0
"""How often at least to look for samples on disk of sources that are not followed here."""


@dataclass(frozen=True)
class Collector:
    """Follows its share of the items.

    Attributes:
        items: What this process is able to follow.
        build: Returns what puts an item's parts together, once there is a publisher.
    """

    settings: CollectorSettings
    kafka: KafkaSettings
    items: frozenset[str]
    build: Callable[[Publisher], Parts[Any]]
    this_run: Run
    clock: Clock
    health: Health = field(default_factory=Health)

    async def run(self, stopping: Stopping) -> None:
        """Serve health, wait for the broker, then follow a share of the items until told to stop."""
        shares = self._shares()
        async with AsyncExitStack() as stack:
            app = health_app(self.health)
            await stack.enter_async_context(serving(app, self.settings.http_host, self.settings.http_port))
            publisher = await until_stopping(stopping, self._connected(stack))
            if publisher is not None:
                await self._follow(shares, publisher, stopping)

    async def _connected(self, stack: AsyncExitStack) -> Publisher:
        """Wait for the broker, and make sure that it has the topics."""
        publisher = EventPublisher(self.kafka, client_id=self.settings.collector_id, health=self.health)
        await stack.enter_async_context(publisher)
        await check_topics(self.kafka, TOPICS, health=self.health)
        return publisher

    async def _follow(self, shares: Shares, publisher: Publisher, stopping: Stopping) -> None:
        followers = Followers(self.build(publisher), self.this_run, self.health)
        interval_seconds = self.settings.heartbeat_interval_seconds
        heartbeats = Heartbeats(self.this_run, followers, publisher, self.clock, interval_seconds)
        async with followers, asyncio.TaskGroup() as tasks:
            beating = tasks.create_task(heartbeats.send_until(stopping))
            tasks.create_task(self._publish_left_over(followers, stopping))
            await shares.run(stopping, followers)
            await beating
            await heartbeats.send_last()

    async def _publish_left_over(self, followers: Followers[Any], stopping: Stopping) -> None:
        """Publish what is on disk of sources that another replica follows now, or nobody any more."""
        interval_seconds = min(LEFT_OVER_SECONDS, self.settings.publish_interval_seconds)
        while not stopping.is_set():
            await until_stopping(stopping, followers.publish_left_over())
            await stopping.sleep(interval_seconds)

    def _shares(self) -> Shares:
        return Shares(
            self.kafka,
            group=self.settings.group,
            items=self.items,
            client_id=self.settings.collector_id,
            session_timeout_seconds=self.settings.session_timeout_seconds,
            health=self.health,
        )
