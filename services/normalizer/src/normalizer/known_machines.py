"""Cores and memory of machines, as the mapping of samples needs them."""

import asyncio
import time
from collections.abc import Collection
from uuid import UUID

from normalizer.domain.performance.series import UNKNOWN_MACHINE, MachineFacts
from normalizer.ports import MachineStore
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

KEPT_SECONDS = 300.0
POLL_SECONDS = 0.25


class KnownMachines:
    """A cache in front of the store, which waits a little for machines that are about to be discovered.

    Samples and discovery are two topics: at a machine's start its samples can be read first. What stays
    unknown after the wait is not waited for again for five minutes.

    Args:
        machines: Where machines are stored.
        wait_seconds: How long to wait for an unknown machine.
    """

    def __init__(self, machines: MachineStore, wait_seconds: float) -> None:
        self._machines = machines
        self._wait_seconds = wait_seconds
        self._cached: dict[UUID, tuple[MachineFacts, float]] = {}

    def note(self, machine_id: UUID, facts: MachineFacts) -> None:
        """Take over what was stored just now."""
        self._cached[machine_id] = (facts, time.monotonic() + KEPT_SECONDS)

    def cached(self, machine_ids: Collection[UUID]) -> dict[UUID, MachineFacts] | None:
        """Return what is known of each machine without asking the store; None if that is not all."""
        if self._missing(machine_ids):
            return None
        return {machine_id: self._cached[machine_id][0] for machine_id in machine_ids}

    async def facts(self, machine_ids: Collection[UUID]) -> dict[UUID, MachineFacts]:
        """Return what is known of each machine; `UNKNOWN_MACHINE` of those that nobody discovered."""
        deadline = time.monotonic() + self._wait_seconds
        while missing := self._missing(machine_ids):
            for machine_id, facts in (await self._machines.facts(missing)).items():
                self.note(machine_id, facts)
            missing = self._missing(machine_ids)
            if not missing:
                break
            if time.monotonic() >= deadline:
                self._give_up(missing)
                break
            await asyncio.sleep(POLL_SECONDS)
        return {machine_id: self._cached[machine_id][0] for machine_id in machine_ids}

    def _missing(self, machine_ids: Collection[UUID]) -> list[UUID]:
        now = time.monotonic()
        expired = (UNKNOWN_MACHINE, 0.0)
        return [each for each in set(machine_ids) if self._cached.get(each, expired)[1] <= now]

    def _give_up(self, missing: Collection[UUID]) -> None:
        log.warning("machines_unknown", count=len(missing))
        for machine_id in missing:
            self.note(machine_id, UNKNOWN_MACHINE)
