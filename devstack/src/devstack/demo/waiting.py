"""Waits on conditions, with the time it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from devstack.progress import task

_POLL_SECONDS = 0.5


class DemoFailed(Exception):
    """A step of the demo did not come about; the message says which and what was seen last."""


class Stopwatch:
    """Collects how long each step took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        started = time.monotonic()
        with task(title):
            yield
        self.seconds[name] = round(time.monotonic() - started, 2)


def wait_until(condition: Callable[[], str | None], timeout_seconds: float) -> None:
    """Ask until `condition` returns None; what it returns before says what is still missing.

    Raises:
        DemoFailed: not in time.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            missing = condition()
        except httpx.HTTPError as error:
            missing = f"the API answers {error}"
        if missing is None:
            return
        if time.monotonic() > deadline:
            raise DemoFailed(f"after {timeout_seconds:.0f} s still: {missing}")
        time.sleep(_POLL_SECONDS)
