"""Which samples a clock makes unbelievable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from normalizer.domain.performance.samples import MachineSamples


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far a sample may lie from the present."""

    future: timedelta
    past: timedelta
    """Raw samples are not kept longer, so that an older one would vanish unseen."""

    def faults(self, machines: Sequence[MachineSamples], now: datetime) -> dict[int, str]:
        """Say what is wrong with machines' times (strictly increasing), by position; most have no fault."""
        earliest, latest = (now - self.past).timestamp(), (now + self.future).timestamp()
        found = {}
        for position, machine in enumerate(machines):
            if machine.timestamps[0] < earliest:
                found[position] = f"a sample is older than {self.past}"
            elif machine.timestamps[-1] > latest:
                found[position] = f"a sample is more than {self.future} in the future"
        return found
