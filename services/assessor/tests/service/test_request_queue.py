"""What is read ahead of the requests: order, cancellations, rebalances."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from assessor.request_queue import Pending, RequestQueue
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import ReceivedEvent
from surveyor_schemas.assessments.assessment_cancel_requested_v1 import AssessmentCancelRequested
from surveyor_schemas.base import Event
from surveyor_schemas.codec import encode

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TOPIC = "assessment-requests"


def received(offset: int, event: Event | bytes, partition: int = 0) -> ReceivedEvent:
    if isinstance(event, bytes):
        return ReceivedEvent(TOPIC, partition, offset, b"key", event, (), NOON)
    message = encode(event)
    return ReceivedEvent(TOPIC, partition, offset, message.key, message.value, message.headers, NOON)


def a_cancellation(run_id: UUID) -> AssessmentCancelRequested:
    return AssessmentCancelRequested(
        assessment_id=uuid4(), run_id=run_id, requested_by="tester", requested_at=NOON
    )


async def first(queue: RequestQueue) -> Pending | None:
    """Return what is to be handled next; None when nothing is."""
    try:
        async with asyncio.timeout(0):
            return await queue.first()
    except TimeoutError:
        return None


async def test_messages_wait_until_all_there_is_was_read(make_request: Any) -> None:
    queue, request = RequestQueue(), make_request()
    queue.put([received(5, request)])
    assert await first(queue) is None
    queue.put([])
    pending = await first(queue)
    assert pending is not None
    assert pending.event == request


async def test_message_stays_first_until_it_is_removed(make_request: Any) -> None:
    queue, one, other = RequestQueue(), make_request(), make_request()
    queue.put([received(5, one), received(6, other)])
    queue.put([])
    pending = await queue.first()
    assert await queue.first() is pending
    queue.remove(pending)
    assert (await queue.first()).event == other


async def test_cancellation_is_known_while_its_run_is_under_way(make_request: Any) -> None:
    queue, request = RequestQueue(), make_request()
    queue.put([received(5, request)])
    assert queue.cancelled_by(request.run_id) is None
    queue.put([received(6, a_cancellation(request.run_id))])
    assert queue.cancelled_by(request.run_id) == "tester"
    assert queue.cancelled_by(uuid4()) is None


async def test_redelivered_message_is_not_handled_twice(make_request: Any) -> None:
    queue, request = RequestQueue(), make_request()
    queue.put([received(5, request)])
    queue.put([received(5, request)])
    queue.put([])
    queue.remove(await queue.first())
    assert await first(queue) is None


async def test_partition_that_was_given_away_is_forgotten_and_may_come_back(make_request: Any) -> None:
    queue, request = RequestQueue(), make_request()
    queue.put([received(5, request), received(9, make_request(), partition=1)])
    queue.put([])
    pending = await queue.first()
    queue.keep_only([(TOPIC, 1)])
    assert not queue.holds(pending)
    assert (await queue.first()).partition == (TOPIC, 1)
    queue.keep_only([(TOPIC, 0), (TOPIC, 1)])
    queue.put([received(5, request)])
    queue.put([])
    queue.remove(await queue.first())
    assert (await queue.first()).event == request


async def test_broken_message_keeps_its_place() -> None:
    queue = RequestQueue()
    queue.put([received(5, b"{")])
    queue.put([])
    assert isinstance((await queue.first()).event, InvalidMessage)
