from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from normalizer.intake import Intake, Place, isolated
from surveyor_kit.deadletters import DeadLetterLimit, DeadLetters
from surveyor_kit.errors import DeadLetterLimitExceeded, StoreError
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.testing import InMemoryPublisher

TOPIC = "performance-raw"


class RememberedCrashes:
    """A crash log in memory."""

    def __init__(self) -> None:
        self.known: dict[Place, int] = {}

    async def counts(self) -> Mapping[Place, int]:
        return dict(self.known)

    async def record(self, places: Sequence[Place], error: str) -> None:
        for each in places:
            self.known[each] = self.known.get(each, 0) + 1


def message(offset: int) -> ReceivedEvent:
    return ReceivedEvent(TOPIC, 0, offset, b"k", b"v%d" % offset, [], datetime.now(UTC))


def offsets(groups: Sequence[Sequence[ReceivedEvent]]) -> list[list[int]]:
    return [[event.offset for event in group] for group in groups]


class Handler:
    """Fails at one offset; remembers the batches it was handed."""

    def __init__(self, fails_at: int | None = None, error: Exception | None = None) -> None:
        self.batches: list[Sequence[ReceivedEvent]] = []
        self._fails_at = fails_at
        self._error = error or ZeroDivisionError("a bug")

    async def __call__(self, received: Sequence[ReceivedEvent]) -> None:
        self.batches.append(received)
        if any(event.offset == self._fails_at for event in received):
            raise self._error


def an_intake(handler: Handler, crashes: RememberedCrashes, publisher: InMemoryPublisher) -> Intake:
    return Intake("normalizer", handler, crashes, DeadLetters(publisher, "normalizer"), Health())


def test_messages_with_a_crash_stand_alone_and_keep_their_place() -> None:
    batch = [message(offset) for offset in range(5)]
    groups = list(isolated(batch, {(TOPIC, 0, 2): 1, (TOPIC, 0, 4): 1, (TOPIC, 1, 0): 3}))
    assert offsets(groups) == [[0, 1], [2], [3], [4]]


async def test_the_third_crash_of_one_message_dead_letters_it_and_its_neighbours_are_handled() -> None:
    crashes, publisher = RememberedCrashes(), InMemoryPublisher()
    batch = [message(offset) for offset in range(4)]
    for _ in range(3):  # each time in a new process, from the last committed offset
        with pytest.raises(ZeroDivisionError):
            await an_intake(Handler(fails_at=2), crashes, publisher).take(batch)
    last = Handler(fails_at=2)
    await an_intake(last, crashes, publisher).take(batch)

    assert crashes.known == {(TOPIC, 0, 0): 1, (TOPIC, 0, 1): 1, (TOPIC, 0, 2): 3, (TOPIC, 0, 3): 1}
    assert offsets(last.batches) == [[0], [1], [3]]
    (letter,) = publisher.published
    assert (letter.topic, letter.value) == (f"{TOPIC}-dlq", b"v2")
    assert dict(letter.headers)["dl_reason"] == b"unexpected"


@pytest.mark.parametrize(
    "error", [DeadLetterLimitExceeded("too many"), StoreError("no such table", code=60)], ids=repr
)
async def test_no_message_is_blamed_for_what_is_not_its_fault(error: Exception) -> None:
    crashes = RememberedCrashes()
    with pytest.raises(type(error)):
        await an_intake(Handler(0, error), crashes, InMemoryPublisher()).take([message(0)])
    assert crashes.known == {}


def test_limit_is_a_share_of_the_last_events() -> None:
    limit = DeadLetterLimit(ratio=0.05)
    limit.record(refused=True, count=501)
    assert limit.exceeded()
