"""The machines behind the load: what each group of them sends in each window, in arrays.

A group is what one message holds. All of it follows from (seed, group, window), so any part of a load can be
made again without the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devstack.ledger.counters import Counter
from devstack.load_shape import Character, EpochSeconds, Shares, pattern

Flags = NDArray[np.bool_]
Figures = NDArray[np.float64]

CHARACTERS = {
    Character.IDLE: 0.35,
    Character.OFFICE_HOURS: 0.25,
    Character.NIGHTLY_BATCH: 0.1,
    Character.STEADY: 0.1,
    Character.SPIKY: 0.1,
    Character.GROWING: 0.1,
}
NULL_SHARE = 0.01
LATE_SHARE = 0.02
"""Of machines and windows whose last samples come later."""
OFF_AT_NIGHT_SHARE = 0.05
OFF_NOW_AND_THEN_SHARE = 0.01
NOISE = 0.15
"""Standard deviation, as a share of the value: busy machines are noisier than idle ones."""
_SPREAD_HOURS = 3
_HOUR_SECONDS = 3600
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Window:
    """What a group measured in one window."""

    times: EpochSeconds
    values: Figures
    """By machine, counter and time; NaN is no data."""
    running: Flags
    """By machine and time: a machine that is off has no samples."""
    late: Flags
    """By machine: whether its last samples come later."""


@dataclass(frozen=True)
class Group:
    """Some machines of one source, with their habits."""

    seed: int
    number: int
    counters: list[Counter]
    characters: NDArray[np.str_]
    base: Figures
    swing: Figures
    shift_seconds: NDArray[np.int64]
    """Working hours differ between machines."""
    off_at_night: Flags
    scales: Figures
    """By machine and counter: how much of a counter's upper end its full load is."""

    @classmethod
    def of(cls, seed: int, number: int, machines: int, counters: list[Counter]) -> "Group":
        """Make up the habits of a group of `machines`."""
        random = np.random.default_rng([seed, number])
        scales = np.minimum(1.0, random.lognormal(-2.5, 1.2, (machines, len(counters))))
        percents = [position for position, counter in enumerate(counters) if counter.instance == ""]
        scales[:, percents] = 1.0
        return cls(
            seed=seed,
            number=number,
            counters=counters,
            characters=random.choice(list(CHARACTERS), size=machines, p=list(CHARACTERS.values())),
            base=random.lognormal(-3.5, 0.8, machines),
            swing=random.uniform(0.1, 0.8, machines),
            shift_seconds=random.integers(-_SPREAD_HOURS, _SPREAD_HOURS + 1, machines) * _HOUR_SECONDS,
            off_at_night=random.random(machines) < OFF_AT_NIGHT_SHARE,
            scales=scales,
        )

    def window(self, number: int, times: EpochSeconds) -> Window:
        """Give what the group measures at `times`, which are the window of that number."""
        random = np.random.default_rng([self.seed, self.number, number])
        level = self._levels(times, random)
        noise = random.standard_normal((*self.scales.shape, times.size), dtype=np.float32) * NOISE + 1
        upper = np.array([counter.upper for counter in self.counters], dtype=np.float64)
        full = self.scales * upper
        values = np.clip(full[:, :, None] * level[:, None, :] * noise, 0, upper[None, :, None])
        factors = np.array([10.0**counter.decimals for counter in self.counters])[None, :, None]
        values = np.round(values * factors) / factors
        values[random.random(values.shape, dtype=np.float32) < NULL_SHARE] = np.nan
        return Window(
            times=times,
            values=values,
            running=self._running(times, random),
            late=random.random(len(self.characters)) < LATE_SHARE,
        )

    def _levels(self, times: EpochSeconds, random: np.random.Generator) -> Shares:
        """Return each machine's share of its full load, by machine and time."""
        local_times = times[None, :] + self.shift_seconds[:, None]
        busy = np.empty(local_times.shape)
        for character in CHARACTERS:
            machines = self.characters == character
            busy[machines] = pattern(character, local_times[machines], random)
        return np.minimum(1.0, self.base[:, None] + self.swing[:, None] * busy)

    def _running(self, times: EpochSeconds, random: np.random.Generator) -> Flags:
        hour = ((times[None, :] + self.shift_seconds[:, None]) % _DAY_SECONDS) // _HOUR_SECONDS
        is_night = (hour < 6) | (hour >= 20)
        off_now = random.random(len(self.characters)) < OFF_NOW_AND_THEN_SHARE
        off_from = random.integers(0, times.size, len(self.characters))
        stopped = off_now[:, None] & (np.arange(times.size)[None, :] >= off_from[:, None])
        running: Flags = ~(self.off_at_night[:, None] & is_night) & ~stopped
        return running
