"""Observations of one machine in their order, folded into its state and its changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from normalizer.domain.inventory.changes import changes
from normalizer.domain.inventory.hyperv_machine import hyperv_machine
from normalizer.domain.inventory.imported_machine import imported_machine
from normalizer.domain.inventory.vmware_machine import vmware_machine
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.imported_machine_observed_v1 import ImportedMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Machine


@dataclass(slots=True)
class Fold:
    """What observations made of a machine."""

    stored: Machine | None
    """The state before; stays as it was read."""
    machine: Machine | None
    """The state after; None while nothing but removals of an unknown machine came."""
    changes: list[EnvironmentChanged] = field(default_factory=list)
    ignored: int = 0
    """Observations at or below the revision already held, and ends of machines that nobody knew."""

    @property
    def is_new(self) -> bool:
        """Return whether the state has to be stored."""
        return self.machine is not self.stored


def fold(stored: Machine | None, observations: Iterable[Observation], recorded_at: datetime) -> Fold:
    """Apply the observations of one machine, in the order of their offsets, to its stored state."""
    result = Fold(stored, stored)
    for observed in observations:
        current = result.machine
        is_stale = current is not None and observed.revision <= current.revision
        following = None if is_stale else _next(current, observed)
        if following is None:
            result.ignored += 1
            continue
        result.changes += changes(current, following, recorded_at)
        result.machine = following
    return result


def _next(current: Machine | None, observed: Observation) -> Machine | None:
    """Return the state after an observation; None for the end of a machine that nobody knows."""
    match observed:
        case VmwareMachineObserved():
            return vmware_machine(observed, current)
        case HypervMachineObserved():
            return hyperv_machine(observed, current)
        case ImportedMachineObserved():
            return imported_machine(observed, current)
        case MachineRemoved():
            return None if current is None else _removed(current, observed)
    raise TypeError(f"no machine follows from {type(observed).__name__}")


def _removed(current: Machine, observed: MachineRemoved) -> Machine:
    return current.model_copy(
        update={
            "revision": observed.revision,
            "observed_at": observed.collected_at,
            "removed_at": observed.removed_at,
        }
    )
