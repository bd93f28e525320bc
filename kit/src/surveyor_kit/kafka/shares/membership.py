"""A member of a group that shares items out: it begins and ends work as the group decides."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.kafka.options import client_options, is_refusal
from surveyor_kit.kafka.shares.assignor import Assignment, ShareAssignor
from surveyor_kit.kafka.shares.plan import Claim
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import SHARES_HELD
from surveyor_kit.racing import until_one_ends
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings

log = get_logger(__name__)

CHECK = "kafka_shares"
CARRIER_TOPIC = "collector-status"
"""A member of a group has to subscribe to a topic; nothing is read from this one."""
SESSION_TIMEOUT_SECONDS = 20.0
POLL_MS = 5000
LEAVE_SECONDS = 3.0


class Worker(Protocol):
    """Does the work on items; the calls of one member never overlap."""

    async def take(self, items: frozenset[str]) -> None:
        """Begin to work on these, and return when that has begun; may be cancelled at the process's end."""

    async def give_up(self, items: frozenset[str]) -> None:
        """End the work on these, also where `take` was cancelled; return when nothing of it is under way."""


class Shares:
    """One member's share of the items.

    Each item is worked on by exactly one of the living members that are able to. A member that comes or
    goes moves as few items as balance needs, and an item begins at its new member only after the former one
    has ended it. A member that cannot reach the broker goes on with what it has: the group may take it for
    dead and have its items begun elsewhere, so that both work on them until it is back and told to end. Work
    must bear that; a pause of the broker that stopped all work would be worse.

    Args:
        settings: Where the broker is.
        group: The consumer group; its members share.
        items: What this member is able to work on.
        client_id: How the broker names this member.
        session_timeout_seconds: A member that says nothing for so long is dead, and the others take over.
        health: Where the check `kafka_shares` tells whether the group has ever answered.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        group: str,
        items: Iterable[str],
        client_id: str,
        session_timeout_seconds: float = SESSION_TIMEOUT_SECONDS,
        health: Health | None = None,
    ) -> None:
        self._settings = settings
        self._group = group
        self._able = frozenset(items)
        self._client_id = client_id
        self._session_timeout_seconds = session_timeout_seconds
        self._health = health
        self._assigned: frozenset[str] = frozenset()
        self._working: frozenset[str] = frozenset()
        self._epoch = 0
        self._news = asyncio.Event()
        self._consumer: Any = None
        self._report(False, "not a member yet")

    @property
    def held(self) -> frozenset[str]:
        """The items that may not begin elsewhere: worked on, about to begin, or about to end."""
        return self._working | self._assigned

    async def run(self, stopping: Stopping, worker: Worker) -> None:
        """Work on this member's share until the process is to stop; end all work, then leave the group.

        Raises:
            KafkaError: The broker refuses the group to this member.
        """
        member = asyncio.create_task(self._stay_member())
        try:
            # Shielded: whatever ends first, the member stays one until its work has ended.
            await until_one_ends(asyncio.shield(member), self._work(worker), stopping)
        finally:
            await self._give_up(worker, self._working)
            member.cancel()
            await asyncio.gather(member, return_exceptions=True)

    async def _work(self, worker: Worker) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if lost := self._working - self._assigned:
                await self._give_up(worker, lost)
                self._join_again()
            if gained := self._assigned - self._working:
                await self._take(worker, gained)

    async def _take(self, worker: Worker, items: frozenset[str]) -> None:
        self._working |= items
        SHARES_HELD.labels(self._group).set(len(self._working))
        log.info("shares_taken", group=self._group, items=sorted(items), epoch=self._epoch)
        await worker.take(items)

    async def _give_up(self, worker: Worker, items: frozenset[str]) -> None:
        if items:
            await worker.give_up(items)
            self._working -= items
            SHARES_HELD.labels(self._group).set(len(self._working))
            log.info("shares_given_up", group=self._group, items=sorted(items), epoch=self._epoch)

    def _claim(self) -> Claim:
        return Claim(self._able, self.held, self._epoch)

    def _on_assigned(self, assignment: Assignment) -> None:
        self._epoch, self._assigned = assignment.epoch, assignment.items
        self._news.set()
        self._report(True)

    def _join_again(self) -> None:
        """Tell the group what is held now: a new subscription, though to the same topic, does that."""
        if self._consumer is not None:
            self._consumer.subscribe([CARRIER_TOPIC])

    async def _stay_member(self) -> None:
        """Be a member for good; where the library gives up, with a new consumer."""
        await retry_forever(self._be_member, name=CHECK)

    async def _be_member(self) -> None:
        consumer = self._new_consumer()
        try:
            await consumer.start()
            self._consumer = consumer
            while True:
                # Nothing is assigned, so nothing comes; errors of the group do.
                await consumer.getmany(timeout_ms=POLL_MS)
        except KafkaError as error:
            if is_refusal(error):
                raise
            raise RetryableError(f"{type(error).__name__}: {error}") from error
        finally:
            self._consumer = None
            await _stop(consumer)

    def _new_consumer(self) -> AIOKafkaConsumer:
        session_ms = int(self._session_timeout_seconds * 1000)
        return AIOKafkaConsumer(
            CARRIER_TOPIC,
            **client_options(self._settings),
            client_id=self._client_id,
            group_id=self._group,
            enable_auto_commit=False,
            partition_assignment_strategy=[ShareAssignor(self._claim, self._on_assigned)],
            session_timeout_ms=session_ms,
            # Members learn from a heartbeat that another one waits for its share.
            heartbeat_interval_ms=session_ms // 10,
            # Nothing is fetched: the library need not look for it five times a second.
            consumer_timeout_ms=POLL_MS,
            # Nothing holds a living member back from joining, so the others wait less for a dead one.
            rebalance_timeout_ms=session_ms // 3,
        )

    def _report(self, ok: bool, detail: str = "") -> None:
        if self._health is not None:
            self._health.set(CHECK, ok, detail)


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Leave the group; a broker that does not answer finds out by itself."""
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(LEAVE_SECONDS):
            await consumer.stop()
