import asyncio

from surveyor_kit.collecting.back_off import JITTER_RATIO, BackOff, Waits
from surveyor_kit.lifecycle import Stopping

PATIENCE_SECONDS = 30


class Monotonic:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def a_back_off(clock: Monotonic | None = None) -> BackOff:
    return BackOff(Waits(10, 60), Waits(100, 1_000), monotonic=clock or Monotonic())


def test_waits_double_and_end_with_success() -> None:
    clock = Monotonic()
    back_off, waits = a_back_off(clock), []
    for _ in range(6):
        back_off.failed(login_refused=False)
        waits.append(back_off.remaining_seconds())
        clock.seconds += waits[-1]
    for wait, expected in zip(waits, [10, 20, 40, 60, 60, 60], strict=True):
        assert expected <= wait <= expected * (1 + JITTER_RATIO)
    back_off.succeeded()
    assert back_off.remaining_seconds() == 0


def test_very_many_failures_wait_no_longer_than_many() -> None:
    assert Waits(1, 60).after(10_000) == 60


def test_a_refused_login_is_left_alone_for_longer() -> None:
    back_off = a_back_off()
    back_off.failed(login_refused=True)
    assert back_off.remaining_seconds() >= 100


def test_the_second_loop_of_a_host_does_not_lengthen_the_wait() -> None:
    back_off = a_back_off()
    back_off.failed(login_refused=False)
    wait = back_off.remaining_seconds()
    back_off.failed(login_refused=False)
    assert back_off.remaining_seconds() == wait


async def test_a_wait_ends_when_it_is_lifted() -> None:
    back_off = BackOff(Waits(3_600, 3_600), Waits(3_600, 3_600))
    back_off.failed(login_refused=False)
    asyncio.get_running_loop().call_soon(back_off.succeeded)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await back_off.wait(Stopping())


async def test_a_wait_ends_with_the_process() -> None:
    back_off, stopping = BackOff(Waits(3_600, 3_600), Waits(3_600, 3_600)), Stopping()
    back_off.failed(login_refused=False)
    asyncio.get_running_loop().call_soon(stopping.set)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await back_off.wait(stopping)
