"""Repeat a call until the other side answers, with exponential back-off and jitter."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import RETRIES

Result = TypeVar("Result")

log = get_logger(__name__)


async def retry_forever(
    operation: Callable[[], Awaitable[Result]],
    *,
    name: str,
    retryable: tuple[type[Exception], ...] = (RetryableError,),
    health: Health | None = None,
    base_seconds: float = 0.2,
    cap_seconds: float = 30.0,
) -> Result:
    """Await `operation()` until it succeeds; only the caller's cancellation ends it sooner.

    Args:
        operation: The call; repeating it must be safe.
        name: Names the call in the log and the metric, and the check in `health`.
        retryable: What is worth repeating; any other exception is raised at once.
        health: Where the check `name` fails while the call does.
        base_seconds: Shortest wait; the longest doubles with each failure.
        cap_seconds: No wait is longer.
    """

    def note_failure(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait_seconds = state.next_action.sleep if state.next_action else 0.0
        RETRIES.labels(name).inc()
        log.warning(
            "retrying",
            operation=name,
            attempt=state.attempt_number,
            wait_seconds=round(wait_seconds, 2),
            error_type=type(error).__name__,
            error=str(error),
        )
        if health is not None:
            health.set(name, False, f"{type(error).__name__}: {error}")

    async def attempt() -> Result:
        # The library awaits only what it recognises as a coroutine function; a lambda is none.
        return await operation()

    retrying: AsyncRetrying = AsyncRetrying(
        retry=retry_if_exception_type(retryable),
        wait=wait_random_exponential(multiplier=base_seconds, min=base_seconds, max=cap_seconds),
        before_sleep=note_failure,
    )
    result: Result = await retrying(attempt)
    if health is not None:
        health.set(name, True)
    return result
