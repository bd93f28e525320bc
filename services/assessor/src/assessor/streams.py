"""The assessor's one stream: requests in, runs carried out, each committed when it has ended."""

from typing import NoReturn

from opentelemetry import trace

from assessor.handlers import handle_request
from assessor.request_queue import Partition, Pending, RequestQueue
from assessor.run_control import RunCancelled, RunGivenAway
from assessor.runs import RunDependencies
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import EventConsumer
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import EVENTS_CONSUMED
from surveyor_kit.racing import until_one_ends
from surveyor_kit.tracing import extract_context
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested

SERVICE = "assessor"
REQUESTS = "assessment-requests"
TOPICS = (REQUESTS, f"{REQUESTS}-dlq", "assessment-events")
POLL_SECONDS = 0.25

log = get_logger(__name__)
_tracer = trace.get_tracer(SERVICE)


async def consume_requests(consumer: EventConsumer, dead_letters: DeadLetters, deps: RunDependencies) -> None:
    """Carry out requests one after the other, for ever, and go on reading meanwhile.

    Cancelled, it gives up the run under way: that is not committed, so that the next assessor takes it up.
    """
    queue = RequestQueue()
    await until_one_ends(_read(consumer, queue), _carry_out(consumer, queue, dead_letters, deps))


async def _read(consumer: EventConsumer, queue: RequestQueue) -> NoReturn:
    held: frozenset[Partition] = frozenset()
    while True:
        batch = await consumer.poll(POLL_SECONDS)
        before, held = held, consumer.assignment()
        if held != before:
            log.info("partitions_held", partitions=sorted(partition for _, partition in held))
        queue.keep_only(held)
        queue.put(batch)


async def _carry_out(
    consumer: EventConsumer, queue: RequestQueue, dead_letters: DeadLetters, deps: RunDependencies
) -> NoReturn:
    while True:
        pending = await queue.first()
        try:
            await _handle(pending, queue, dead_letters, deps)
        except RunGivenAway:
            log.info("run_given_away", partition=pending.received.partition, offset=pending.received.offset)
        else:
            await consumer.commit([pending.received])
        queue.remove(pending)


async def _handle(
    pending: Pending, queue: RequestQueue, dead_letters: DeadLetters, deps: RunDependencies
) -> None:
    event, received = pending.event, pending.received
    if isinstance(event, InvalidMessage):
        await dead_letters.send(received, event.reason, type(event).__name__, event.detail)
        return
    if isinstance(event, AssessmentRequested):
        with _tracer.start_as_current_span("assessment-run", extract_context(received.headers)):
            await handle_request(event, deps, lambda: _check_in(pending, event, queue))
    # A cancellation has done its work by waiting in the queue behind its run.
    dead_letters.record_ok()
    EVENTS_CONSUMED.labels(REQUESTS, SERVICE).inc()


def _check_in(pending: Pending, request: AssessmentRequested, queue: RequestQueue) -> None:
    if not queue.holds(pending):
        raise RunGivenAway
    cancelled_by = queue.cancelled_by(request.run_id)
    if cancelled_by is not None:
        raise RunCancelled(cancelled_by)
