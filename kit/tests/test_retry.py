import asyncio

import pytest

from surveyor_kit.errors import RetryableError, StoreError
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever


class Flaky:
    """Fails `failures` times, then answers; remembers what the health check said at each call."""

    def __init__(self, failures: int, error: Exception, health: Health) -> None:
        self.failures = failures
        self.error = error
        self.health = health
        self.ready_at_call: list[bool] = []

    async def __call__(self) -> str:
        self.ready_at_call.append(self.health.ready())
        if len(self.ready_at_call) <= self.failures:
            raise self.error
        return "answer"


async def test_repeats_until_it_succeeds_and_shows_it_in_readiness() -> None:
    health = Health()
    flaky = Flaky(3, RetryableError("no answer"), health)
    assert await retry_forever(flaky, name="store", health=health, base_seconds=0.001) == "answer"
    assert flaky.ready_at_call == [True, False, False, False]
    assert health.ready()


async def test_other_errors_are_raised_at_once() -> None:
    flaky = Flaky(1, StoreError("no such table", 60), Health())
    with pytest.raises(StoreError):
        await retry_forever(flaky, name="store", base_seconds=0.001)
    assert len(flaky.ready_at_call) == 1


async def test_cancelling_ends_the_waiting() -> None:
    flaky = Flaky(10, RetryableError("no answer"), Health())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await retry_forever(flaky, name="store", base_seconds=60, cap_seconds=120)
    assert len(flaky.ready_at_call) == 1


async def test_any_callable_that_gives_an_awaitable_will_do() -> None:
    flaky = Flaky(1, RetryableError("no answer"), Health())
    assert await retry_forever(lambda: flaky(), name="store", base_seconds=0.001) == "answer"
