"""What the normalizer does from time to time: sealing days, and tombstones of machines long gone."""

import asyncio
from datetime import timedelta
from uuid import UUID

from normalizer.metrics import DAYS_SEALED, DAYS_UNSEALED, MACHINES_TOMBSTONED
from normalizer.ports import DaySeals, MachineStore
from surveyor_kit.clock import Clock
from surveyor_kit.errors import RetryableError
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

TOMBSTONE_EVERY_SECONDS = 3600.0
TOMBSTONES_AT_ONCE = 500
"""After so many it is noted that they were published; a crash in between repeats them, which is harmless."""


class DaySealing:
    """Seals days that are over, again when late samples came. Several workers may do it at once."""

    def __init__(self, seals: DaySeals, grace_seconds: int) -> None:
        self._seals = seals
        self._grace_seconds = grace_seconds

    async def run(self, stopping: Stopping, every_seconds: float) -> None:
        """Seal what is due, again and again, until the process is to stop."""
        while not stopping.is_set():
            try:
                await self.seal_due_days(stopping)
            except RetryableError as error:
                log.warning("sealing_postponed", error=str(error))
            await stopping.sleep(every_seconds)

    async def seal_due_days(self, stopping: Stopping | None = None) -> int:
        """Seal each day that is due; return how many."""
        sealed = 0
        due = await self._seals.due(self._grace_seconds)
        DAYS_UNSEALED.set(len(due))
        for day in due:
            if stopping is not None and stopping.is_set():
                break
            await self._seals.seal(day)
            DAYS_SEALED.inc()
            DAYS_UNSEALED.dec()
            sealed += 1
        if sealed:
            log.info("days_sealed", count=sealed)
        return sealed


class Tombstones:
    """Takes machines off the topic `machines` some time after their end, however long nobody ran."""

    def __init__(
        self, machines: MachineStore, publisher: Publisher, clock: Clock, retention: timedelta
    ) -> None:
        self._machines = machines
        self._publisher = publisher
        self._clock = clock
        self._retention = retention

    async def run(self, stopping: Stopping) -> None:
        """Publish what is due, now and every hour, until the process is to stop."""
        while not stopping.is_set():
            await self.publish_due()
            await stopping.sleep(TOMBSTONE_EVERY_SECONDS)

    async def publish_due(self) -> int:
        """Publish tombstones that are due; return how many."""
        now = self._clock.now()
        due = await self._machines.without_tombstone(now - self._retention)
        for start in range(0, len(due), TOMBSTONES_AT_ONCE):
            part = due[start : start + TOMBSTONES_AT_ONCE]
            await asyncio.gather(*(self._publish(machine_id) for machine_id in part))
            await self._machines.note_tombstones(part, now)
        return len(due)

    async def _publish(self, machine_id: UUID) -> None:
        await self._publisher.tombstone("machines", str(machine_id).encode())
        MACHINES_TOMBSTONED.inc()
