"""Use case: a batch of observations from `discovery-raw` into states and changes of machines."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from normalizer.domain.inventory.fold import Fold, fold
from normalizer.domain.performance.series import MachineFacts
from normalizer.known_machines import KnownMachines
from normalizer.metrics import CHANGES_RECORDED, OBSERVATIONS_IGNORED, QUERYABLE_SECONDS
from normalizer.ports import MachineStore
from surveyor_kit.clock import Clock
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import Publisher, ReceivedEvent, decode_received
from surveyor_kit.lifecycle import crash_point
from surveyor_schemas.discovery.observation import Observation

ByMachine = dict[UUID, list[Observation]]


class NormalizeDiscovery:
    """Folds observations over stored states.

    Writes go in an order in which a crash at any point is repaired by redelivery: changes are published and
    stored before the state that would hide them, and the state is published last; it is published again
    whenever its observation comes again.
    """

    def __init__(
        self,
        machines: MachineStore,
        known: KnownMachines,
        publisher: Publisher,
        dead_letters: DeadLetters,
        clock: Clock,
    ) -> None:
        self._machines = machines
        self._known = known
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._clock = clock

    async def __call__(self, received: Sequence[ReceivedEvent]) -> None:
        """Handle observations, in the order of their offsets.

        Raises:
            DeadLetterLimitExceeded: Too much is bad; nothing of these messages may be acknowledged.
        """
        observations = await self._accept(received)
        if observations:
            stored = await self._machines.states(observations)
            now = self._clock.now()
            folds = [fold(stored.get(each), observed, now) for each, observed in observations.items()]
            await self._write_changes(folds)
            await self._write_states(folds, observations)
        now = self._clock.now()
        for event in received:
            QUERYABLE_SECONDS.labels(event.topic).observe(max(0.0, (now - event.timestamp).total_seconds()))

    async def _accept(self, received: Sequence[ReceivedEvent]) -> ByMachine:
        observations: ByMachine = defaultdict(list)
        for event in received:
            try:
                observed = decode_received(event)
            except InvalidMessage as error:
                await self._dead_letters.send(event, error.reason, type(error).__name__, error.detail)
                continue
            assert isinstance(observed, Observation)
            observations[observed.machine_id].append(observed)
            self._dead_letters.record_ok()
        return observations

    async def _write_changes(self, folds: Sequence[Fold]) -> None:
        changes = [change for each in folds for change in each.changes]
        OBSERVATIONS_IGNORED.inc(sum(each.ignored for each in folds))
        crash_point("before_changes")
        if changes:
            await self._publisher.publish_many(changes)
            await self._machines.insert_changes(changes)
        crash_point("after_changes")
        for change in changes:
            CHANGES_RECORDED.labels(change.kind).inc()

    async def _write_states(self, folds: Sequence[Fold], observations: ByMachine) -> None:
        new = [each.machine for each in folds if each.machine is not None and each.is_new]
        if new:
            await self._machines.insert_states(new)
        crash_point("after_state")
        for machine in new:
            self._known.note(machine.machine_id, MachineFacts(machine.cores, machine.memory_mib))
        await self._publisher.publish_many(
            [
                each.machine
                for each in folds
                if each.machine is not None
                and (each.is_new or _comes_again(each, observations[each.machine.machine_id]))
            ]
        )


def _comes_again(folded: Fold, observations: Sequence[Observation]) -> bool:
    """Return whether the stored state's own observation came again: its publication may be missing."""
    return folded.machine is not None and any(
        observed.revision == folded.machine.revision for observed in observations
    )
