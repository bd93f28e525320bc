"""Which samples a clock makes unbelievable."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from normalizer.domain.performance.samples import MachineSamples


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far a sample may lie from the present."""

    future: timedelta
    past: timedelta
    """Raw samples are not kept longer, so that an older one would vanish unseen."""

    def fault(self, machine: MachineSamples, now: datetime) -> str | None:
        """Say what is wrong with a machine's times (strictly increasing), None if nothing is."""
        if machine.timestamps[0] < (now - self.past).timestamp():
            return f"a sample is older than {self.past}"
        if machine.timestamps[-1] > (now + self.future).timestamp():
            return f"a sample is more than {self.future} in the future"
        return None
