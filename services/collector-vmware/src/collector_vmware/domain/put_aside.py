"""What was tried in vain: tried again ever more rarely, so that it costs the rest nothing."""

from uuid import UUID


class PutAside:
    """Counts, per machine, the rounds that it is left out of.

    Args:
        longest_rounds: No machine is left out of more in a row.
    """

    def __init__(self, longest_rounds: int) -> None:
        self._longest_rounds = longest_rounds
        self._waits: dict[UUID, int] = {}
        self._left: dict[UUID, int] = {}

    def __bool__(self) -> bool:
        return bool(self._waits)

    def refuse(self, machine_id: UUID) -> None:
        """Note a failure: after the first the next round tries again, each further one waits longer."""
        waits = self._waits.get(machine_id)
        self._waits[machine_id] = 0 if waits is None else min(self._longest_rounds, 2 * waits + 1)
        self._left[machine_id] = self._waits[machine_id]

    def welcome(self, machine_id: UUID) -> None:
        """Note a success, or that the machine is no more."""
        self._waits.pop(machine_id, None)
        self._left.pop(machine_id, None)

    def is_due(self, machine_id: UUID) -> bool:
        """Return whether this round tries the machine; one that waits has then waited one round more."""
        left = self._left.get(machine_id, 0)
        if left == 0:
            return True
        self._left[machine_id] = left - 1
        return False
