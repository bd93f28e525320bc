from collections.abc import Collection
from typing import Any
from uuid import UUID

from normalizer.domain.performance.series import UNKNOWN_MACHINE, MachineFacts
from normalizer.known_machines import KnownMachines

MACHINE = UUID(int=1)


class Discovered:
    """Machines that are known from a number of questions on."""

    def __init__(self, known_after: int) -> None:
        self._known_after = known_after
        self.questions = 0

    async def facts(self, machine_ids: Collection[UUID]) -> dict[UUID, MachineFacts]:
        self.questions += 1
        known = self.questions > self._known_after
        return {machine_id: MachineFacts(2, 4096) for machine_id in machine_ids if known}

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not for this test")


async def test_samples_wait_for_a_machine_that_is_about_to_be_discovered() -> None:
    known = KnownMachines(Discovered(known_after=2), wait_seconds=30)
    assert await known.facts([MACHINE]) == {MACHINE: MachineFacts(2, 4096)}


async def test_a_machine_that_stays_unknown_is_not_waited_for_again() -> None:
    machines = Discovered(known_after=10**6)
    known = KnownMachines(machines, wait_seconds=0)
    assert await known.facts([MACHINE]) == {MACHINE: UNKNOWN_MACHINE}
    asked = machines.questions
    assert await known.facts([MACHINE]) == {MACHINE: UNKNOWN_MACHINE}
    assert machines.questions == asked
