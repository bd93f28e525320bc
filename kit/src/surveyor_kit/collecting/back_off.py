"""How long to leave alone what does not answer."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from surveyor_kit.lifecycle import Stopping
from surveyor_kit.racing import until_set

JITTER_RATIO = 0.25
"""Waits are up to so much longer: collectors that lost a source at the same moment do not fall in step."""
_MOST_DOUBLINGS = 30


@dataclass(frozen=True)
class Waits:
    """The wait after a first failure, and the one after very many in a row; each is twice the one before."""

    first_seconds: float
    longest_seconds: float

    def after(self, failures: int) -> float:
        """Return the wait after so many failures in a row, from 1."""
        return min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))


class BackOff:
    """How long one source or host is still to be left alone. All loops that read it share one.

    Args:
        ordinary: The waits after a failure.
        login: The waits after a refused login: many attempts with a wrong password lock an account.
        monotonic: Seconds that never step back.
    """

    def __init__(
        self, ordinary: Waits, login: Waits, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ordinary, self._login = ordinary, login
        self._monotonic = monotonic
        self._failures = 0
        self._until = 0.0
        self._lifted = asyncio.Event()

    def failed(self, *, login_refused: bool) -> None:
        """Note a failure; one that comes while the wait already runs does not lengthen it."""
        if self.remaining_seconds() > 0:
            return
        self._failures += 1
        wait = (self._login if login_refused else self._ordinary).after(self._failures)
        self._lifted.clear()
        self._until = self._monotonic() + wait * random.uniform(1, 1 + JITTER_RATIO)  # noqa: S311  # no secret

    def succeeded(self) -> None:
        """Note an answer, or that there may be one now: the credentials are new."""
        self._failures, self._until = 0, 0.0
        self._lifted.set()

    def remaining_seconds(self) -> float:
        """Return how long there is still to wait."""
        return max(0.0, self._until - self._monotonic())

    async def wait(self, stopping: Stopping) -> bool:
        """Wait until the time is over or the process is to stop; return whether the wait was lifted."""
        await until_set(stopping, self._lifted, self.remaining_seconds())
        return self._lifted.is_set()
