"""While a run is under way the service reads on: it hears of cancellations and stays in its group."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from assessor.bootstrap import run_dependencies
from assessor.domain.inputs import MachineInputs
from assessor.ports import Estate
from assessor.settings import AssessorSettings
from assessor.streams import REQUESTS, consume_requests
from devstack.fixtures.broker import Kafka
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import SystemClock
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventConsumer, EventPublisher, ReceivedEvent
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.assessments.assessment_cancel_requested_v1 import AssessmentCancelRequested
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.base import Event

pytestmark = pytest.mark.parts

PATIENCE_SECONDS = 60
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class SlowEstate:
    """An estate whose machines come only when a test says so."""

    def __init__(self, estate: Estate) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self._estate = estate

    async def scope(self, run_id: UUID) -> list[UUID]:
        return await self._estate.scope(run_id)

    async def inputs(
        self, run_id: UUID, page: Sequence[UUID], window: Any, percentile: int
    ) -> list[MachineInputs]:
        self.asked.set()
        await self.may_answer.wait()
        return await self._estate.inputs(run_id, page, window, percentile)


class WatchedConsumer(EventConsumer):
    """A consumer that knows which messages its reader has dealt with: those before it asked for more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dealt_with: set[tuple[int, int]] = set()
        self._given: set[tuple[int, int]] = set()

    async def poll(self, timeout_seconds: float = 1.0) -> list[ReceivedEvent]:
        self.dealt_with |= self._given
        batch = await super().poll(timeout_seconds)
        self._given = {(received.partition, received.offset) for received in batch}
        return batch


class Service:
    """A service of its own group; `events` holds what it announced."""

    def __init__(self, kafka: KafkaSettings, store: ClickHouse, estate: Any, make_request: Any) -> None:
        self._kafka, self._store, self._tables, self._make_request = kafka, store, estate, make_request
        self.group = f"assessor-{uuid4()}"
        self.publisher = InMemoryPublisher()
        own = AssessorSettings(page_machines=1)
        deps = run_dependencies(own, store, self.publisher, Health(), SystemClock())
        self.estate = SlowEstate(deps.estate)
        self.deps = replace(deps, estate=self.estate)

    def consumer(self) -> WatchedConsumer:
        return WatchedConsumer(self._kafka, [REQUESTS], client_id=self.group, group=self.group)

    async def skip_what_others_sent(self) -> None:
        async with self.consumer() as consumer:
            while batch := await consumer.poll(2):
                await consumer.commit(batch)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[WatchedConsumer]:
        async with self.consumer() as consumer:
            letters = DeadLetters(InMemoryPublisher(), self.group)
            working = asyncio.create_task(consume_requests(consumer, letters, self.deps))
            try:
                yield consumer
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def request(self, machine: Any) -> Any:
        request = self._make_request(settings={"sizing_criterion": "AsOnPremises"})
        await self._tables.add([machine])
        await self._tables.scope(request.run_id, [machine.machine_id])
        await self.send(request)
        return request

    async def send(self, event: Event) -> tuple[int, int]:
        """Publish an event; return its partition and offset."""
        async with EventPublisher(self._kafka, client_id="test") as publisher:
            sent = await publisher.publish(event)
        return sent.partition, sent.offset

    async def announced(self, kind: type[Any]) -> Any:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for event in self.publisher.events("assessment-events"):
                    if isinstance(event, kind):
                        return event
                await asyncio.sleep(0.02)


@pytest.fixture
async def service(kafka: Kafka, store: ClickHouse, estate: Any, make_request: Any) -> Service:
    service = Service(await kafka.with_topics(), store, estate, make_request)
    await service.skip_what_others_sent()
    return service


def a_cancellation(request: Any) -> AssessmentCancelRequested:
    return AssessmentCancelRequested(
        assessment_id=request.assessment_id, run_id=request.run_id, requested_by="tester", requested_at=NOON
    )


async def test_run_under_way_is_cancelled(service: Service, make_machine: Any) -> None:
    async with service.running() as consumer:
        request = await service.request(make_machine())
        await asyncio.wait_for(service.estate.asked.wait(), PATIENCE_SECONDS)
        place = await service.send(a_cancellation(request))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while place not in consumer.dealt_with:  # noqa: ASYNC110  # the reader tells nobody
                await asyncio.sleep(0.02)
        service.estate.may_answer.set()
        cancelled = await service.announced(AssessmentCancelled)
    assert (cancelled.run_id, cancelled.cancelled_by) == (request.run_id, "tester")
    assert await service.deps.runs.summary(request.run_id) is None


async def test_run_that_was_cancelled_before_its_turn_is_never_begun(
    service: Service, make_machine: Any
) -> None:
    request = await service.request(make_machine())
    await service.send(a_cancellation(request))
    async with service.running():
        await service.announced(AssessmentCancelled)
    assert not service.estate.asked.is_set()
    assert await service.deps.runs.record(request.run_id) is None


async def test_request_that_is_done_is_not_delivered_again(service: Service, make_machine: Any) -> None:
    service.estate.may_answer.set()
    async with service.running():
        request = await service.request(make_machine())
        await service.announced(AssessmentCompleted)
        # Of the same partition: it ends after the first one was committed.
        next_run = request.model_copy(update={"run_id": uuid4()})
        await service.send(next_run)
        await service.announced(AssessmentFailed)
    async with service.consumer() as consumer:
        delivered = [received.value or b"" for received in await consumer.poll(2)]
    assert not any(str(request.run_id).encode() in value for value in delivered)
