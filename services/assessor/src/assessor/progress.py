"""Tells how far a run is, on a timer of its own, so that a slow step still shows signs of life."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal

from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested

Step = Literal["reading-inputs", "assessing"]


class Progress:
    """How many machines of `total` have passed each step. Steps overlap; the first unfinished one is told."""

    def __init__(self, request: AssessmentRequested, publisher: Publisher, clock: Clock, total: int) -> None:
        self._request = request
        self._publisher = publisher
        self._clock = clock
        self._total = total
        self._done: dict[Step, int] = {"reading-inputs": 0, "assessing": 0}

    def advance(self, step: Step, machines: int) -> None:
        """Note that so many more machines have passed a step; the timer tells it."""
        self._done[step] += machines

    async def tell(self) -> None:
        """Publish the present state."""
        step: Step = "reading-inputs" if self._done["reading-inputs"] < self._total else "assessing"
        await self._publisher.publish(
            AssessmentProgressed(
                assessment_id=self._request.assessment_id,
                run_id=self._request.run_id,
                at=self._clock.now(),
                step=step,
                done=self._done[step],
                total=self._total,
            )
        )

    @contextlib.asynccontextmanager
    async def told_every(self, seconds: float) -> AsyncIterator[None]:
        """Tell the state at the beginning, and again and again while the block runs."""
        await self.tell()
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
