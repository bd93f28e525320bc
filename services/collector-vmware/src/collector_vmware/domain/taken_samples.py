"""Which samples were taken already, exactly, for as long as the source can be asked for them again."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from uuid import UUID

from collector_vmware.domain.samples import Row, Samples, SeriesKey

SOURCE_KEEPS_SECONDS = 3600
"""Of real-time samples. Source: VMware, vSphere Web Services SDK Programming Guide, performance."""
_SPARE_SECONDS = 1800
_SLOTS_FORGOTTEN_AT_ONCE = 45


class _Machine:
    """Taken slots of one machine, one bit per interval above `base`.

    Nearly always all series have the same ones: then these stand once, in `shared`, for all of `keys`, and
    taking a row is one look at a number. Otherwise `keys` is empty and `apart` has a number per series.
    """

    __slots__ = ("apart", "base", "keys", "newest", "shared")

    def __init__(self, base: int) -> None:
        self.base = base
        self.newest = 0
        self.keys: tuple[SeriesKey, ...] = ()
        self.shared = 0
        self.apart: dict[SeriesKey, int] = {}

    def in_all(self) -> int:
        """Return the bits that every series has."""
        return self.shared if self.keys else reduce(and_, self.apart.values(), -1)

    def in_any(self) -> int:
        """Return the bits that some series has."""
        return self.shared if self.keys else reduce(or_, self.apart.values(), 0)

    def take_rows(self, slots: Sequence[int], samples: Samples) -> list[int] | None:
        """Take whole rows and return the places of the new ones; None if this cannot be told of rows."""
        if samples.keys != self.keys:
            return None
        shared = self.shared
        places = [place for place, slot in enumerate(slots) if slot >= 0 and not shared >> slot & 1]
        if any(None in samples.rows[place] for place in places):
            return None
        for place in places:
            shared |= 1 << slots[place]
        self.shared = shared
        return places

    def take_values(self, slots: Sequence[int], series: Mapping[SeriesKey, Row]) -> dict[SeriesKey, int]:
        """Take values one by one and return the bits of the new ones, of series that have any."""
        taken = dict.fromkeys(self.keys, self.shared) if self.keys else self.apart
        news: dict[SeriesKey, int] = {}
        for key, values in series.items():
            known = taken.get(key, 0)
            new = _bits(slots, values) & ~known
            if new:
                taken[key] = known | new
                news[key] = new
        self._keep(taken, tuple(series))
        return news

    def forget_below(self, slot: int) -> None:
        """Drop old slots, now and then: it costs as much as taking a row."""
        if slot < self.base + _SLOTS_FORGOTTEN_AT_ONCE:
            return
        count, self.base = slot - self.base, slot
        if self.keys:
            self.shared >>= count
        else:
            shifted = {key: bits >> count for key, bits in self.apart.items()}
            left = {key: bits for key, bits in shifted.items() if bits}
            self._keep(left, tuple(left))

    def _keep(self, taken: dict[SeriesKey, int], order: tuple[SeriesKey, ...]) -> None:
        """Keep bits by series, in one number if they are the same for all of the series in `order`."""
        if taken.keys() == set(order) and len(set(taken.values())) == 1:
            self.keys, self.shared, self.apart = order, taken[order[0]], {}
        else:
            self.keys, self.shared, self.apart = (), 0, taken


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
        if not samples.timestamps or not samples.keys:
            return None
        machine = self._machine(machine_id, samples.timestamps)
        slots = [at // self._interval - machine.base for at in samples.timestamps]
        places = machine.take_rows(slots, samples)
        if places is not None:
            new = samples.some(places) if places else None
        else:
            new = _only(machine.take_values(slots, samples.series), slots, samples)
        if new is not None:
            machine.newest = max(machine.newest, new.timestamps[-1])
            machine.forget_below(machine.newest // self._interval - self._keep_slots)
        return new

    def newest_at(self, machine_id: UUID) -> int | None:
        """Return the time of the newest sample taken of a machine."""
        machine = self._machines.get(machine_id)
        return machine.newest if machine and machine.newest else None

    def covers(self, machine_id: UUID, start: int, end: int) -> bool:
        """Return whether every interval in (start, end] has a sample of some series."""
        machine = self._machines.get(machine_id)
        if machine is None:
            return False
        first = start // self._interval + 1 - machine.base
        count = end // self._interval - start // self._interval
        wanted = (1 << max(count, 0)) - 1
        return first >= 0 and (machine.in_any() >> first) & wanted == wanted

    def hole(self, machine_id: UUID, start: int, end: int) -> tuple[int, int] | None:
        """Return the span in (start, end] that has all intervals in which some series lacks a value.

        What lies before the machine's first sample is no hole.
        """
        machine = self._machines.get(machine_id)
        some = machine.in_any() if machine else 0
        if machine is None or not some:
            return None
        first = max(start // self._interval + 1 - machine.base, (some & -some).bit_length() - 1)
        count = end // self._interval + 1 - machine.base - first
        missing = ~machine.in_all() >> first & ((1 << max(count, 0)) - 1)
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


def _bits(slots: Sequence[int], values: Row) -> int:
    bits = 0
    for slot, value in zip(slots, values, strict=True):
        if value is not None and slot >= 0:
            bits |= 1 << slot
    return bits


def _only(news: Mapping[SeriesKey, int], slots: Sequence[int], samples: Samples) -> Samples | None:
    """Return the values of the bits in `news`, None for the others, without times that have none."""
    if not news:
        return None
    fresh = {
        key: [
            value if slot >= 0 and news[key] >> slot & 1 else None
            for slot, value in zip(slots, values, strict=True)
        ]
        for key, values in samples.series.items()
        if key in news
    }
    some = reduce(or_, news.values())
    places = [place for place, slot in enumerate(slots) if slot >= 0 and some >> slot & 1]
    return Samples.of_series(samples.timestamps, fresh).some(places)
