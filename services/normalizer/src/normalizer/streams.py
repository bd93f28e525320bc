"""Faust's entry points: bytes in, acknowledged only when handled.

Nothing may leave an agent: Faust would acknowledge what failed. So an agent reads with `noack_take`, handles
one batch at a time, ends the process on any exception, and acknowledges what is done in the batch's order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import faust

from normalizer.intake import Intake
from surveyor_kit.errors import DeadLetterLimitExceeded
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.lifecycle import Stopping, crash_point, end_process
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

PERFORMANCE = "performance-raw"
DISCOVERY = "discovery-raw"
HALTED_CHECK = "dead_letters"


@dataclass(frozen=True)
class Stream:
    """One topic and what handles it."""

    topic: str
    intake: Intake
    batch_events: int
    batch_wait_seconds: float


@dataclass(frozen=True)
class StreamDeps:
    """What the agents need."""

    streams: Sequence[Stream]
    health: Health
    stopping: Stopping


def register(app: faust.App, deps: StreamDeps) -> None:
    """Give each topic its agent."""
    for stream in deps.streams:
        _register(app, stream, deps)


def _register(app: faust.App, stream: Stream, deps: StreamDeps) -> None:
    topic = app.topic(
        stream.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )

    async def consume(events: Any) -> None:
        async for batch in events.noack_take(stream.batch_events, within=stream.batch_wait_seconds):
            await _handle(stream, batch, deps, events.ack)

    app.agent(topic, name=f"normalizer.{stream.topic}", concurrency=1)(consume)


async def _handle(
    stream: Stream, batch: Sequence[Any], deps: StreamDeps, ack: Callable[[Any], Awaitable[Any]]
) -> None:
    """Handle a batch or never return: a failure must not reach Faust."""
    unacknowledged = iter(batch)

    async def acknowledge(count: int) -> None:
        crash_point("before_ack")
        for event in islice(unacknowledged, count):
            await ack(event)

    try:
        await stream.intake.take([received_event(event.message) for event in batch], acknowledge)
    except DeadLetterLimitExceeded as error:
        await _halt(stream.topic, error, deps.health)
    except asyncio.CancelledError as error:
        if deps.stopping.is_set():
            raise  # the worker ends, and `noack_take` acknowledges nothing on its way out
        end_process(error)
    except BaseException as error:  # noqa: BLE001  # whatever it is, the process ends
        end_process(error)


async def _halt(topic: str, error: DeadLetterLimitExceeded, health: Health) -> None:
    """Stop reading a topic but stay: a restart would dead-letter the next messages."""
    log.critical("stream_halted", topic=topic, error=str(error))
    health.set(HALTED_CHECK, False, f"{topic}: {error}")
    await asyncio.Event().wait()


def received_event(message: Any) -> ReceivedEvent:
    """Return Faust's message in the kit's form."""
    headers = message.headers or ()
    return ReceivedEvent(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=list(headers.items()) if isinstance(headers, dict) else list(headers),
        timestamp=datetime.fromtimestamp(message.timestamp, UTC),
    )
