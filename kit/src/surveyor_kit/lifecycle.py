"""How a process starts, is asked to stop, stops in time, and ends when it must not go on."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NoReturn

from surveyor_kit.errors import KitError
from surveyor_kit.logging import flush_logs, get_logger

log = get_logger(__name__)

EXIT_BUG = 70
"""EX_SOFTWARE of sysexits.h: an error that nobody foresaw; the supervisor starts the process again."""
EXIT_UNAVAILABLE = 69
"""EX_UNAVAILABLE: something that has to be there is not, such as a topic or a table."""
EXIT_NOT_STOPPED = 1
MARGIN_SECONDS = 5.0
GARBAGE_ALLOCATIONS = 50_000
"""New objects that may hold others, less those freed, between two looks; Python's own number is 700."""
CRASH_VARIABLE = "SURVEYOR_CRASH_AT"
CRASH_SIGNAL_VARIABLE = "SURVEYOR_CRASH_BY"

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_crash_points_passed: Counter[str] = Counter()


class Stopping:
    """Whether the process has been asked to stop; awaiting it waits for that."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Ask everything in the process to come to an end."""
        self._event.set()

    def is_set(self) -> bool:
        """Return whether the process is to stop."""
        return self._event.is_set()

    def __await__(self):  # type: ignore[no-untyped-def]  # the protocol's generator has no useful type
        return self._event.wait().__await__()

    async def sleep(self, seconds: float) -> bool:
        """Sleep, but no longer than until the process is to stop; return whether it is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        return self.is_set()


def run(main: Callable[[Stopping], Awaitable[None]], *, grace_seconds: float = 25.0) -> NoReturn:
    """Run a service until it ends by itself or SIGTERM or SIGINT asks it to; then exit.

    `main` gets a `Stopping` and returns once it is set. If it has not after `grace_seconds`, or at a
    second signal, it is cancelled.

    Raises:
        SystemExit: 0 after a clean end, 1 if it had to be cancelled, 69 for an error that says itself
            what is missing, 70 for any other.
    """
    code = asyncio.run(_supervise(main, grace_seconds))
    flush_logs()
    sys.exit(code)


async def _supervise(main: Callable[[Stopping], Awaitable[None]], grace_seconds: float) -> int:
    stopping = Stopping()
    task = asyncio.ensure_future(main(stopping))
    _install_signals(stopping, task)
    stop_asked = asyncio.ensure_future(stopping._event.wait())
    await asyncio.wait({task, stop_asked}, return_when=asyncio.FIRST_COMPLETED)
    stop_asked.cancel()
    _end_at_the_latest_after(2 * grace_seconds + MARGIN_SECONDS)
    await asyncio.wait({task}, timeout=grace_seconds)
    if not task.done():
        log.error("not_stopped_in_time", grace_seconds=grace_seconds)
        task.cancel()
        await asyncio.wait({task}, timeout=grace_seconds)
    return _exit_code(task)


def _end_at_the_latest_after(seconds: float) -> None:
    """Let nothing outlive the end: a thread waiting for an answer would hold the interpreter."""
    timer = threading.Timer(seconds, os._exit, [EXIT_NOT_STOPPED])
    timer.daemon = True
    timer.start()


def _install_signals(stopping: Stopping, task: asyncio.Future[None]) -> None:
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        log.info("stop_requested", signal=number.name)
        if stopping.is_set():
            task.cancel()
        stopping.set()

    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal, number)


def _exit_code(task: asyncio.Future[None]) -> int:
    if not task.done() or task.cancelled():
        return EXIT_NOT_STOPPED
    error = task.exception()
    if error is None:
        log.info("stopped")
        return 0
    if isinstance(error, KitError):
        log.error("service_failed", error_type=type(error).__name__, error=str(error))
        return EXIT_UNAVAILABLE
    log.critical("service_crashed", exc_info=error)
    return EXIT_BUG


def collect_garbage_rarely() -> None:
    """Look for unreachable cycles about a hundred times more rarely, and not among what is there now.

    For processes that handle many small lists for a moment: looking at all of them again and again took a
    third of the VMware collector's time. Nearly everything is freed without it, by counting references.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_ALLOCATIONS, 20, 20)


def end_process(error: BaseException) -> NoReturn:
    """End the process at once, with nothing acknowledged, committed or cleaned up after this line.

    For places where an exception must not travel on: Faust would acknowledge what failed.
    """
    log.critical("process_ended", error_type=type(error).__name__, exc_info=error)
    flush_logs()
    sys.stdout.flush()
    os._exit(EXIT_BUG)


def crash_point(name: str) -> None:
    """Kill this process here if `SURVEYOR_CRASH_AT` is `name` or `name:n` (at the n-th time).

    Off unless the variable is set: it lets tests kill a real service at a chosen moment. The signal is that
    named by `SURVEYOR_CRASH_BY`, SIGKILL by default; after SIGSTOP it goes on here once it is continued.
    """
    wanted, _, count = os.environ.get(CRASH_VARIABLE, "").partition(":")
    if wanted != name:
        return
    _crash_points_passed[name] += 1
    if _crash_points_passed[name] == int(count or 1):
        flush_logs()
        os.kill(os.getpid(), signal.Signals[os.environ.get(CRASH_SIGNAL_VARIABLE, "SIGKILL")])
