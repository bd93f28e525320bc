"""Publishing what waits in the control database, in the background."""

import asyncio
from abc import ABC, abstractmethod

from sqlalchemy.exc import DBAPIError

from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

IDLE_SECONDS = 5.0
"""How long something waits at most when another replica wrote it and then ended."""
RETRY_SECONDS = 1.0


class BackgroundPublisher(ABC):
    """Publishes what was committed, as soon as it is told or, for what other replicas wrote, soon after.

    Args:
        check: The name of its check in `/readyz`.
        batch: How many `publish_waiting` publishes at most.
        health: Where the check stands.
    """

    def __init__(self, check: str, batch: int, health: Health) -> None:
        self._check = check
        self._batch = batch
        self._health = health
        self._filled = asyncio.Event()

    @abstractmethod
    async def publish_waiting(self) -> int:
        """Publish the oldest that waits, and note that it was; return how many."""

    def wake(self) -> None:
        """Say that there is something to publish."""
        self._filled.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            try:
                sent = await self.publish_waiting()
            except (RetryableError, TimeoutError, DBAPIError, OSError) as error:
                log.warning("publishing_waits", check=self._check, error_type=type(error).__name__)
                self._health.set(self._check, False, f"events wait to be published: {type(error).__name__}")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._health.set(self._check, True)
            if sent < self._batch:
                await self._until_filled()

    async def _until_filled(self) -> None:
        try:
            await asyncio.wait_for(self._filled.wait(), IDLE_SECONDS)
        except TimeoutError:
            return
        self._filled.clear()
