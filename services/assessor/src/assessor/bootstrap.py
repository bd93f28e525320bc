"""The composition root: the only place that knows which adapter stands behind a port."""

import asyncio
import contextlib
from dataclasses import dataclass

from assessor.adapters.backtests import ClickHouseBacktests
from assessor.adapters.catalogue_store import ClickHouseCatalogueStore
from assessor.adapters.estate import ClickHouseEstate
from assessor.adapters.run_store import ClickHouseRunStore
from assessor.adapters.statements import CHECK, PatientClickHouse
from assessor.catalogues import Catalogues
from assessor.runs import RunDependencies
from assessor.settings import AssessorSettings
from assessor.streams import REQUESTS, SERVICE, TOPICS, consume_requests
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventConsumer, EventPublisher, Publisher, check_topics
from surveyor_kit.lifecycle import Stopping, collect_garbage_rarely
from surveyor_kit.migrations import require_current
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings

STREAM_CHECK = "stream"


@dataclass(frozen=True)
class AllSettings:
    """The settings of the process."""

    assessor: AssessorSettings
    kafka: KafkaSettings
    clickhouse: ClickHouseSettings


def run_dependencies(
    own: AssessorSettings,
    store: ClickHouse,
    publisher: Publisher,
    health: Health,
    clock: Clock,
) -> RunDependencies:
    """Put the real adapters behind the ports; nothing is connected or started by it."""
    patient = PatientClickHouse(store, health)
    return RunDependencies(
        estate=ClickHouseEstate(patient),
        runs=ClickHouseRunStore(patient),
        catalogues=Catalogues(ClickHouseCatalogueStore(patient)),
        publisher=publisher,
        clock=clock,
        page_machines=own.page_machines,
        progress_interval_seconds=own.progress_interval_seconds,
        attempts=own.run_attempts,
        retry_seconds=own.run_retry_seconds,
        backtests=ClickHouseBacktests(patient),
        owner_rules=own.owner_rules(),
    )


async def run(settings: AllSettings, stopping: Stopping) -> None:
    """Serve health, wait for broker and store, then carry out requests until asked to stop."""
    health = Health("kafka_publisher", CHECK, STREAM_CHECK)
    async with serving(health_app(health), settings.assessor.http_host, settings.assessor.http_port):
        working = asyncio.create_task(_work(settings, health))
        asked = asyncio.ensure_future(stopping)
        await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        # A run under way can be given up at any point: it is taken up again from its stored inputs.
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def _work(settings: AllSettings, health: Health) -> None:
    kafka = settings.kafka
    async with (
        EventPublisher(kafka, client_id=SERVICE, health=health) as publisher,
        ClickHouse(settings.clickhouse) as store,
    ):
        await check_topics(kafka, TOPICS, health=health)
        await retry_forever(lambda: require_current(store), name=CHECK, health=health)
        deps = run_dependencies(settings.assessor, store, publisher, health, SystemClock())
        await deps.catalogues.publish_packaged()
        # The catalogue's hundreds of thousands of prices stay, and a page's objects stay for a page.
        collect_garbage_rarely()
        consumer = EventConsumer(
            kafka,
            [REQUESTS],
            client_id=SERVICE,
            group=SERVICE,
            session_timeout_seconds=settings.assessor.session_timeout_seconds,
            health=health,
        )
        async with consumer:
            health.set(STREAM_CHECK, True)
            await consume_requests(consumer, DeadLetters(publisher, SERVICE), deps)
