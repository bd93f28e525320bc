"""What the pinned Faust acknowledges when a handler fails, and which offsets it commits.

The agents rest on this: `noack_take` acknowledges nothing by itself, all else that takes batches does even
when the batch failed. A release of Faust that behaves differently shows here.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import faust
import pytest
from faust.events import Event
from faust.transport.consumer import Consumer
from faust.types import TP
from intervaltree import IntervalTree  # type: ignore[import-untyped]  # ships no types

# Faust's test context makes an event loop that it never closes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

WITHIN_SECONDS = 0.1
PUT_TIMEOUT_SECONDS = 1.0
VALUES = (b"1", b"2", b"3")
Take = Callable[[Any], AsyncIterator[Any]]

FLAVOURS: dict[str, Take] = {
    "take": lambda stream: stream.take(3, within=WITHIN_SECONDS),
    "take of noack": lambda stream: stream.noack().take(3, within=WITHIN_SECONDS),
    "take_events": lambda stream: stream.take_events(3, within=WITHIN_SECONDS),
    "noack_take": lambda stream: stream.noack_take(3, within=WITHIN_SECONDS),
}


@pytest.fixture
def acknowledged(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The values whose events were acknowledged, in that order."""
    values: list[bytes] = []

    def ack(event: Event) -> bool:
        values.append(event.value)
        return True

    monkeypatch.setattr(Event, "ack", ack)
    return values


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[faust.App]:
    """An application that is never started: its agents read what the test puts into their channels."""
    loop = asyncio.get_running_loop()
    app = faust.App(
        "acknowledgement", broker="kafka://127.0.0.1:9", store="memory://", datadir=tmp_path, loop=loop
    )
    app.flow_control.resume()
    yield app
    app.flow_control.suspend()


async def feed(app: faust.App, take: Take, *, failure: BaseException | None, by_hand: bool = False) -> None:
    """Give three values to an agent that fails on its first batch, and wait until all is over."""
    seen = asyncio.Event()

    async def consume(stream: Any) -> None:
        async for batch in take(stream):
            seen.set()
            if failure is not None:
                raise failure
            if by_hand:
                for event in batch:
                    await stream.ack(event)

    topic = app.topic("values", value_type=bytes, value_serializer="raw")
    agent = app.agent(topic)(consume)
    async with agent.test_context() as context:
        for value in VALUES:
            try:
                await asyncio.wait_for(context.put(value, wait=False), PUT_TIMEOUT_SECONDS)
            except TimeoutError:
                break  # the agent is dead
        await asyncio.wait_for(seen.wait(), PUT_TIMEOUT_SECONDS)
        await asyncio.sleep(3 * WITHIN_SECONDS)
        gc.collect()
        await asyncio.sleep(0)


@pytest.mark.parametrize("flavour", ["take", "take of noack", "take_events"])
async def test_without_a_failure_the_recorder_sees_every_acknowledgement(
    app: faust.App, acknowledged: list[bytes], flavour: str
) -> None:
    await feed(app, FLAVOURS[flavour], failure=None)
    assert acknowledged == list(VALUES)


async def test_noack_take_leaves_acknowledging_to_the_agent(
    app: faust.App, acknowledged: list[bytes]
) -> None:
    await feed(app, FLAVOURS["noack_take"], failure=None)
    assert acknowledged == []


async def test_an_agent_acknowledges_by_hand_in_order(app: faust.App, acknowledged: list[bytes]) -> None:
    await feed(app, FLAVOURS["noack_take"], failure=None, by_hand=True)
    assert acknowledged == list(VALUES)


@pytest.mark.parametrize("failure", [RuntimeError("failed"), asyncio.CancelledError()], ids=repr)
@pytest.mark.parametrize(
    ("flavour", "expected"),
    [("take", VALUES), ("take of noack", VALUES), ("take_events", VALUES), ("noack_take", ())],
)
async def test_a_failed_batch_is_acknowledged_by_all_but_noack_take(
    app: faust.App,
    acknowledged: list[bytes],
    flavour: str,
    expected: tuple[bytes, ...],
    failure: BaseException,
) -> None:
    await feed(app, FLAVOURS[flavour], failure=failure)
    assert tuple(acknowledged) == expected


class OffsetsOf:
    """As much of a consumer as the arithmetic of its offsets needs."""

    def __init__(self, partition: TP, committed: int | None, acknowledged: list[int]) -> None:
        self._acked = {partition: list(acknowledged)}
        self._acked_index = {partition: set(acknowledged)}
        self._gap = {partition: IntervalTree()}
        self._committed_offset = {partition: committed}


PARTITION = TP("values", 0)


def offset_to_commit(committed: int | None, acknowledged: list[int]) -> int | None:
    consumer: Any = OffsetsOf(PARTITION, committed, acknowledged)
    new_offset: int | None = Consumer._new_offset(consumer, PARTITION)
    return new_offset


@pytest.mark.parametrize(
    ("committed", "acknowledged", "expected"), [(100, [102], None), (100, [100, 101], 102)]
)
def test_offsets_are_committed_up_to_the_first_gap(
    committed: int, acknowledged: list[int], expected: int | None
) -> None:
    assert offset_to_commit(committed, acknowledged) == expected


@pytest.mark.xfail(
    strict=True, reason="faust-streaming#606: steps over one missing message at the head of a partition"
)
@pytest.mark.parametrize(("committed", "acknowledged"), [(100, [101, 102]), (None, [101])])
def test_a_message_under_way_at_the_head_is_not_stepped_over(
    committed: int | None, acknowledged: list[int]
) -> None:
    assert offset_to_commit(committed, acknowledged) is None
