"""What the mappings give: canonical series, still beside their machine's times."""

from typing import NamedTuple

from msgspec import Struct

from surveyor_schemas.counters import Metric


class Series(Struct, frozen=True, gc=False):
    """One canonical series. A sample is `values[i] * multiplier / divisor`: units are converted in bulk."""

    metric: Metric
    instance: str
    """A disk or NIC; empty for the whole machine."""
    values: list[float | None]
    multiplier: float = 1.0
    divisor: float = 1.0
    method: str = ""
    """How memory was measured; empty for all else."""


class MachineFacts(NamedTuple):
    """What a mapping has to know of a machine; None is unknown."""

    cores: int | None = None
    memory_mib: int | None = None


UNKNOWN_MACHINE = MachineFacts()
