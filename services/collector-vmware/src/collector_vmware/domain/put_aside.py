"""Machines that a source refuses even alone: asked for ever more rarely, so that others pay nothing."""

from uuid import UUID

LONGEST_POLLS = 15
"""Five minutes of polls every 20 seconds."""


class PutAside:
    """Counts, per machine that was refused alone, the polls that it is left out of."""

    def __init__(self) -> None:
        self._waits: dict[UUID, int] = {}
        self._left: dict[UUID, int] = {}

    def __bool__(self) -> bool:
        return bool(self._waits)

    def __len__(self) -> int:
        return len(self._waits)

    def refuse(self, machine_id: UUID) -> None:
        """Note a refusal: the first is tried again at once, each further one waits longer."""
        waits = self._waits.get(machine_id)
        self._waits[machine_id] = 0 if waits is None else min(LONGEST_POLLS, 2 * waits + 1)
        self._left[machine_id] = self._waits[machine_id]

    def welcome(self, machine_id: UUID) -> None:
        """Note that a machine was answered, or is no more."""
        self._waits.pop(machine_id, None)
        self._left.pop(machine_id, None)

    def is_due(self, machine_id: UUID) -> bool:
        """Return whether a poll asks for the machine; one that waits has then waited one poll more."""
        left = self._left.get(machine_id, 0)
        if left == 0:
            return True
        self._left[machine_id] = left - 1
        return False
