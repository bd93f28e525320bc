"""Compare the inventory with what was published and name the events that are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collector_vmware.domain.inventory_objects import SourceFacts
from collector_vmware.domain.inventory_tree import InventoryObject, InventoryTree
from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.machine_facts import draft_of, machine_id_of
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved


@dataclass(frozen=True, slots=True)
class Observer:
    """Who looks at which source: what every event of one source has in common."""

    source_id: str
    collector_id: str
    source: SourceFacts


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be published."""

    events: list[Observation]
    undescribed: frozenset[str]
    """Inventory ids of machines that the source describes in a way that nobody foresaw."""


def changes(
    tree: InventoryTree, known: KnownMachines, observer: Observer, touched: Iterable[str], now: datetime
) -> Due:
    """Return what is new about the machines that a live update touched, and which of them ended."""
    morefs = set(touched)
    gone = _gone(tree, known, observer, only=morefs)
    removals = (known.removed(machine_id, "reported", now) for machine_id in gone)
    return _due(tree, known, observer, morefs, removals, now)


def differences(tree: InventoryTree, known: KnownMachines, observer: Observer, now: datetime) -> Due:
    """Return what is new after a complete read, and which machines vanished meanwhile.

    A source that shows no machine at all most likely shows nothing for lack of rights: nothing is
    removed then.
    """
    morefs = {machine.moref for machine in tree.machines()}
    gone = _gone(tree, known, observer, only=None) if morefs else []
    removals = (known.removed(machine_id, "missing", now) for machine_id in gone)
    return _due(tree, known, observer, morefs, removals, now)


def _due(
    tree: InventoryTree,
    known: KnownMachines,
    observer: Observer,
    morefs: set[str],
    removals: Iterable[MachineRemoved | None],
    now: datetime,
) -> Due:
    events: list[Observation] = []
    undescribed: set[str] = set()
    for machine in filter(None, (tree.find(moref) for moref in sorted(morefs))):
        try:
            draft = _draft(machine, tree, observer, now)
        except (LookupError, TypeError, ValueError, AttributeError):
            # One odd machine must not hide the others.
            undescribed.add(machine.moref)
            continue
        if draft and (event := known.changed(draft, now)):
            events.append(event)
    return Due([*events, *filter(None, removals)], frozenset(undescribed))


def _draft(
    machine: InventoryObject, tree: InventoryTree, observer: Observer, now: datetime
) -> VmwareMachineObserved | None:
    return draft_of(
        machine,
        tree,
        observer.source,
        source_id=observer.source_id,
        collector_id=observer.collector_id,
        collected_at=now,
    )


def _gone(tree: InventoryTree, known: KnownMachines, observer: Observer, only: set[str] | None) -> list[UUID]:
    """Return machines that the inventory no longer has; `only` limits them by their former ids there.

    A machine that lives on under another inventory id is not gone, nor is one whose entry is there but
    does not show its configuration, as while its host is disconnected.
    """
    candidates = {key: moref for key, moref in known.present().items() if only is None or moref in only}
    if not candidates:
        return []
    identified = {machine.moref: machine_id_of(machine, observer.source) for machine in tree.machines()}
    living = set(identified.values())
    unreadable = {moref for moref, machine_id in identified.items() if machine_id is None}
    return [key for key, moref in candidates.items() if key not in living and moref not in unreadable]
