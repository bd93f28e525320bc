"""The faults of a round, each as a person would make it: kill, stop, restart, drop an answer, rebalance."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial

import psutil
from tests.chaos.installation import MOST_WORKERS, SESSION_SECONDS, USUAL_WORKERS, Installation

Fault = Callable[[Installation, random.Random], Awaitable[None]]
CRASH_POINTS = ("before_insert", "after_insert", "before_ack")
CRASH_TIMEOUT_SECONDS = 120.0
ANSWERS_LOST = 3
ANSWER_TIMEOUT_SECONDS = 60.0


async def kill_a_worker(installation: Installation, chance: random.Random) -> None:
    """SIGKILL at any moment; it is started again, as a supervisor does."""
    worker = chance.choice(installation.running())
    await asyncio.to_thread(worker.kill)
    worker.spawn()


async def stop_a_worker_beyond_its_session(installation: Installation, chance: random.Random) -> None:
    """SIGSTOP until the group has given its partitions away, then SIGCONT: a stale member comes back."""
    worker = chance.choice(installation.running())
    worker.send_signal(signal.SIGSTOP)
    await asyncio.sleep(SESSION_SECONDS * 2)
    worker.send_signal(signal.SIGCONT)


async def stop_a_worker_at(point: str, installation: Installation, chance: random.Random) -> None:
    """Let a worker stop itself between two steps of a batch; it goes on when others have its partitions."""
    for running in installation.running():
        await asyncio.to_thread(running.kill)
    worker = installation.workers[0]
    worker.spawn(SURVEYOR_CRASH_AT=f"{point}:{chance.randint(1, 3)}", SURVEYOR_CRASH_BY="SIGSTOP")
    deadline = time.monotonic() + CRASH_TIMEOUT_SECONDS
    while psutil.Process(worker.pid).status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < deadline, worker.log_tail()
        await asyncio.sleep(0.1)
    await asyncio.to_thread(installation.run_workers, USUAL_WORKERS)
    await asyncio.sleep(SESSION_SECONDS * 2)
    worker.send_signal(signal.SIGCONT)


async def crash_a_worker_at(point: str, installation: Installation, chance: random.Random) -> None:
    """Let a worker kill itself between two steps of a batch, and see that it did."""
    for running in installation.running():
        await asyncio.to_thread(running.kill)
    worker = installation.workers[0]
    worker.spawn(SURVEYOR_CRASH_AT=f"{point}:{chance.randint(1, 3)}")
    code = await asyncio.to_thread(worker.wait, CRASH_TIMEOUT_SECONDS)
    assert code == -signal.SIGKILL, worker.log_tail()
    await asyncio.to_thread(installation.run_workers, USUAL_WORKERS)


async def restart_the_broker(installation: Installation, chance: random.Random) -> None:
    """Kill the broker and start it on what its disk has."""
    await asyncio.to_thread(installation.broker.kill)
    await asyncio.sleep(chance.uniform(0, SESSION_SECONDS))
    await asyncio.to_thread(installation.broker.start)


async def restart_the_store(installation: Installation, chance: random.Random) -> None:
    """Kill the store and start it on what its disk has."""
    await asyncio.to_thread(installation.store_part.kill)
    await asyncio.sleep(chance.uniform(0, SESSION_SECONDS))
    await asyncio.to_thread(installation.store_part.start)
    await installation.keep_repeats()


async def lose_answers_of_the_store(installation: Installation, chance: random.Random) -> None:
    """Let the store do what it was asked and lose its answer on the way."""
    proxy = installation.proxy
    for _ in range(ANSWERS_LOST):
        lost = proxy.faults["lose-answer"]
        proxy.lose_answer()
        deadline = time.monotonic() + ANSWER_TIMEOUT_SECONDS
        while proxy.faults["lose-answer"] == lost:
            assert time.monotonic() < deadline, "no answer came that could be lost"
            await asyncio.sleep(0.01)


async def storm_of_rebalances(installation: Installation, chance: random.Random) -> None:
    """From one worker to four and back, before the group has come to rest."""
    for count in (1, MOST_WORKERS, 1):
        await asyncio.to_thread(installation.run_workers, count)
        await asyncio.sleep(chance.uniform(1, SESSION_SECONDS))
    await asyncio.to_thread(installation.run_workers, USUAL_WORKERS)


FAULTS: dict[str, Fault] = {
    "SIGKILL": kill_a_worker,
    "SIGSTOP beyond the session": stop_a_worker_beyond_its_session,
    **{f"SIGKILL {point}": partial(crash_a_worker_at, point) for point in CRASH_POINTS},
    **{f"SIGSTOP {point}": partial(stop_a_worker_at, point) for point in CRASH_POINTS},
    "broker restart": restart_the_broker,
    "store restart": restart_the_store,
    "answers lost": lose_answers_of_the_store,
    "rebalance storm": storm_of_rebalances,
}
