"""What was published of a source's machines: tells a real change from a mere update."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Literal
from uuid import UUID

from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.identity import next_revision

_NOT_CONTENT = {"revision", "collected_at", "collector_id"}


def content_digest(observed: VmwareMachineObserved) -> bytes:
    """Digest what a machine is, leaving out when, at what revision and by which collector it was seen."""
    return blake2b(observed.model_dump_json(exclude=_NOT_CONTENT).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class KnownMachine:
    """The last published word about one machine."""

    revision: int
    digest: bytes | None
    """None after a removal, and for a machine of another source."""
    moref: str | None = None


class KnownMachines:
    """The machines of one source as they were last published.

    Planning changes nothing: `confirm` notes an event once the broker has acknowledged it, so that an
    interrupted publication is planned again.
    """

    def __init__(self, source_id: str, collector_id: str) -> None:
        self._source_id = source_id
        self._collector_id = collector_id
        self._known: dict[UUID, KnownMachine] = {}

    def restore(self, event: Observation) -> None:
        """Take in an event of `discovery-raw`; of other sources' machines only the revision counts."""
        known = self._known.get(event.machine_id)
        if known is None or event.revision >= known.revision:
            self._note(event)

    def confirm(self, events: Iterable[Observation]) -> None:
        """Note events that the broker has acknowledged."""
        for event in events:
            self._note(event)

    def changed(self, draft: VmwareMachineObserved, now: datetime) -> VmwareMachineObserved | None:
        """Return the observation to publish, None when the machine was last published just like this."""
        known = self._known.get(draft.machine_id)
        if known is not None and known.digest == content_digest(draft):
            return None
        revision = next_revision(known.revision if known else None, now)
        return draft.model_copy(update={"revision": revision, "collected_at": now})

    def removed(
        self, machine_id: UUID, reason: Literal["reported", "missing"], now: datetime
    ) -> MachineRemoved | None:
        """Return the removal to publish, None for a machine that is not there any more."""
        known = self._known.get(machine_id)
        if known is None or known.digest is None:
            return None
        return MachineRemoved(
            machine_id=machine_id,
            revision=next_revision(known.revision, now),
            source_id=self._source_id,
            collector_id=self._collector_id,
            collected_at=now,
            removed_at=now,
            reason=reason,
        )

    def present(self) -> dict[UUID, str | None]:
        """Return the machines that were last published as there, with the ids they had in the inventory."""
        return {key: known.moref for key, known in self._known.items() if known.digest is not None}

    def _note(self, event: Observation) -> None:
        if isinstance(event, VmwareMachineObserved) and event.source_id == self._source_id:
            known = KnownMachine(event.revision, content_digest(event), event.moref)
        else:
            known = KnownMachine(event.revision, None)
        self._known[event.machine_id] = known
