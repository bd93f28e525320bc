"""One poll of a host's counters becomes samples of its machines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector_hyperv.domain.counters import COUNTER_CLASSES, CounterRead, CounterRow
from collector_hyperv.domain.instances import InstanceIndex, Owner, Unmatched
from collector_hyperv.domain.machines import machine_systems
from collector_hyperv.domain.polls import MachineReadings, Poll, Reading
from collector_hyperv.domain.rates import readings
from collector_hyperv.domain.rows import ComputerSystemRow
from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

_FILETIME_TICKS_PER_SECOND = 10_000_000
_FILETIME_UNIX_EPOCH_SECONDS = 11_644_473_600
_MS_PER_SECOND = 1000
MAX_GAP_INTERVALS = 3
"""A mean over a longer gap than this would hide the peaks that a sample is there to show."""


@dataclass(frozen=True)
class CounterPoll:
    """What one poll of a host brought."""

    systems: tuple[ComputerSystemRow, ...]
    """The computer systems just before the counters: names for matching, run times that show restarts."""
    reads: tuple[CounterRead, ...]
    refused: Mapping[str, str]
    """Classes that could not be read, by name, with the error's code."""

    def capabilities(self) -> dict[str, bool]:
        """Return which counters the host gave this time; a refused class gives none of its own."""
        given = {counter for read in self.reads for counter in read.chosen}
        return {
            str(spec.counter): spec.counter in given
            for counter_class in COUNTER_CLASSES
            for spec in counter_class.counters
        }

    def differs_from(self, inventory: Iterable[HypervMachineObserved]) -> bool:
        """Tell whether machines came, went, or changed name or power since the inventory was read."""
        now = {
            (guid, system.element_name, system.enabled_state)
            for guid, system in machine_systems(self.systems).items()
        }
        return now != {(machine.vm_guid, machine.name, machine.enabled_state) for machine in inventory}


@dataclass(frozen=True)
class Sampled:
    """What one poll came to."""

    poll: Poll
    unmatched: Unmatched


class HostSampler:
    """Holds the last readings of one host and turns the next poll into samples.

    Rates need two readings; one that is too old is no base, so a gap ends with a poll without rates.
    """

    def __init__(self, interval_seconds: float) -> None:
        self._max_gap_seconds = MAX_GAP_INTERVALS * interval_seconds
        self._previous: dict[str, dict[str, CounterRow]] = {}

    def take(self, poll: CounterPoll, inventory: Iterable[HypervMachineObserved]) -> Sampled | None:
        """Return the samples of a poll; None where the host runs nothing that has counters.

        Raises:
            RightsMissing: the host showed not even itself.
        """
        systems = machine_systems(poll.systems)
        names = {guid: system.element_name for guid, system in systems.items() if system.element_name}
        present = [machine for machine in inventory if machine.vm_guid in systems]
        on_time_ms = {machine.machine_id: systems[machine.vm_guid].on_time_ms for machine in present}
        index, unmatched = InstanceIndex(present, names), Unmatched()
        found: dict[MachineId, list[Reading]] = defaultdict(list)
        for read in poll.reads:
            for row in read.rows:
                owner = index.owner(read.counter_class.instances, row.instance, unmatched)
                if owner is not None:
                    found[owner.machine_id] += self._readings(read, row, owner, on_time_ms)
        for read in poll.reads:
            self._previous[read.counter_class.name] = {row.instance: row for row in read.rows}
        sampled_at = max((row.filetime for read in poll.reads for row in read.rows), default=None)
        if sampled_at is None:
            return None
        machines = tuple(
            # A first poll has only gauges, so a machine may come out with nothing.
            MachineReadings(machine_id, tuple(values))
            for machine_id, values in found.items()
            if values
        )
        return Sampled(Poll(_epoch_seconds(sampled_at), machines), unmatched)

    def _readings(
        self, read: CounterRead, row: CounterRow, owner: Owner, on_time_ms: Mapping[MachineId, int | None]
    ) -> Iterable[Reading]:
        previous = self._previous.get(read.counter_class.name, {}).get(row.instance)
        if previous is not None:
            seconds = (row.perf_time - previous.perf_time) / row.perf_frequency
            if seconds > self._max_gap_seconds or _was_restarted(seconds, on_time_ms.get(owner.machine_id)):
                previous = None
        values = readings(read.counter_class, read.chosen, previous, row)
        return [Reading(counter, owner.instance, value) for counter, value in values.items()]


def _was_restarted(seconds: float, on_time_ms: int | None) -> bool:
    """Tell whether the machine was started between two readings: its counters may already be higher again."""
    return on_time_ms is not None and on_time_ms < seconds * _MS_PER_SECOND


def _epoch_seconds(filetime: int) -> int:
    return filetime // _FILETIME_TICKS_PER_SECOND - _FILETIME_UNIX_EPOCH_SECONDS
