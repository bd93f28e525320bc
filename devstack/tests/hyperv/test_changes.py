"""Changes ordered over the control endpoint show over WS-Man at once; so does what goes wrong."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from devstack.hyperv.control import ControlClient, ControlError
from devstack.hyperv.fixture import RunningHost

_NAMES = "SELECT ElementName FROM Msvm_ComputerSystem"


@pytest.fixture
def control(running: RunningHost) -> ControlClient:
    return running.control


@pytest.fixture
def machine(control: ControlClient) -> Iterator[dict[str, Any]]:
    """A machine of the test's own, gone afterwards."""
    made = control.add_machine(name="test-vm", cores=2, memory_mib=4096)
    yield made
    control.remove_machine(machine=made["guid"])


def _one(client: Any, wql: str) -> Any:
    (row,) = client.select(wql)
    return row


def test_a_machine_comes_and_goes(control: ControlClient, remote: Any) -> None:
    control.add_machine(name="brief-vm")
    assert "brief-vm" in remote.values(_NAMES, "ElementName")
    control.remove_machine(machine="brief-vm")
    assert "brief-vm" not in remote.values(_NAMES, "ElementName")
    assert not remote.select("SELECT * FROM Msvm_StorageAllocationSettingData WHERE HostResource IS NULL")


def test_a_rename_shows(control: ControlClient, remote: Any, machine: dict[str, Any]) -> None:
    control.rename_machine(machine="test-vm", name="renamed-vm")
    row = _one(remote, f"SELECT ElementName FROM Msvm_ComputerSystem WHERE Name = '{machine['guid']}'")
    assert row["ElementName"] == ["renamed-vm"]


def test_a_resize_shows(control: ControlClient, remote: Any, machine: dict[str, Any]) -> None:
    control.resize_machine(machine="test-vm", cores=6, memory_mib=8192, maximum_memory_mib=16384)
    where = f"WHERE InstanceID LIKE 'Microsoft:{machine['guid']}%'"
    processor = _one(remote, f"SELECT VirtualQuantity FROM Msvm_ProcessorSettingData {where}")
    memory = _one(
        remote, f"SELECT VirtualQuantity, Limit, DynamicMemoryEnabled FROM Msvm_MemorySettingData {where}"
    )
    assert processor["VirtualQuantity"] == ["6"]
    assert memory == {"DynamicMemoryEnabled": ["true"], "Limit": ["16384"], "VirtualQuantity": ["8192"]}


def test_disks_come_and_go(control: ControlClient, remote: Any, machine: dict[str, Any]) -> None:
    query = (
        "SELECT HostResource FROM Msvm_StorageAllocationSettingData "
        f"WHERE InstanceID LIKE 'Microsoft:{machine['guid']}%'"
    )
    path = control.add_disk(machine="test-vm", size_gib=77)["disks"][-1]["path"]
    assert remote.values(query, "HostResource") == [machine["disks"][0]["path"], path]
    control.remove_disk(machine="test-vm", path=path)
    assert remote.values(query, "HostResource") == [machine["disks"][0]["path"]]


def test_adapters_come_and_go(control: ControlClient, remote: Any, machine: dict[str, Any]) -> None:
    query = (
        "SELECT Address FROM Msvm_SyntheticEthernetPortSettingData "
        f"WHERE InstanceID LIKE 'Microsoft:{machine['guid']}%'"
    )
    mac = control.add_adapter(machine="test-vm")["adapters"][-1]["mac"]
    assert remote.values(query, "Address") == [machine["adapters"][0]["mac"], mac]
    control.remove_adapter(machine="test-vm", mac=mac)
    assert remote.values(query, "Address") == [machine["adapters"][0]["mac"]]


@pytest.mark.parametrize(
    ("state", "number"), [("off", "3"), ("saved", "6"), ("paused", "9"), ("running", "2")]
)
def test_power_shows(
    control: ControlClient, remote: Any, machine: dict[str, Any], state: str, number: str
) -> None:
    control.set_power(machine="test-vm", state=state)
    row = _one(remote, f"SELECT EnabledState FROM Msvm_ComputerSystem WHERE Name = '{machine['guid']}'")
    assert row["EnabledState"] == [number]


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ("set_power", {"machine": "nobody", "state": "off"}, "no such machine"),
        ("set_power", {"machine": "hv-web-01", "state": "asleep"}, "no such power state"),
        ("remove_disk", {"machine": "hv-web-01", "path": "x"}, "has no disk"),
        ("rename_machine", {"machine": "hv-web-01"}, "missing a required argument"),
        ("order_fault", {"kind": "plague"}, "no such fault"),
        ("set_limits", {"patience": 1}, "no such limit"),
        ("explode", {}, "no such change"),
        ("_put", {}, "no such change"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    control: ControlClient, change: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ControlError, match=message):
        control.call(change, **arguments)


def test_faults_on_demand_are_counted_down(control: ControlClient, remote: Any, fault: Any) -> None:
    for kind, code in (("operations_quota", 2150859174), ("timeout", 2150858793), ("access_denied", 5)):
        control.order_fault(kind=kind, times=2)
        for _ in range(2):
            with pytest.raises(fault) as refused:
                remote.select(_NAMES)
            assert refused.value.code == code
        assert remote.select(_NAMES)


def test_weak_rights_find_nothing_without_an_error(control: ControlClient, remote: Any) -> None:
    control.weaken_rights(weak=True)
    try:
        assert remote.select(_NAMES) == []
    finally:
        control.weaken_rights(weak=False)
    assert remote.select(_NAMES)


def test_an_answer_can_be_cut(
    control: ControlClient, running: RunningHost, connect: Callable[..., Any]
) -> None:
    client = connect(running)
    client.select(_NAMES)
    control.order_cuts(times=1)
    with pytest.raises(requests.RequestException):
        client.select(_NAMES)
    client.close()


def test_a_slow_host_answers_late_and_times_out_beyond_the_limit(
    control: ControlClient, remote: Any, fault: Any
) -> None:
    control.slow_down(seconds=0.3)
    try:
        began = time.monotonic()
        remote.enumerate("SELECT Name FROM Msvm_ComputerSystem WHERE Name = 'none'")
        assert time.monotonic() - began >= 0.3
        control.slow_down(seconds=5)
        with pytest.raises(fault) as refused:
            remote.call("Pull", "x", timeout="PT0.1S")
        assert refused.value.code == 2150858793
    finally:
        control.slow_down(seconds=0)


def test_open_enumerations_can_be_counted(control: ControlClient, remote: Any) -> None:
    before = control.open_enumerations()
    remote.enumerate(_NAMES)
    assert control.open_enumerations() == before + 1
