"""How long to leave a host alone after a failure."""

import asyncio
import random
from collections.abc import Callable


class Backoff:
    """Waits that double with every failure in a row, each a little at random lest hosts fall in step.

    One serves both loops of a host. A refused login waits longer: many attempts with a wrong password lock
    an account.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        base_seconds: float,
        cap_seconds: float = 300.0,
        login_base_seconds: float = 60.0,
        login_cap_seconds: float = 1_800.0,
    ) -> None:
        self._monotonic = monotonic
        self._ordinary = (base_seconds, cap_seconds)
        self._login = (login_base_seconds, login_cap_seconds)
        self._failures = 0
        self._until = 0.0
        self.lifted = asyncio.Event()
        """Set while there is nothing to wait for."""

    def failed(self, *, login_refused: bool) -> None:
        """Note a failure; one that comes while the wait already runs does not lengthen it."""
        if self.remaining_seconds() > 0:
            return
        base, cap = self._login if login_refused else self._ordinary
        wait = min(cap, base * 2.0**self._failures)
        self._failures = min(self._failures + 1, 30)
        self.lifted.clear()
        self._until = self._monotonic() + wait * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret

    def succeeded(self) -> None:
        """Note that the host answers again, or that it may: its credentials are new."""
        self._failures, self._until = 0, 0.0
        self.lifted.set()

    def remaining_seconds(self) -> float:
        """Return how long the host is still to be left alone."""
        return max(0.0, self._until - self._monotonic())
