"""What the mappings give: canonical series, still beside their machine's times."""

from typing import NamedTuple

from msgspec import Struct

from surveyor_schemas.counters import Metric


class Kind(Struct, frozen=True, gc=False, cache_hash=True):
    """What a canonical series is, its values apart. A sample is `value * multiplier / divisor`."""

    metric: Metric
    instance: str
    """A disk or NIC; empty for the whole machine."""
    multiplier: float = 1.0
    divisor: float = 1.0
    method: str = ""
    """How memory was measured; empty for all else."""


class Series(Struct, frozen=True, gc=False):
    """One canonical series. Its kind is shared by many, and units are converted in bulk."""

    kind: Kind
    values: list[float | None]

    @classmethod
    def of(
        cls,
        metric: Metric,
        instance: str,
        values: list[float | None],
        multiplier: float = 1.0,
        divisor: float = 1.0,
        method: str = "",
    ) -> "Series":
        """Return a series of the kind that is described."""
        return cls(Kind(metric, instance, multiplier, divisor, method), values)


class MachineFacts(NamedTuple):
    """What a mapping has to know of a machine; None is unknown."""

    cores: int | None = None
    memory_mib: int | None = None


UNKNOWN_MACHINE = MachineFacts()
