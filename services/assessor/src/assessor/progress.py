"""Tells how far a run is, on a timer of its own, so that a slow step still shows signs of life."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal

from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested

Step = Literal["reading-inputs", "assessing", "writing-results"]


class Progress:
    """What has been done of a run's current step."""

    def __init__(self, request: AssessmentRequested, publisher: Publisher, clock: Clock) -> None:
        self._request = request
        self._publisher = publisher
        self._clock = clock
        self._step: Step = "reading-inputs"
        self._done = 0
        self._total = 0

    async def begin(self, step: Step, total: int) -> None:
        """Start a step of `total` machines, and tell it."""
        self._step, self._done, self._total = step, 0, total
        await self.tell()

    def advance(self, machines: int) -> None:
        """Note that so many more machines are done; the timer tells it."""
        self._done += machines

    async def tell(self) -> None:
        """Publish the present state."""
        await self._publisher.publish(
            AssessmentProgressed(
                assessment_id=self._request.assessment_id,
                run_id=self._request.run_id,
                at=self._clock.now(),
                step=self._step,
                done=self._done,
                total=self._total,
            )
        )

    @contextlib.asynccontextmanager
    async def told_every(self, seconds: float) -> AsyncIterator[None]:
        """Tell the state again and again while the block runs."""
        task = asyncio.create_task(self._tell_every(seconds))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _tell_every(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.tell()
