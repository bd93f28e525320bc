"""What has been read of the requests and is not yet done: read ahead, carried out one after the other."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import ReceivedEvent, decode_received
from surveyor_schemas.assessments.assessment_cancel_requested_v1 import AssessmentCancelRequested
from surveyor_schemas.base import Event

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Pending:
    """A message with what it says, or why it says nothing."""

    received: ReceivedEvent
    event: Event | InvalidMessage

    @property
    def partition(self) -> Partition:
        return (self.received.topic, self.received.partition)


class RequestQueue:
    """Messages in the order in which they were read, those of each partition in the order of offsets.

    All of the topic is read ahead, so that a cancellation is known while its run is under way or still
    waits, and so that the group hears of this consumer however long a run takes. That is a few kilobytes
    a request, for requests that wait.
    """

    def __init__(self) -> None:
        self._pending: list[Pending] = []
        self._last_offsets: dict[Partition, int] = {}
        self._may_start = asyncio.Event()
        self._read_to_the_end = False

    def put(self, batch: Iterable[ReceivedEvent]) -> None:
        """Add what was read. What is redelivered after a rebalance is here already.

        An empty batch says that there is no more to read at present; nothing is started before, so
        that what comes back after a crash comes back together with its cancellation.
        """
        messages = list(batch)
        for received in messages:
            self._put(received)
        self._read_to_the_end = not messages
        self._wake()

    def _put(self, received: ReceivedEvent) -> None:
        partition = (received.topic, received.partition)
        if received.offset <= self._last_offsets.get(partition, -1):
            return
        self._last_offsets[partition] = received.offset
        self._pending.append(Pending(received, _decoded(received)))

    def keep_only(self, held: Iterable[Partition]) -> None:
        """Forget what the group has given to another consumer."""
        kept = set(held)
        self._last_offsets = {place: at for place, at in self._last_offsets.items() if place in kept}
        self._pending = [pending for pending in self._pending if pending.partition in kept]
        self._wake()

    async def first(self) -> Pending:
        """Wait for the message that is to be handled next; it stays in the queue until `remove`."""
        while not self._may_start.is_set():
            await self._may_start.wait()
        return self._pending[0]

    def remove(self, pending: Pending) -> None:
        """Take out what is done; nothing happens if it is not here any more."""
        self._pending = [other for other in self._pending if other is not pending]
        self._wake()

    def holds(self, pending: Pending) -> bool:
        """Return whether this consumer still has to handle the message."""
        return any(other is pending for other in self._pending)

    def cancelled_by(self, run_id: UUID) -> str | None:
        """Return who asked to cancel a run; None when nobody did."""
        for pending in self._pending:
            event = pending.event
            if isinstance(event, AssessmentCancelRequested) and event.run_id == run_id:
                return event.requested_by
        return None

    def _wake(self) -> None:
        if self._pending and self._read_to_the_end:
            self._may_start.set()
        else:
            self._may_start.clear()


def _decoded(received: ReceivedEvent) -> Event | InvalidMessage:
    try:
        return decode_received(received)
    except InvalidMessage as error:
        return error
