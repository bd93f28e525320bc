"""A machine that its source no longer has."""

from typing import ClassVar, Literal

from surveyor_schemas.base import UtcDatetime
from surveyor_schemas.discovery.observation import Observation


class MachineRemoved(Observation):
    """The end of a machine. It stays the latest value of its key, so that readers can see the end."""

    event_type: ClassVar[str] = "surveyor.machine-removed.v1"

    removed_at: UtcDatetime
    """When the source said so, or when a complete read first missed the machine."""
    reason: Literal["reported", "missing"]
    """`reported` by the source while it was watched, or found `missing` afterwards."""
