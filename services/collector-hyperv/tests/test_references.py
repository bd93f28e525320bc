import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_hyperv.domain.references import (
    comparable_disk_path,
    machine_guid,
    owner_guid,
    port_guid,
    referenced_key,
)

from .builders import guid


@pytest.mark.parametrize("text", [guid(1), f"{{{guid(1)}}}", guid(1).lower()])
def test_a_guid_has_one_form(text: str) -> None:
    assert machine_guid(text) == guid(1)


@pytest.mark.parametrize("text", ["HYPERV01", "", None, guid(1) + "x"])
def test_a_name_is_no_guid(text: str | None) -> None:
    assert machine_guid(text) is None


def test_an_instance_id_names_its_machine() -> None:
    assert owner_guid(f"Microsoft:{guid(1)}\\{guid(2)}\\0\\0\\L") == guid(1)
    assert owner_guid(f"Microsoft:Definition\\{guid(1)}\\Default") is None


@pytest.mark.parametrize(
    "instance_id",
    [f"Microsoft:{guid(1)}\\{guid(2)}", f"Microsoft:GuestNetwork\\{guid(1)}\\{guid(2).lower()}"],
)
def test_a_port_and_its_guest_configuration_name_the_same_port(instance_id: str) -> None:
    assert port_guid(instance_id) == guid(2)


@given(st.text())
def test_a_key_survives_the_escapes_of_an_object_path(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    path = f'\\\\HOST\\root\\virtualization\\v2:Msvm_X.First="a\\"b",InstanceID="{escaped}"'
    assert referenced_key(path, "instanceid") == value


@pytest.mark.parametrize(
    ("path", "instance"),
    [
        ("C:\\VMs\\a.vhdx", "--?-C:-VMs-a.vhdx"),
        ("C:/VMs/a.vhdx", "--?-c:-vms-A.VHDX"),
        ("\\\\files\\share\\a.vhdx", "--?-UNC-files-share-a.vhdx"),
        ("\\\\.\\PHYSICALDRIVE3", "--?-PhysicalDrive3"),
    ],
)
def test_a_path_and_its_counter_instance_compare_alike(path: str, instance: str) -> None:
    assert comparable_disk_path(path) == comparable_disk_path(instance)
