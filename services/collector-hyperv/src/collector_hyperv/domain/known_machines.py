"""What was published of each machine: its next revision, and whether there is news. Knows no vendor."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.identity import next_revision

_NOT_STATE: dict[str, Any] = {
    "revision": True,
    "collected_at": True,
    "collector_id": True,
    # An image that grows as its guest writes is no news of the machine.
    "disks": {"__all__": {"file_size_bytes"}},
}


@dataclass(frozen=True, slots=True)
class Published:
    """The latest observation of one machine."""

    revision: int
    scope: str | None
    """What the machine is missed in once it is gone, such as a site; None where that is not known."""
    state: bytes | None
    """A digest of its state; None once it was removed."""


class KnownMachines:
    """The latest observation of every machine, by id; small enough for hundreds of thousands."""

    def __init__(self) -> None:
        self._published: dict[MachineId, Published] = {}

    def remember(self, event: Observation, scope: str | None) -> None:
        """Take note of an observation that is on the topic."""
        state = None if isinstance(event, MachineRemoved) else state_digest(event)
        self._published[event.machine_id] = Published(event.revision, scope, state)

    def is_news(self, event: Observation) -> bool:
        """Return whether the machine's state differs from what was published last."""
        known = self._published.get(event.machine_id)
        return known is None or known.state != state_digest(event)

    def next_revision(self, machine_id: MachineId, now: datetime) -> int:
        """Return the revision that the machine's next observation gets."""
        known = self._published.get(machine_id)
        return next_revision(known.revision if known else None, now)

    def present(self, scope: str) -> Iterator[MachineId]:
        """Yield the machines of a scope that were not removed."""
        for machine_id, known in self._published.items():
            if known.scope == scope and known.state is not None:
                yield machine_id


def state_digest(event: Observation) -> bytes:
    """Return a digest of what an observation says of its machine, whoever saw it and when."""
    return hashlib.blake2b(event.model_dump_json(exclude=_NOT_STATE).encode(), digest_size=16).digest()
