"""What becomes of each dead letter that is to be sent again."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from surveyor_cli.admin.dead_letters import CLIENT, DeadLetter, note_headers
from surveyor_cli.admin.freshness import RevisionGuard
from surveyor_kit.clock import SystemClock
from surveyor_kit.kafka import EventPublisher
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import Event
from surveyor_schemas.codec import InvalidEvent, decode
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.topics import TOPICS, dead_letter_topic


class Outcome(StrEnum):
    """What is done with a letter."""

    REPLAYED = "replayed"
    """Sent to its topic."""
    STALE = "stale"
    """An observation that is not newer than the stored state: noted as taken up, not sent."""
    INVALID = "invalid"
    """Still breaks the contract: left where it is, to be taken up another time."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter and the event in it, or what is wrong with it."""

    letter: DeadLetter
    event: Event | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """A letter and what was done with it, or would be."""

    letter: DeadLetter
    outcome: Outcome
    fault: str


def opened(topic: str, letter: DeadLetter) -> Opened:
    """Read a letter by the contract of this release."""
    try:
        return Opened(letter, decode(topic, letter.headers, letter.value))
    except InvalidEvent as error:
        return Opened(letter, None, str(error))


def judged(
    topic: str, letters: Iterable[Opened], guard: RevisionGuard, *, unchecked: bool
) -> Iterator[Handled]:
    """Say what is to become of letters, in their order.

    On a compacted topic the last message under a key is its state, so what cannot be read or is old never
    goes there again: it would hide a newer one.

    Args:
        topic: Where the letters came from.
        letters: Those that were asked for.
        guard: Knows the stored revisions of the letters' machines.
        unchecked: Send also what breaks the contract, where the topic bears it.
    """
    bears_anything = TOPICS[topic].cleanup_policy != "compact"
    for each in letters:
        yield Handled(each.letter, _outcome(each.event, guard, unchecked and bears_anything), each.fault)


async def send(
    settings: KafkaSettings, topic: str, handled: Sequence[Handled], timeout_seconds: float
) -> None:
    """Send letters one after another, each with its note.

    Raises:
        TimeoutError: The broker did not acknowledge one in time. A letter that was sent and could not be
            noted is sent again by the next replay, which every consumer bears.
    """
    async with EventPublisher(settings, client_id=CLIENT) as publisher:
        for each in handled:
            async with asyncio.timeout(timeout_seconds):
                await _send(publisher, topic, each)


async def _send(publisher: EventPublisher, topic: str, handled: Handled) -> None:
    letter = handled.letter
    if handled.outcome is Outcome.INVALID:
        return
    if handled.outcome is Outcome.REPLAYED:
        await publisher.publish_raw(topic, letter.key, letter.value, letter.headers)
    note = note_headers(letter.place, handled.outcome, SystemClock().now())
    await publisher.publish_raw(dead_letter_topic(topic), letter.key, None, note)


def _outcome(event: Event | None, guard: RevisionGuard, sends_invalid: bool) -> Outcome:
    if event is None:
        return Outcome.REPLAYED if sends_invalid else Outcome.INVALID
    if isinstance(event, Observation) and not guard.let_through(event.machine_id, event.revision):
        return Outcome.STALE
    return Outcome.REPLAYED
