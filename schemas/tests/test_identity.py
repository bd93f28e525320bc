"""Ids are the same for the same thing, whoever derives them, and different for different things."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from surveyor_schemas.identity import (
    change_id,
    hyperv_machine_id,
    next_revision,
    observation_id,
    vmware_machine_id,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
GUID = "0F1E2D3C-4B5A-4697-8877-665544332211"


def test_machine_keeps_its_id_whatever_the_case_of_its_uuid() -> None:
    assert hyperv_machine_id("berlin", GUID) == hyperv_machine_id("berlin", GUID.lower())


def test_replica_is_another_machine() -> None:
    assert hyperv_machine_id("berlin", GUID) != hyperv_machine_id("berlin", GUID, replica=True)


def test_vm_behind_another_vcenter_is_another_machine() -> None:
    assert vmware_machine_id("vcenter-a", GUID) != vmware_machine_id("vcenter-b", GUID)


def test_id_is_stable_over_releases() -> None:
    assert str(vmware_machine_id("owner", "vm")) == "b4b59450-287c-5bd0-b2d8-b0724a85ea3c"


@given(previous=st.integers(min_value=0, max_value=2**62), step_back_seconds=st.integers(0, 10**6))
def test_revision_always_grows_even_when_the_clock_steps_back(previous: int, step_back_seconds: int) -> None:
    assert next_revision(previous, NOW - timedelta(seconds=step_back_seconds)) > previous


def test_first_revision_is_the_clock_in_microseconds() -> None:
    assert next_revision(None, NOW) == int(NOW.timestamp()) * 1_000_000


def test_repeat_of_a_change_has_the_same_id() -> None:
    machine = vmware_machine_id("owner", "vm")
    assert change_id(machine, 7, "disks[2001]") == change_id(machine, 7, "disks[2001]")
    assert change_id(machine, 7, "disks[2001]") != change_id(machine, 8, "disks[2001]")
    assert change_id(machine, 7, "cores") != observation_id(machine, 7)
