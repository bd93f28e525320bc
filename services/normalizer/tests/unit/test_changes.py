import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.domain.inventory.changes import Difference, changes, differences
from normalizer.domain.inventory.fold import fold
from normalizer.domain.inventory.vmware_machine import vmware_machine
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.examples import examples
from surveyor_schemas.inventory.machine_v1 import Machine

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
(EXAMPLE,) = (
    e.value for e in examples("discovery-raw") if e.model is VmwareMachineObserved and e.name == "ordinary"
)


def observed(revision: int = 1, **changes: Any) -> VmwareMachineObserved:
    document = json.loads(EXAMPLE) | {"revision": revision} | changes
    return VmwareMachineObserved.model_validate_json(json.dumps(document))


def removed(revision: int) -> MachineRemoved:
    seen = observed()
    return MachineRemoved(
        machine_id=seen.machine_id,
        revision=revision,
        source_id=seen.source_id,
        collector_id=seen.collector_id,
        collected_at=NOW,
        removed_at=NOW,
        reason="reported",
    )


def a_machine(revision: int = 1, **changes: Any) -> Machine:
    return vmware_machine(observed(revision, **changes), None)


def disk(**changes: Any) -> dict[str, Any]:
    (first,) = json.loads(EXAMPLE)["disks"]
    return {**first, **changes}


def nic(**changes: Any) -> dict[str, Any]:
    (first,) = json.loads(EXAMPLE)["nics"]
    return {**first, **changes}


def seen(**after: Any) -> list[tuple[str, str, bool]]:
    return [
        (found.kind, found.field_path, found.outdates_assessments)
        for found in differences(a_machine(), a_machine(2, **after))
    ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"cpu_count": 8}, ("resized", "cores", True)),
        ({"memory_mib": 1024}, ("resized", "memory_mib", True)),
        ({"firmware": "bios"}, ("configuration", "boot_type", True)),
        ({"name": "other"}, ("renamed", "name", False)),
        ({"power_state": "suspended"}, ("power", "power_state", False)),
        ({"cluster_name": "Cluster-2"}, ("moved", "cluster_name", False)),
        ({"folder_path": "Archive"}, ("moved", "folder_path", False)),
        ({"annotation": None}, ("configuration", "description", False)),
        ({"snapshots": []}, ("configuration", "snapshot_count", False)),
        ({"disks": [disk(capacity_bytes=1)]}, ("resized", "disks[2000].size_bytes", True)),
        ({"disks": [disk(file_name="x")]}, ("moved", "disks[2000].path", False)),
        ({"disks": []}, ("disk-removed", "disks[2000]", True)),
        ({"nics": []}, ("nic-removed", "nics[4000]", True)),
        ({"nics": [nic(mac_address="00:50:56:00:00:01")]}, ("configuration", "nics[4000].mac_address", True)),
        ({"nics": [nic(network_name="DMZ")]}, ("configuration", "nics[4000].network_name", False)),
        (
            {"nics": [nic(ip_addresses=["10.0.3.42", "10.0.3.43"])]},
            ("configuration", "nics[4000].ip_addresses", True),
        ),
        ({"nics": [nic(ip_addresses=["10.0.3.99"])]}, ("configuration", "nics[4000].ip_addresses", True)),
    ],
)
def test_one_field_is_one_change(after: dict[str, Any], expected: tuple[str, str, bool]) -> None:
    assert seen(**after) == [expected]


def test_added_disk_is_one_change_with_all_of_it() -> None:
    (found,) = differences(a_machine(), a_machine(2, disks=[disk(), disk(key=2001, unit_number=1)]))
    assert (found.kind, found.field_path, found.before) == ("disk-added", "disks[2001]", None)
    assert isinstance(found.after, dict)
    assert found.after["name"] == "scsi0:1"


def test_changed_operating_system_names_its_fields() -> None:
    name = "Red Hat Enterprise Linux 8.10 (64-bit)"
    assert seen(tools_guest_full_name=name) == [
        ("configuration", "os.name", True),
        ("configuration", "os.version", True),
    ]


