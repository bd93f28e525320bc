"""Only what really changed is published, and only what is really gone is removed."""

from datetime import timedelta

from collector_vmware.domain.inventory_objects import ObjectUpdate
from collector_vmware.domain.inventory_tree import InventoryTree
from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.reconcile import changes, differences
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved

from .builders import NOW, OBSERVER, a_leave, a_tree, a_vm

LATER = NOW + timedelta(seconds=1)


def known_after_reading(tree: InventoryTree) -> KnownMachines:
    known = KnownMachines("dc1", "collector-1")
    known.confirm(differences(tree, known, OBSERVER, NOW).events)
    return known


def after_update(tree: InventoryTree, known: KnownMachines, *updates: ObjectUpdate) -> list[Observation]:
    return changes(tree, known, OBSERVER, tree.apply(updates), LATER).events


def test_an_update_that_changes_nothing_is_not_published() -> None:
    tree = a_tree(a_vm())
    assert after_update(tree, known_after_reading(tree), a_vm()) == []


def test_a_changed_machine_is_published_at_a_higher_revision() -> None:
    tree = a_tree(a_vm(), a_vm("vm-2"))
    known = known_after_reading(tree)
    (event,) = after_update(tree, known, ObjectUpdate("vm-1", "VirtualMachine", "modify", {"name": "new"}))
    assert isinstance(event, VmwareMachineObserved)
    assert event.name == "new"
    assert event.revision == int(LATER.timestamp() * 1_000_000)


def test_revisions_grow_when_the_clock_steps_back() -> None:
    tree = a_tree(a_vm())
    known = known_after_reading(tree)
    touched = tree.apply([ObjectUpdate("vm-1", "VirtualMachine", "modify", {"name": "new"})])
    (event,) = changes(tree, known, OBSERVER, touched, NOW - timedelta(hours=1)).events
    assert event.revision == int(NOW.timestamp() * 1_000_000) + 1


def test_a_renamed_host_is_news_of_all_its_machines() -> None:
    tree = a_tree(a_vm(), a_vm("vm-2"))
    known = known_after_reading(tree)
    events = after_update(tree, known, ObjectUpdate("host-1", "HostSystem", "modify", {"name": "esx9"}))
    assert len(events) == 2


def test_an_unconfirmed_change_is_found_again() -> None:
    tree = a_tree(a_vm())
    known = KnownMachines("dc1", "collector-1")
    assert len(differences(tree, known, OBSERVER, NOW).events) == 1
    assert len(differences(tree, known, OBSERVER, LATER).events) == 1


def test_a_machine_that_leaves_is_reported_removed_once() -> None:
    tree = a_tree(a_vm(), a_vm("vm-2"))
    known = known_after_reading(tree)
    (event,) = after_update(tree, known, a_leave("vm-1"))
    assert isinstance(event, MachineRemoved)
    assert event.reason == "reported"
    known.confirm([event])
    assert after_update(tree, known, a_leave("vm-1")) == []


def test_a_machine_registered_anew_is_not_removed() -> None:
    tree = a_tree(a_vm(uuid="u-1"))
    known = known_after_reading(tree)
    (event,) = after_update(tree, known, a_leave("vm-1"), a_vm("vm-9", uuid="u-1", name="vm-1"))
    assert isinstance(event, VmwareMachineObserved)
    assert event.moref == "vm-9"


def test_a_machine_that_vanished_unseen_is_missing() -> None:
    known = known_after_reading(a_tree(a_vm(), a_vm("vm-2")))
    (event,) = differences(a_tree(a_vm("vm-2")), known, OBSERVER, LATER).events
    assert isinstance(event, MachineRemoved)
    assert event.reason == "missing"


def test_a_machine_that_hides_its_configuration_is_not_removed() -> None:
    known = known_after_reading(a_tree(a_vm(), a_vm("vm-2")))
    assert differences(a_tree(a_vm(uuid=""), a_vm("vm-2")), known, OBSERVER, LATER).events == []


def test_a_source_that_shows_nothing_removes_nothing() -> None:
    known = known_after_reading(a_tree(a_vm()))
    assert differences(a_tree(), known, OBSERVER, LATER).events == []


def test_what_was_published_before_a_restart_is_not_published_again() -> None:
    tree = a_tree(a_vm(), a_vm("vm-2"))
    known = KnownMachines("dc1", "collector-1")
    for event in differences(tree, known, OBSERVER, NOW).events:
        known.restore(event)
    assert differences(tree, known, OBSERVER, LATER).events == []


def test_a_machine_that_comes_back_is_published_again() -> None:
    tree = a_tree(a_vm(), a_vm("vm-2"))
    known = known_after_reading(tree)
    known.confirm(after_update(tree, known, a_leave("vm-1")))
    (event,) = after_update(tree, known, a_vm())
    assert isinstance(event, VmwareMachineObserved)


def test_another_sources_machine_only_lends_its_revision() -> None:
    tree = a_tree(a_vm())
    (theirs,) = differences(tree, KnownMachines("old-name", "c"), OBSERVER, LATER).events
    known = KnownMachines("dc1", "collector-1")
    known.restore(theirs.model_copy(update={"source_id": "old-name"}))
    (event,) = differences(tree, known, OBSERVER, NOW).events
    assert event.revision == theirs.revision + 1


def test_a_machine_that_nobody_can_describe_hides_no_other_and_is_not_removed() -> None:
    known = known_after_reading(a_tree(a_vm("vm-1"), a_vm("vm-2")))
    odd = a_vm("vm-1", config__hardware__numCPU="many")
    due = differences(a_tree(odd, a_vm("vm-2", name="renamed")), known, OBSERVER, LATER)
    assert [event.name for event in due.events if isinstance(event, VmwareMachineObserved)] == ["renamed"]
    assert (len(due.events), due.undescribed) == (1, frozenset({"vm-1"}))
