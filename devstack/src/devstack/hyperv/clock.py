"""The simulated host's clocks."""

import time
from collections.abc import Callable

TICKS_PER_SECOND = 10_000_000  # performance counter frequency, and 100 ns units
_FILETIME_EPOCH_SECONDS = 11_644_473_600  # from 1601-01-01 to 1970-01-01


class HostClock:
    """Wall clock and uptime of one host.

    The wall clock can be wrong and can be stepped; the uptime and the performance counter, as on Windows,
    never step. All counters run on the uptime.
    """

    def __init__(self, up_for_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._booted = monotonic() - up_for_seconds
        self._boot_wall = time.time() - up_for_seconds
        self.skew_seconds = 0.0

    def uptime_seconds(self) -> float:
        return self._monotonic() - self._booted

    def wall_seconds(self, uptime_seconds: float | None = None) -> float:
        """The host's idea of the Unix time, now or at a moment of its uptime."""
        uptime = self.uptime_seconds() if uptime_seconds is None else uptime_seconds
        return self._boot_wall + uptime + self.skew_seconds

    def filetime(self, uptime_seconds: float) -> int:
        """The wall clock in 100 ns units since 1601."""
        return int((self.wall_seconds(uptime_seconds) + _FILETIME_EPOCH_SECONDS) * TICKS_PER_SECOND)
