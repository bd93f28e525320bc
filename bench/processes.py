"""What a process takes while it works: processor time and memory, on one core of its own."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psutil

MEASURED_CORE, PARTS_CORE = 0, 1
"""What is measured has a core of its own, apart from broker and simulators."""
WAIT_SECONDS = 600.0
POLL_SECONDS = 0.25


@dataclass
class Meter:
    """Reads what one process has taken since `started`."""

    process: psutil.Process
    cpu_seconds_before: float
    began_at: float
    resident_bytes: int = 0

    @classmethod
    def started(cls, pid: int) -> Self:
        """Begin to measure."""
        process = psutil.Process(pid)
        return cls(process, cpu_seconds(process), time.monotonic())

    def look(self) -> None:
        """Note the memory of this moment; the largest counts."""
        self.resident_bytes = max(self.resident_bytes, self.process.memory_info().rss)

    @property
    def cpu_seconds(self) -> float:
        """Processor time, user and system, since the beginning."""
        return cpu_seconds(self.process) - self.cpu_seconds_before

    @property
    def seconds(self) -> float:
        """Time since the beginning."""
        return time.monotonic() - self.began_at

    @property
    def resident_mib(self) -> float:
        """The most memory seen."""
        return self.resident_bytes / 2**20


def cpu_seconds(process: psutil.Process) -> float:
    """Return a process's processor time, user and system."""
    times = process.cpu_times()
    return float(times.user + times.system)


def pin(pid: int, core: int) -> None:
    """Keep a process, and what it starts from now on, on one core."""
    for thread in psutil.Process(pid).threads():
        with suppress(psutil.NoSuchProcess):  # a thread that has ended meanwhile
            psutil.Process(thread.id).cpu_affinity([core])


def pin_listener(port: int, core: int) -> None:
    """Keep the process that serves a port of this machine on one core."""
    for each in psutil.net_connections("tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid:
            pin(each.pid, core)
            return
    raise LookupError(f"nobody listens at port {port}")


def wait_until(condition: Callable[[], bool], what: str, poll_seconds: float = POLL_SECONDS) -> None:
    """Wait for a condition; asking may cost the measured process time, so ask seldom.

    Raises:
        TimeoutError: it did not come true in ten minutes.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {WAIT_SECONDS:.0f} s")
        time.sleep(poll_seconds)


def measure_for(meter: Meter, seconds: float) -> None:
    """Let time pass: as many whole periods of what repeats itself, wherever in a period they begin."""
    while meter.seconds < seconds:
        meter.look()
        time.sleep(min(1.0, max(0.0, seconds - meter.seconds)))
    meter.look()