@pytest.mark.parametrize(
    "after",
    [
        {},
        {"collected_at": "2026-11-23T09:00:00Z"},
        {"tools_status": "toolsNotRunning"},
        {"nics": [nic(mac_address="00-50-56-8A-1B-2C")]},
        {"nics": [nic(ip_addresses=["::ffff:10.0.3.42"])]},
    ],
    ids=["read again", "time", "tools", "spelling", "form of an address"],
)
def test_what_is_no_change_of_the_machine_makes_none(after: dict[str, Any]) -> None:
    assert seen(**after) == []


def test_a_moved_machine_does_not_repeat_the_facts_of_its_host() -> None:
    host = json.loads(EXAMPLE)["host"] | {"name": "esx-08.example", "version": "7.0.3", "cpu_sockets": 4}
    assert seen(host=host) == [("moved", "host_name", False)]


def test_a_restart_changes_the_power_and_nothing_that_the_guest_will_say_again() -> None:
    silent = {"nics": [nic(ip_addresses=[])], "tools_guest_id": None, "tools_guest_full_name": None,
              "guest_host_name": None, "tools_status": "toolsNotRunning"}  # fmt: skip
    off, starting, started = (
        observed(2, power_state="poweredOff", **silent),
        observed(3, **silent),
        observed(4),
    )
    result = fold(a_machine(), [off, starting, started], NOW)
    assert [(change.field_path, change.after) for change in result.changes] == [
        ("power_state", "off"),
        ("power_state", "on"),
    ]


def test_first_observation_adds_the_machine() -> None:
    (change,) = changes(None, a_machine(5), NOW)
    assert (change.kind, change.field_path, change.before) == ("machine-added", "machine", None)
    assert change.recorded_at == NOW


def test_change_of_a_revision_has_the_same_id_whenever_it_is_found() -> None:
    before, after = a_machine(1), a_machine(2, cpu_count=8, memory_mib=1)
    first = [change.event_id() for change in changes(before, after, NOW)]
    again = [change.event_id() for change in changes(before, after, datetime.now(UTC))]
    assert first == again
    assert len(set(first)) == 2


def test_removal_keeps_the_machine_and_marks_its_end() -> None:
    result = fold(None, [observed(1), removed(2)], NOW)
    assert result.machine is not None
    assert (result.machine.removed_at, result.machine.revision) == (NOW, 2)
    assert [change.kind for change in result.changes] == ["machine-added", "machine-removed"]


def test_a_machine_that_comes_back_is_added_again() -> None:
    result = fold(None, [observed(1), removed(2), observed(3)], NOW)
    assert [change.kind for change in result.changes] == [
        "machine-added",
        "machine-removed",
        "machine-added",
    ]
    assert result.machine is not None
    assert result.machine.removed_at is None


def test_the_end_of_an_unknown_machine_is_ignored() -> None:
    result = fold(None, [removed(2)], NOW)
    assert (result.machine, result.ignored, result.is_new) == (None, 1, False)


def test_revisions_at_or_below_the_stored_one_are_ignored() -> None:
    stored = a_machine(5)
    result = fold(stored, [observed(4, cpu_count=1), observed(5, cpu_count=2)], NOW)
    assert (result.machine, result.changes, result.ignored) == (stored, [], 2)


steps = st.lists(st.tuples(st.sampled_from([1, 2, 4]), st.booleans()), min_size=1, max_size=12)


@given(steps, st.integers(0, 12))
def test_redelivery_from_any_point_gives_the_same_state_and_changes(
    history: list[tuple[int, bool]], cut: int
) -> None:
    observations = [
        removed(revision) if gone else observed(revision, cpu_count=cores)
        for revision, (cores, gone) in enumerate(history, start=1)
    ]
    once = fold(None, observations, NOW)
    begun = fold(None, observations[:cut], NOW)
    again = fold(begun.machine, observations, NOW)
    assert again.machine == once.machine
    ids = [change.event_id() for change in once.changes]
    assert [change.event_id() for change in [*begun.changes, *again.changes]] == ids


def test_difference_names_before_and_after() -> None:
    (found,) = differences(a_machine(), a_machine(2, cpu_count=8))
    assert found == Difference("resized", "cores", 4, 8, True)
