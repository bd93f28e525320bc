"""The one place that puts the normalizer together."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import faust

from normalizer.adapters.crash_log import ClickHouseCrashLog
from normalizer.adapters.day_seals import ClickHouseDaySeals
from normalizer.adapters.faust_app import create_app, stop_app, until_ended
from normalizer.adapters.group_lag import GroupLag
from normalizer.adapters.machines import ClickHouseMachines
from normalizer.adapters.samples import CHECK, ClickHouseSamples
from normalizer.adapters.work_marks import WorkMarks, record_deaths
from normalizer.batch_watch import BatchWatch
from normalizer.discovery_handler import NormalizeDiscovery
from normalizer.domain.performance.clock_limits import ClockLimits
from normalizer.intake import Handler, Intake
from normalizer.jobs import DaySealing, Tombstones
from normalizer.known_machines import KnownMachines
from normalizer.performance_handler import StorePerformance
from normalizer.ports import CrashLog
from normalizer.settings import NormalizerSettings
from normalizer.streams import DISCOVERY, PERFORMANCE, Stream, StreamDeps, register
from normalizer.turns import Turns
from surveyor_kit.batches import STATUS
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.deadletters import DeadLetterLimit, DeadLetters
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventConsumer, EventPublisher, Publisher, check_topics
from surveyor_kit.lifecycle import Stopping, collect_garbage_rarely
from surveyor_kit.migrations import require_current
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings, StoreSettings

TOPICS = (
    PERFORMANCE,
    f"{PERFORMANCE}-dlq",
    DISCOVERY,
    f"{DISCOVERY}-dlq",
    "machines",
    "environment-changes",
    STATUS,
)
IDLE_TIMEOUT_SECONDS = 10.0
AT_WORK = "at-work"
"""Folder of the marks below the data directory, which an `emptyDir` keeps when a container is killed."""


@dataclass(frozen=True)
class AllSettings:
    """The settings of the process."""

    normalizer: NormalizerSettings
    kafka: KafkaSettings
    clickhouse: ClickHouseSettings
    store: StoreSettings


@dataclass(frozen=True)
class Service:
    """What is put together on a publisher and a store."""

    streams: tuple[Stream, ...]
    marks: WorkMarks
    crashes: CrashLog
    sealing: DaySealing
    tombstones: Tombstones


def build(
    own: NormalizerSettings, store: ClickHouse, publisher: Publisher, health: Health, clock: Clock
) -> Service:
    """Put handlers and jobs together; nothing is connected or started by it."""
    samples = ClickHouseSamples(store, health)
    machines = ClickHouseMachines(store, health)
    seals = ClickHouseDaySeals(store, health)
    crashes = ClickHouseCrashLog(store, own.group)
    marks = WorkMarks(own.data_dir / AT_WORK / quote(own.group, safe=""), clock)
    turns = Turns()
    known = KnownMachines(machines, own.machine_wait_seconds)
    limits = ClockLimits(
        future=timedelta(seconds=own.clock_future_seconds), past=timedelta(days=own.clock_past_days)
    )

    def stream(topic: str, batch_events: int, handler_of: Callable[[DeadLetters], Handler]) -> Stream:
        limit = DeadLetterLimit(ratio=own.dead_letter_ratio)
        dead_letters = DeadLetters(publisher, own.group, limit=limit, clock=clock)
        handler = handler_of(dead_letters)
        intake = Intake(own.group, handler, crashes, marks.mark(), turns, dead_letters, health, clock)
        return Stream(topic, intake, batch_events, own.batch_wait_seconds)

    return Service(
        marks=marks,
        crashes=crashes,
        streams=(
            stream(
                PERFORMANCE,
                own.performance_batch_events,
                lambda dead_letters: StorePerformance(samples, seals, known, dead_letters, limits, clock),
            ),
            stream(
                DISCOVERY,
                own.discovery_batch_events,
                lambda dead_letters: NormalizeDiscovery(machines, known, publisher, dead_letters, clock),
            ),
        ),
        sealing=DaySealing(seals, own.seal_grace_seconds),
        tombstones=Tombstones(machines, publisher, clock, timedelta(days=own.removed_retention_days)),
    )


async def run(settings: AllSettings, stopping: Stopping) -> None:
    """Serve health, then wait for broker and store, then work until the process is to stop."""
    own = settings.normalizer
    health = Health("kafka", "clickhouse", "streams", alive=lambda: lag.is_moving())
    lag = GroupLag(settings.kafka, own.group, (PERFORMANCE, DISCOVERY), health, own.stuck_after_seconds)
    async with serving(health_app(health), own.http_host, own.http_port):
        working = asyncio.create_task(_work(settings, health, lag, stopping))
        asked = asyncio.create_task(_until(stopping))
        await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if "streams" in health.failing():  # asked to stop while it still waits for something
            working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def _work(settings: AllSettings, health: Health, lag: GroupLag, stopping: Stopping) -> None:
    own, kafka = settings.normalizer, settings.kafka
    async with (
        EventPublisher(kafka, client_id=own.group, health=health) as publisher,
        ClickHouse(settings.clickhouse) as store,
        lag,
        EventConsumer(kafka, [STATUS], client_id=f"{own.group}-batches") as heartbeats,
    ):
        await check_topics(kafka, TOPICS, health=health)
        await retry_forever(lambda: require_current(store), name=CHECK, health=health)
        service = build(own, store, publisher, health, SystemClock())
        await retry_forever(lambda: record_deaths(service.marks, service.crashes), name=CHECK, health=health)
        batches = BatchWatch(
            store,
            SystemClock(),
            timedelta(seconds=own.batch_grace_seconds),
            timedelta(days=settings.store.batches_days),
        )
        app = create_app(own, kafka)
        register(app, StreamDeps(service.streams, health, stopping))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_stream(app, service.streams, health, stopping))
            tasks.create_task(lag.watch(stopping))
            tasks.create_task(service.sealing.run(stopping, own.seal_interval_seconds))
            tasks.create_task(service.tombstones.run(stopping))
            tasks.create_task(batches.run(heartbeats, stopping, own.batch_check_interval_seconds))


async def _stream(app: faust.App, streams: Sequence[Stream], health: Health, stopping: Stopping) -> None:
    """Run Faust; at the end let the batches under way come to theirs, so that they are committed."""
    collect_garbage_rarely()
    await app.start()
    health.set("streams", True)
    await until_ended(app, stopping)
    app.flow_control.suspend()
    await asyncio.gather(*(stream.intake.wind_down(IDLE_TIMEOUT_SECONDS) for stream in streams))
    await stop_app(app)


async def _until(stopping: Stopping) -> None:
    await stopping
