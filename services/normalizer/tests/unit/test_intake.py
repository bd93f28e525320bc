import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from normalizer.domain.crashes import CRASHES_ALLOWED, Crash, CrashKind, Place, Record
from normalizer.intake import Intake, isolated
from normalizer.turns import Turns
from surveyor_kit.deadletters import DeadLetterLimit, DeadLetters
from surveyor_kit.errors import DeadLetterLimitExceeded, StoreError
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.testing import InMemoryPublisher, SettableClock

TOPIC = "performance-raw"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class RememberedCrashes:
    """A crash log in memory."""

    def __init__(self) -> None:
        self.known: dict[Place, Record] = {}

    async def records(self) -> Mapping[Place, Record]:
        return dict(self.known)

    async def record(self, crash: Crash) -> None:
        died = crash.kind == CrashKind.DEATH
        for each in crash.places:
            old = self.known.get(each, Record())
            self.known[each] = Record(old.exceptions + (not died), old.deaths + died, old.alone + crash.alone)


class RememberedMark:
    """What a process that is killed now would leave behind."""

    def __init__(self) -> None:
        self.work: tuple[list[Place], bool] | None = None

    def begin(self, places: Sequence[Place], *, alone: bool) -> None:
        self.work = list(places), alone

    def end(self) -> None:
        self.work = None

    def retire(self) -> None:
        self.work = None


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours runs after it."""


class Handler:
    """Fails at one offset; remembers the batches it was handed."""

    def __init__(self, fails_at: int | None = None, error: BaseException | None = None) -> None:
        self.batches: list[Sequence[ReceivedEvent]] = []
        self._fails_at = fails_at
        self._error = error or ZeroDivisionError("a bug")

    async def __call__(self, received: Sequence[ReceivedEvent]) -> None:
        self.batches.append(received)
        if any(event.offset == self._fails_at for event in received):
            raise self._error


class Process:
    """One life of a consumer; what it acknowledges stays with the broker."""

    def __init__(self, handler: Handler, crashes: RememberedCrashes, publisher: InMemoryPublisher) -> None:
        self.mark = RememberedMark()
        self.acknowledged = 0
        dead_letters = DeadLetters(publisher, "normalizer")
        self.intake = Intake(
            "normalizer", handler, crashes, self.mark, Turns(), dead_letters, Health(), SettableClock(NOW)
        )

    async def take(self, batch: Sequence[ReceivedEvent]) -> None:
        await self.intake.take(batch, self._acknowledge)

    async def _acknowledge(self, count: int) -> None:
        self.acknowledged += count


def message(offset: int) -> ReceivedEvent:
    return ReceivedEvent(TOPIC, 0, offset, b"k", b"v%d" % offset, [], datetime.now(UTC))


def offsets(groups: Sequence[Sequence[ReceivedEvent]]) -> list[list[int]]:
    return [[event.offset for event in group] for group in groups]


def test_suspected_messages_stand_alone_and_keep_their_place() -> None:
    batch = [message(offset) for offset in range(6)]
    records = {
        (TOPIC, 0, 1): Record(deaths=2),
        (TOPIC, 0, 2): Record(exceptions=1),
        (TOPIC, 0, 4): Record(deaths=3),
        (TOPIC, 1, 0): Record(exceptions=3),
    }
    assert offsets(list(isolated(batch, records))) == [[0, 1], [2], [3], [4], [5]]


async def test_three_exceptions_at_one_message_alone_dead_letter_it_and_its_neighbours_are_handled() -> None:
    crashes, publisher = RememberedCrashes(), InMemoryPublisher()
    batch = [message(offset) for offset in range(4)]
    for _ in range(1 + CRASHES_ALLOWED):  # in the batch, then alone; each time in a new process
        with pytest.raises(ZeroDivisionError):
            await Process(Handler(fails_at=2), crashes, publisher).take(batch)
    last = Handler(fails_at=2)
    await Process(last, crashes, publisher).take(batch)

    assert crashes.known[TOPIC, 0, 2] == Record(exceptions=4, alone=3)
    assert crashes.known[TOPIC, 0, 1] == Record(exceptions=1)
    assert offsets(last.batches) == [[0], [1], [3]]
    (letter,) = publisher.published
    assert (letter.topic, letter.value) == (f"{TOPIC}-dlq", b"v2")
    assert dict(letter.headers)["dl_reason"] == b"unexpected"


async def test_what_is_done_before_a_crash_is_acknowledged_when_messages_are_alone() -> None:
    crashes = RememberedCrashes()
    await crashes.record(Crash([(TOPIC, 0, n) for n in range(4)], CrashKind.EXCEPTION, False, "", NOW))
    process = Process(Handler(fails_at=2), crashes, InMemoryPublisher())
    with pytest.raises(ZeroDivisionError):
        await process.take([message(offset) for offset in range(4)])
    assert process.acknowledged == 2


async def die_at(offset: int, batch: Sequence[ReceivedEvent], crashes: RememberedCrashes) -> Process:
    """Let a process be killed while it works on this offset; its next life records what it left."""
    process = Process(Handler(), crashes, InMemoryPublisher())
    left: list[tuple[list[Place], bool]] = []

    class Lethal(Handler):
        async def __call__(self, received: Sequence[ReceivedEvent]) -> None:
            if any(event.offset == offset for event in received):
                assert process.mark.work is not None
                left.append(process.mark.work)
                raise Killed

    process.intake._handler = Lethal()
    with pytest.raises(Killed):
        await process.take(batch)
    ((places, alone),) = left
    await crashes.record(Crash(places, CrashKind.DEATH, alone, "killed", NOW))
    return process


async def test_a_message_that_kills_its_process_is_found_alone_and_dead_lettered() -> None:
    crashes, publisher = RememberedCrashes(), InMemoryPublisher()
    batch = [message(offset) for offset in range(4)]
    for _ in range(CRASHES_ALLOWED):
        assert (await die_at(2, batch, crashes)).acknowledged == 0
    for _ in range(CRASHES_ALLOWED):
        assert (await die_at(2, batch, crashes)).acknowledged == 2
    last = Process(Handler(), crashes, publisher)
    await last.take(batch)

    assert crashes.known[TOPIC, 0, 2] == Record(deaths=6, alone=3)
    assert crashes.known[TOPIC, 0, 3] == Record(deaths=3)
    assert last.acknowledged == 4
    (letter,) = publisher.published
    assert letter.value == b"v2"


async def test_kills_by_chance_at_one_batch_or_at_different_messages_blame_nobody() -> None:
    crashes, publisher = RememberedCrashes(), InMemoryPublisher()
    batch = [message(offset) for offset in range(6)]
    for offset in (0, 3, 5, 0, 1, 1, 2, 5):  # three lives die at the batch, the rest here and there alone
        await die_at(offset, batch, crashes)
    last = Process(Handler(), crashes, publisher)
    await last.take(batch)
    assert (last.acknowledged, publisher.published) == (6, [])


async def test_a_batch_of_one_does_not_count_as_alone_while_other_streams_may_work() -> None:
    crashes = RememberedCrashes()
    for _ in range(CRASHES_ALLOWED):
        await die_at(0, [message(0)], crashes)
    assert crashes.known[TOPIC, 0, 0] == Record(deaths=3, alone=0)


async def test_nobody_is_blamed_for_the_end_of_a_process_that_was_asked_to_stop() -> None:
    process = Process(Handler(), RememberedCrashes(), InMemoryPublisher())
    process.mark.begin([(TOPIC, 0, 0)], alone=False)
    assert await process.intake.wind_down(1.0)
    assert process.mark.work is None


@pytest.mark.parametrize(
    "error", [DeadLetterLimitExceeded("too many"), StoreError("no such table", code=60)], ids=repr
)
async def test_no_message_is_blamed_for_what_is_not_its_fault(error: Exception) -> None:
    crashes = RememberedCrashes()
    process = Process(Handler(0, error), crashes, InMemoryPublisher())
    with pytest.raises(type(error)):
        await process.take([message(0)])
    assert (crashes.known, process.mark.work) == ({}, None)


def test_limit_is_a_share_of_the_last_events() -> None:
    limit = DeadLetterLimit(ratio=0.05)
    limit.record(refused=True, count=501)
    assert limit.exceeded()


async def test_a_turn_alone_waits_for_those_under_way_and_goes_before_later_ones() -> None:
    turns, order = Turns(), list[str]()
    first_may_end = asyncio.Event()

    async def work(name: str, *, alone: bool, until: asyncio.Event | None = None) -> None:
        async with turns.alone() if alone else turns.together():
            order.append(name)
            if until:
                await until.wait()
            order.append(f"{name} done")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work("first", alone=False, until=first_may_end))
        tasks.create_task(work("beside", alone=False))
        await asyncio.sleep(0)
        tasks.create_task(work("trial", alone=True))
        await asyncio.sleep(0)
        tasks.create_task(work("later", alone=False))
        for _ in range(5):
            await asyncio.sleep(0)
        first_may_end.set()
    assert order == [
        *("first", "beside", "beside done", "first done"),
        *("trial", "trial done", "later", "later done"),
    ]
