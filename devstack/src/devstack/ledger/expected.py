"""What the tables must hold after a load."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

SLOT_SECONDS = 600


class SeriesKey(NamedTuple):
    """Names a canonical series."""

    metric: str
    machine_id: str
    instance: str


class Slot(NamedTuple):
    """A roll-up of one series and 10-minute slot."""

    largest: float
    smallest: float
    sample_bits: int
    """Bit n is set when the slot has a sample in its n-th interval."""


@dataclass(slots=True)
class Ledger:
    """Samples that were sent, as they must be read: per series its values by time (epoch seconds)."""

    interval_seconds: int
    series: dict[SeriesKey, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    superseded: dict[SeriesKey, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    """Smallest values that a larger one for the same time has superseded; a slot's minimum keeps them."""

    def note(self, key: SeriesKey, times: list[int], values: list[float | None]) -> None:
        """Take over one window; of two values for one time the larger counts, None is no sample."""
        known = self.series[key]
        for time, value in zip(times, values, strict=True):
            if value is None:
                continue
            earlier = known.setdefault(time, value)
            if earlier != value:
                known[time] = max(earlier, value)
                lower = self.superseded[key]
                lower[time] = min(earlier, value, lower.get(time, value))

    def sample_count(self) -> int:
        """Return the number of samples over all series."""
        return sum(len(samples) for samples in self.series.values())

    def roll_ups(self) -> Iterator[tuple[SeriesKey, dict[int, Slot]]]:
        """Give per series its slots by start (epoch seconds)."""
        for key, samples in self.series.items():
            by_slot: dict[int, list[tuple[int, float]]] = defaultdict(list)
            for time, value in samples.items():
                by_slot[time - time % SLOT_SECONDS].append((time, value))
            for time, value in self.superseded.get(key, {}).items():
                by_slot[time - time % SLOT_SECONDS].append((time, value))
            yield key, {start: self._slot(found) for start, found in by_slot.items()}

    def _slot(self, samples: list[tuple[int, float]]) -> Slot:
        bits = 0
        for time, _ in samples:
            bits |= 1 << (time % SLOT_SECONDS) // self.interval_seconds
        values = [value for _, value in samples]
        return Slot(max(values), min(values), bits)
