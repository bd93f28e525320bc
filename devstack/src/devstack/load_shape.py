"""Made-up but plausible load: a seeded day-and-week pattern per machine, as a share of what it has.

Deterministic: the same machine, series and time give the same value in every run with one seed.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]
"""One value in 0-1 per time."""
EpochSeconds = NDArray[np.int64]

_DAY_SECONDS = 86_400
_SATURDAY = 5
_THURSDAY = 3  # 1970-01-01
_GROWTH_SECONDS = 90 * _DAY_SECONDS
_SPIKE_SHARE = 0.02


class Character(StrEnum):
    """What kind of work a machine does."""

    IDLE = "idle"
    OFFICE_HOURS = "office-hours"
    NIGHTLY_BATCH = "nightly-batch"
    STEADY = "steady"
    SPIKY = "spiky"
    GROWING = "growing"


def pattern(character: Character, times: EpochSeconds, random: np.random.Generator) -> Shares:
    """Return how busy work of this kind is at each time, between 0 and 1; `random` places the spikes."""
    hour = (times % _DAY_SECONDS) / 3600
    is_workday = (times // _DAY_SECONDS + _THURSDAY) % 7 < _SATURDAY
    match character:
        case Character.IDLE:
            return np.zeros(times.shape)
        case Character.OFFICE_HOURS:
            return np.exp(-(((hour - 13) / 4) ** 2)) * np.where(is_workday, 1.0, 0.15)
        case Character.NIGHTLY_BATCH:
            return ((hour >= 1) & (hour < 4)).astype(np.float64)
        case Character.STEADY:
            return np.full(times.shape, 0.6)
        case Character.SPIKY:
            return (random.random(times.shape) < _SPIKE_SHARE).astype(np.float64)
        case Character.GROWING:
            return (times % _GROWTH_SECONDS) / _GROWTH_SECONDS


@dataclass(frozen=True, slots=True)
class LoadShape:
    """The load of one machine; `of` gives one of its series."""

    seed: str

    @property
    def character(self) -> Character:
        characters = list(Character)
        return characters[_number(self.seed) % len(characters)]

    def of(self, series: str, times: EpochSeconds) -> Shares:
        """Return the share of full use at each time, between 0 and 1."""
        random = np.random.default_rng(_number(f"{self.seed}/{series}"))
        base, swing = random.uniform(0.03, 0.2), random.uniform(0.2, 0.7)
        noise = random.normal(0.0, 0.03, times.size)
        return np.clip(base + swing * pattern(self.character, times, random) + noise, 0.0, 1.0)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
