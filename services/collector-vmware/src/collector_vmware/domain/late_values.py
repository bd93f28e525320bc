"""Values that come later than the look-back reaches: asked for again while the source has them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from collector_vmware.domain.put_aside import PutAside
from collector_vmware.domain.taken_samples import SOURCE_KEEPS_SECONDS, TakenSamples
from collector_vmware.domain.windows import Window

POLLS_PER_ROUND = 15
"""Each machine is looked at once in five minutes, a fifteenth of them in each poll."""
LONGEST_ROUNDS = 7
"""Well under the hour that the source keeps."""
_MARGIN_SECONDS = 60


class LateValues:
    """Finds holes in what was taken of machines: times that lack a value of some series.

    Some holes are for good, as while a machine was off or had no second disk: what brings nothing is
    asked for ever more rarely.
    """

    def __init__(self, taken: TakenSamples) -> None:
        self._taken = taken
        self._vain = PutAside(LONGEST_ROUNDS)
        self._poll = 0

    def windows(self, live: Sequence[Window]) -> Iterator[Window]:
        """Yield what this poll finds worth asking for again, given the machines that it asks for."""
        self._poll = (self._poll + 1) % POLLS_PER_ROUND
        for window in live[self._poll :: POLLS_PER_ROUND]:
            hole = self._hole(window)
            if hole is None:
                self._vain.welcome(window.machine_id)
            elif self._vain.is_due(window.machine_id):
                self._vain.refuse(window.machine_id)
                yield replace(window, start=hole[0], end=hole[1])

    def forget(self, machine_id: UUID) -> None:
        """Drop a machine that has no samples any more."""
        self._vain.welcome(machine_id)

    def _hole(self, live: Window) -> tuple[int, int] | None:
        oldest = live.end - SOURCE_KEEPS_SECONDS + _MARGIN_SECONDS
        return self._taken.hole(live.machine_id, oldest, live.start)
