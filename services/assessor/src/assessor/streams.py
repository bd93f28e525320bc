"""The assessor's one stream: requests in, runs carried out, each committed when it has ended."""

from opentelemetry import trace

from assessor.handlers import RunDependencies, handle_request
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import EventConsumer, ReceivedEvent, decode_received
from surveyor_kit.metrics import EVENTS_CONSUMED
from surveyor_kit.tracing import extract_context
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested

SERVICE = "assessor"
REQUESTS = "assessment-requests"
TOPICS = (REQUESTS, f"{REQUESTS}-dlq", "assessment-events")

_tracer = trace.get_tracer(SERVICE)


async def consume_requests(consumer: EventConsumer, dead_letters: DeadLetters, deps: RunDependencies) -> None:
    """Carry out requests one after the other, for ever.

    Cancelled, it gives up the run under way: that is not committed, so that the next assessor takes it up.
    """
    async for batch in consumer:
        for received in batch:
            await _handle(received, dead_letters, deps)
            await consumer.commit([received])


async def _handle(received: ReceivedEvent, dead_letters: DeadLetters, deps: RunDependencies) -> None:
    try:
        event = decode_received(received)
    except InvalidMessage as error:
        await dead_letters.send(received, error.reason, type(error).__name__, error.detail)
        return
    # The topic carries this one event; the codec refused everything else.
    assert isinstance(event, AssessmentRequested)
    with _tracer.start_as_current_span("assessment-run", extract_context(received.headers)):
        await handle_request(event, deps)
    dead_letters.record_ok()
    EVENTS_CONSUMED.labels(REQUESTS, SERVICE).inc()
