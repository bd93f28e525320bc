"""Put the parts together and run them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from query_api.assessments.backtests import BacktestService
from query_api.assessments.comparing import ComparisonService
from query_api.assessments.follower import TOPIC as ASSESSMENT_EVENTS
from query_api.assessments.follower import AssessmentFollower
from query_api.assessments.requests import RequestService
from query_api.assessments.results import ResultRepository
from query_api.assessments.service import AssessmentService
from query_api.auth.service import KeyService
from query_api.catalogue.repository import CatalogueRepository
from query_api.changes.repository import ChangeRepository
from query_api.collectors.registry import TOPIC as COLLECTOR_STATUS
from query_api.collectors.registry import CollectorRegistry
from query_api.control.database import ControlDatabase
from query_api.control.migrate import migrate
from query_api.control.outbox import Outbox
from query_api.deps import Deps
from query_api.exports.service import ExportService
from query_api.groups.service import GroupService
from query_api.imports.publisher import ImportPublisher
from query_api.imports.service import ImportService
from query_api.inventory.repository import MachineRepository
from query_api.overview.service import OverviewService
from query_api.performance.service import PerformanceService
from query_api.schedules.runner import ScheduleRunner
from query_api.schedules.service import ScheduleService
from query_api.settings import QueryApiSettings
from query_api.store import Store
from query_api.streams.feed import Feed
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventPublisher, Publisher, check_topics
from surveyor_kit.migrations import require_current
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings

CHECK_EVERY_SECONDS = 5.0
CHECK_TIMEOUT_SECONDS = 5.0
CHANGES = "environment-changes"
TOPICS = (CHANGES, ASSESSMENT_EVENTS, COLLECTOR_STATUS, "assessment-requests", "groups", "discovery-raw")


@dataclass(frozen=True, slots=True)
class Parts:
    """The outside that the application is put together from."""

    settings: QueryApiSettings
    kafka: KafkaSettings
    clickhouse: ClickHouse
    database: ControlDatabase
    publisher: Publisher
    clock: Clock
    health: Health


@dataclass(frozen=True, slots=True)
class Running:
    """The application's parts, and what has to run beside its requests."""

    deps: Deps
    outbox: Outbox
    import_publisher: ImportPublisher
    scheduler: ScheduleRunner
    background: Callable[[], Awaitable[None]]


def put_together(parts: Parts) -> Running:
    """Return the parts of the application; nothing is started or connected."""
    store = Store(parts.clickhouse, parts.settings.store_timeout_seconds)
    outbox = Outbox(parts.database, parts.publisher, parts.health)
    import_publisher = ImportPublisher(parts.database, parts.publisher, parts.clock, parts.health)
    machines = MachineRepository(store)
    catalogue = CatalogueRepository(store)
    results = ResultRepository(store)
    assessments = AssessmentService(parts.database, results)
    requests = RequestService(
        database=parts.database,
        store=store,
        machines=machines,
        catalogue=catalogue,
        outbox=outbox,
        clock=parts.clock,
    )
    deps = Deps(
        settings=parts.settings,
        clock=parts.clock,
        health=parts.health,
        keys=KeyService(parts.database, parts.clock),
        machines=machines,
        performance=PerformanceService(store, parts.clock),
        changes=ChangeRepository(store),
        change_feed=Feed(parts.kafka, CHANGES, parts.clock, parts.health),
        groups=GroupService(parts.database, machines, outbox, parts.clock),
        requests=requests,
        assessments=assessments,
        backtests=BacktestService(store),
        comparisons=ComparisonService(assessments, store),
        assessment_feed=Feed(parts.kafka, ASSESSMENT_EVENTS, parts.clock, parts.health),
        schedules=ScheduleService(parts.database, parts.clock),
        exports=ExportService(assessments, results, parts.settings.project_name),
        imports=ImportService(parts.database, import_publisher, parts.clock),
        collectors=CollectorRegistry(parts.kafka, parts.health),
        catalogue=catalogue,
        overview=OverviewService(store, parts.clock),
    )
    follower = AssessmentFollower(
        parts.kafka, parts.settings.group, assessments, parts.publisher, parts.health
    )
    scheduler = ScheduleRunner(parts.database, requests, parts.clock)
    publishers = (outbox, import_publisher, scheduler)
    followers = (deps.change_feed, deps.assessment_feed, deps.collectors, follower)
    return Running(
        deps, outbox, import_publisher, scheduler, lambda: _run(parts, store, publishers, followers)
    )


async def prepare(database: ControlDatabase, deps: Deps) -> None:
    """Bring the control database up to date, and let the settings' key in."""
    await migrate(database)
    key = deps.settings.bootstrap_key
    await deps.keys.install_bootstrap_key(key.get_secret_value() if key else None)


@asynccontextmanager
async def from_settings(
    settings: QueryApiSettings, kafka: KafkaSettings, clickhouse: ClickHouseSettings
) -> AsyncIterator[Running]:
    """Give the application's parts on the real outside, its control database ready."""
    health = Health("control_database", "clickhouse", "kafka_consumer")
    database = ControlDatabase(settings.sqlalchemy_url())
    publisher = EventPublisher(kafka, client_id="query-api", health=health)
    parts = Parts(settings, kafka, ClickHouse(clickhouse), database, publisher, SystemClock(), health)
    running = put_together(parts)
    try:
        await prepare(database, running.deps)
        yield running
    finally:
        await publisher.__aexit__(None, None, None)
        await database.close()
        parts.clickhouse.close()


class Runs(Protocol):
    """Something that goes on until it is cancelled."""

    async def run(self) -> None:
        """Go on."""


async def _run(parts: Parts, store: Store, publishers: Iterable[Runs], followers: Iterable[Runs]) -> None:
    """Run what goes on beside the requests, until cancelled; followers need the topics."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_check(parts.health, "clickhouse", store.ping))
        tasks.create_task(_check(parts.health, "control_database", parts.database.ping))
        for publisher in publishers:
            tasks.create_task(publisher.run())
        await _check_contracts(parts)
        for follower in followers:
            tasks.create_task(follower.run())


async def _check_contracts(parts: Parts) -> None:
    """Make sure that `surveyor migrate` has been run for this release; wait for what does not answer.

    Raises:
        MissingTopics: Not for the topics.
        SchemaOutdated: Not for the tables.
    """
    await check_topics(parts.kafka, TOPICS, health=parts.health)
    await retry_forever(lambda: require_current(parts.clickhouse), name="clickhouse", health=parts.health)


async def _check(health: Health, name: str, ask: Callable[[], Awaitable[None]]) -> None:
    """Keep one check of `/readyz` up to date."""
    while True:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                await ask()
        except Exception as error:  # noqa: BLE001 - whatever it is, the part is not well, and the check says so
            health.set(name, False, f"{type(error).__name__}: {error}"[:300])
        else:
            health.set(name, True)
        await asyncio.sleep(CHECK_EVERY_SECONDS)
