"""Dead letters as `surveyor replay` reads them: what each was, and which were taken up already.

That a letter was taken up is noted in its dead-letter topic, by a message without a value. So the note lives
as long as the letter, each letter has its own (an offset could not tell letters left for later), and whoever
reads the topic sees what became of it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from surveyor_kit.kafka import ReceivedEvent, read_compacted
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import format_utc
from surveyor_schemas.topics import dead_letter_topic

NOTE_PLACE = "dl_replayed"
NOTE_OUTCOME = "dl_replay_outcome"
NOTE_AT = "dl_replayed_at"
CLIENT = "surveyor-replay"
ADDED_HEADERS = "dl_"

Place = tuple[int, int]
"""Partition and offset in the dead-letter topic."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message, or one part of one, that a consumer put aside."""

    place: Place
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    """Those of the original message."""
    reason: str
    detail: str
    put_aside_at: datetime
    was_taken_up: bool


async def read_dead_letters(settings: KafkaSettings, topic: str) -> list[DeadLetter]:
    """Return the letters that the dead-letter topic of `topic` holds now, in order by partition."""
    letters: list[ReceivedEvent] = []
    noted: set[Place] = set()
    async for received in _everything(settings, topic):
        place = noted_place(received)
        if place is not None:
            noted.add(place)
        elif received.value is not None:
            letters.append(received)
    return [_letter(received, noted) for received in letters]


def note_headers(place: Place, outcome: str, now: datetime) -> list[tuple[str, bytes]]:
    """Return the headers of the note that a letter was taken up."""
    return [
        (NOTE_PLACE, f"{place[0]}:{place[1]}".encode()),
        (NOTE_OUTCOME, outcome.encode()),
        (NOTE_AT, format_utc(now).encode()),
    ]


def noted_place(received: ReceivedEvent) -> Place | None:
    """Return whose note a message is; None for a letter."""
    partition, _, offset = _header(received, NOTE_PLACE).partition(":")
    is_note = received.value is None and partition.isdecimal() and offset.isdecimal()
    return (int(partition), int(offset)) if is_note else None


def _everything(settings: KafkaSettings, topic: str) -> AsyncIterator[ReceivedEvent]:
    return read_compacted(settings, [dead_letter_topic(topic)], client_id=CLIENT)


def _letter(received: ReceivedEvent, noted: set[Place]) -> DeadLetter:
    place = (received.partition, received.offset)
    return DeadLetter(
        place=place,
        key=received.key,
        value=received.value or b"",
        headers=[header for header in received.headers if not header[0].startswith(ADDED_HEADERS)],
        reason=_header(received, "dl_reason"),
        detail=_header(received, "dl_detail"),
        put_aside_at=received.timestamp,
        was_taken_up=place in noted,
    )


def _header(received: ReceivedEvent, name: str) -> str:
    found = (value for header, value in received.headers if header == name)
    return next(found, b"").decode(errors="replace")
