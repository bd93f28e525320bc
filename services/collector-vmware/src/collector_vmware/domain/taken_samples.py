"""Which samples were taken already, exactly, for as long as the source can be asked for them again."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from uuid import UUID

from collector_vmware.domain.samples import Samples, SeriesKey

SOURCE_KEEPS_SECONDS = 3600
"""Of real-time samples. Source: VMware, vSphere Web Services SDK Programming Guide, performance."""
_SPARE_SECONDS = 1800


class _Machine:
    """Taken slots of one machine, one bit per interval above `base`, one number per series."""

    __slots__ = ("base", "newest", "taken")

    def __init__(self, base: int) -> None:
        self.base = base
        self.newest = 0
        self.taken: dict[SeriesKey, int] = {}

    def note(
        self, slots: Sequence[int], series: Mapping[SeriesKey, Sequence[float | None]]
    ) -> dict[SeriesKey, int]:
        """Note values as taken and return the bits of those that are new, of series that have any."""
        complete = reduce(or_, (1 << slot for slot in slots if slot >= 0), 0)
        news: dict[SeriesKey, int] = {}
        for key, values in series.items():
            known = self.taken.get(key, 0)
            new = (_bits(slots, values) if None in values else complete) & ~known
            if new:
                self.taken[key] = known | new
                news[key] = new
        return news

    def forget_below(self, slot: int) -> None:
        if slot > self.base:
            shifted = {key: bits >> (slot - self.base) for key, bits in self.taken.items()}
            self.taken = {key: bits for key, bits in shifted.items() if bits}
            self.base = slot


class TakenSamples:
    """Remembers, per machine and series, the samples that are on their way or published.

    Reading a window again then yields only what is new: late values, gaps, and nothing twice.

    Args:
        interval_seconds: The source's sampling interval; one series has one sample per interval.
    """

    def __init__(self, interval_seconds: int) -> None:
        self._interval = interval_seconds
        self._keep_slots = (SOURCE_KEEPS_SECONDS + _SPARE_SECONDS) // interval_seconds
        self._machines: dict[UUID, _Machine] = {}

    def take_new(self, machine_id: UUID, samples: Samples) -> Samples | None:
        """Return what was not taken before and note it as taken; None when there is nothing new.

        Values taken before are None in the result, and times without anything new are left out.
        """
        if not samples.timestamps:
            return None
        machine = self._machine(machine_id, samples.timestamps)
        slots = [at // self._interval - machine.base for at in samples.timestamps]
        news = machine.note(slots, samples.series)
        if not news:
            return None
        result = _only(news, slots, samples)
        machine.newest = max(machine.newest, result.timestamps[-1])
        machine.forget_below(machine.newest // self._interval - self._keep_slots)
        return result

    def newest_at(self, machine_id: UUID) -> int | None:
        """Return the time of the newest sample taken of a machine."""
        machine = self._machines.get(machine_id)
        return machine.newest if machine and machine.newest else None

    def covers(self, machine_id: UUID, start: int, end: int) -> bool:
        """Return whether every interval in (start, end] has a sample of some series."""
        machine = self._machines.get(machine_id)
        if machine is None:
            return False
        bits = 0
        for series in machine.taken.values():
            bits |= series
        first = start // self._interval + 1 - machine.base
        count = end // self._interval - start // self._interval
        wanted = (1 << max(count, 0)) - 1
        return first >= 0 and (bits >> first) & wanted == wanted

    def hole(self, machine_id: UUID, start: int, end: int) -> tuple[int, int] | None:
        """Return the span in (start, end] that has all intervals in which some series lacks a value.

        What lies before the machine's first sample is no hole.
        """
        machine = self._machines.get(machine_id)
        if machine is None or not machine.taken:
            return None
        some = reduce(or_, machine.taken.values())
        first = max(start // self._interval + 1 - machine.base, (some & -some).bit_length() - 1)
        count = end // self._interval + 1 - machine.base - first
        missing = ~reduce(and_, machine.taken.values()) >> first & ((1 << max(count, 0)) - 1)
        if not missing:
            return None
        first_missing = machine.base + first + (missing & -missing).bit_length() - 1
        last_missing = machine.base + first + missing.bit_length() - 1
        return first_missing * self._interval - 1, (last_missing + 1) * self._interval - 1

    def forget(self, machine_id: UUID) -> None:
        """Drop a machine that is no more."""
        self._machines.pop(machine_id, None)

    def _machine(self, machine_id: UUID, timestamps: Sequence[int]) -> _Machine:
        """Return what is known of a machine; nothing any more if the source's clock was set far back."""
        machine = self._machines.get(machine_id)
        newest_slot = timestamps[-1] // self._interval
        if machine is None or newest_slot < machine.base:
            base = newest_slot - self._keep_slots
            machine = self._machines[machine_id] = _Machine(base)
        return machine


def _bits(slots: Sequence[int], values: Sequence[float | None]) -> int:
    bits = 0
    for slot, value in zip(slots, values, strict=True):
        if value is not None and slot >= 0:
            bits |= 1 << slot
    return bits


def _only(news: Mapping[SeriesKey, int], slots: Sequence[int], samples: Samples) -> Samples:
    """Return the new values alone. Mostly all series have the same ones, without a gap, in a row."""
    some = next(iter(news.values()))
    places = [place for place, slot in enumerate(slots) if slot >= 0 and some >> slot & 1]
    if places[-1] - places[0] + 1 == len(places) and all(new == some for new in news.values()):
        row = slice(places[0], places[-1] + 1)
        return Samples(samples.timestamps[row], {key: samples.series[key][row] for key in news})
    fresh: dict[SeriesKey, Sequence[float | None]] = {
        key: [
            value if slot >= 0 and new >> slot & 1 else None
            for slot, value in zip(slots, samples.series[key], strict=True)
        ]
        for key, new in news.items()
    }
    return _without_empty_times(samples.timestamps, fresh)


def _without_empty_times(
    timestamps: Sequence[int], series: dict[SeriesKey, Sequence[float | None]]
) -> Samples:
    used = [
        place
        for place in range(len(timestamps))
        if any(values[place] is not None for values in series.values())
    ]
    if len(used) == len(timestamps):
        return Samples(timestamps, series)
    return Samples(
        [timestamps[place] for place in used],
        {key: [values[place] for place in used] for key, values in series.items()},
    )
