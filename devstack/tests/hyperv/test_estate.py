"""The seeded estate: of every kind, the same each time, and all its references lead somewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from devstack.hyperv.changes import Changes
from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.wire import WMI_URI

_V2 = f"{WMI_URI}root/virtualization/v2"
_REALIZED = "VirtualSystemType = 'Microsoft:Hyper-V:System:Realized'"


def _settings_of(client: Any, class_name: str, guid: str) -> Any:
    return client.select(f"SELECT * FROM {class_name} WHERE InstanceID LIKE 'Microsoft:{guid}%'")


def _invoke(client: Any, service: str, method: str, **parameters: str) -> Any:
    inner = "".join(f"<p:{name}>{value}</p:{name}>" for name, value in parameters.items())
    uri = f"{_V2}/{service}"
    return client.call(
        f"{uri}/{method}", uri, f'<p:{method}_INPUT xmlns:p="{uri}">{inner}</p:{method}_INPUT>'
    )


def _embedded(text: str) -> dict[str, str | None]:
    return {prop.get("NAME", ""): prop.findtext("VALUE") for prop in etree.fromstring(text)}


def test_six_machines_are_of_every_kind(host: SimulatedHost) -> None:
    machines = host.machines()
    assert {machine.generation for machine in machines} == {1, 2}
    assert {machine.dynamic_memory is None for machine in machines} == {True, False}
    assert {machine.state for machine in machines} == {"running", "off"}
    assert {len(machine.disks) for machine in machines} == {1, 2, 3}
    assert {len(machine.adapters) for machine in machines} == {1, 2}
    assert any(adapter.is_legacy for machine in machines for adapter in machine.adapters)
    assert any(machine.guest is None for machine in machines)


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_any_number_of_machines_has_names_and_ids_of_their_own(count: int) -> None:
    machines = SimulatedHost(machine_count=count, seed=3).machines()
    disks = [disk.path for machine in machines for disk in machine.disks]
    macs = [adapter.mac for machine in machines for adapter in machine.adapters]
    for values in ([m.guid for m in machines], [m.name for m in machines], disks, macs):
        assert len(set(values)) == len(values)
    assert len(machines) == count


def test_a_seed_gives_one_estate() -> None:
    def shape(seed: int) -> list[tuple[object, ...]]:
        machines = SimulatedHost(machine_count=8, seed=seed).machines()
        return [(m.guid, m.name, m.cores, m.memory_mib, m.disks, m.adapters) for m in machines]

    assert shape(1) == shape(1)
    assert shape(1) != shape(2)


def test_the_host_is_a_row_beside_its_machines(client: Any, host: SimulatedHost) -> None:
    assert client.values(
        "SELECT Name FROM Msvm_ComputerSystem WHERE Caption = 'Hosting Computer System'", "Name"
    ) == [host.name]
    machines = client.values("SELECT Name FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'", "Name")
    assert machines == [machine.guid for machine in host.machines()]


def test_settings_say_what_the_machine_is(client: Any, host: SimulatedHost) -> None:
    for machine in host.machines():
        (system,) = client.select(
            f"SELECT * FROM Msvm_VirtualSystemSettingData WHERE {_REALIZED} "
            f"AND VirtualSystemIdentifier = '{machine.guid}'"
        )
        assert system["ElementName"] == [machine.name]
        assert system["VirtualSystemSubType"] == [f"Microsoft:Hyper-V:SubType:{machine.generation}"]
        (processor,) = _settings_of(client, "Msvm_ProcessorSettingData", machine.guid)
        assert processor["VirtualQuantity"] == [str(machine.cores)]
        (memory,) = _settings_of(client, "Msvm_MemorySettingData", machine.guid)
        assert memory["VirtualQuantity"] == [str(machine.memory_mib)]
        assert memory["DynamicMemoryEnabled"] == ["true" if machine.dynamic_memory else "false"]


def test_templates_stand_among_the_settings_as_on_a_real_host(client: Any) -> None:
    rows = client.select("SELECT * FROM Msvm_MemorySettingData WHERE InstanceID LIKE 'Microsoft:Definition%'")
    assert len(rows) == 4


def test_every_image_hangs_on_a_drive_on_a_controller(client: Any, host: SimulatedHost) -> None:
    known = set(client.values("SELECT InstanceID FROM Msvm_ResourceAllocationSettingData", "InstanceID"))
    storage = client.select("SELECT InstanceID, Parent, HostResource FROM Msvm_StorageAllocationSettingData")
    drives = client.select(
        "SELECT InstanceID, Parent FROM Msvm_ResourceAllocationSettingData WHERE ResourceType = 17"
    )
    assert len(storage) == sum(len(machine.disks) for machine in host.machines())
    for row in [*storage, *drives]:
        parent = re.fullmatch(
            r'\\\\HYPERV01\\root\\virtualization\\v2:\w+\.InstanceID="(.*)"', str(row["Parent"][0])
        )
        assert parent is not None
        assert parent[1].replace("\\\\", "\\") in known


def test_every_image_tells_its_size(client: Any, host: SimulatedHost) -> None:
    for disk in (disk for machine in host.machines() for disk in machine.disks):
        answer = _invoke(
            client, "Msvm_ImageManagementService", "GetVirtualHardDiskSettingData", Path=disk.path
        )
        assert answer.findtext("{*}ReturnValue") == "0"
        settings = _embedded(answer.findtext("{*}SettingData"))
        assert settings["MaxInternalSize"] == str(disk.size_bytes)
        assert settings["Path"] == disk.path


def test_an_image_that_is_not_there_is_an_error_code(client: Any) -> None:
    answer = _invoke(
        client, "Msvm_ImageManagementService", "GetVirtualHardDiskSettingData", Path="C:\\no.vhdx"
    )
    assert answer.findtext("{*}ReturnValue") != "0"
    assert answer.find("{*}SettingData") is None


def test_a_method_without_its_parameter_is_refused(client: Any, fault: Any) -> None:
    with pytest.raises(fault) as refused:
        _invoke(client, "Msvm_ImageManagementService", "GetVirtualHardDiskSettingData")
    assert refused.value.code == 2150858810


def test_the_summary_covers_all_machines_and_only_what_was_asked(client: Any, host: SimulatedHost) -> None:
    uri = f"{_V2}/Msvm_VirtualSystemManagementService"
    codes = "".join(f"<p:RequestedInformation>{code}</p:RequestedInformation>" for code in (1, 4, 100, 103))
    body = f'<p:GetSummaryInformation_INPUT xmlns:p="{uri}">{codes}</p:GetSummaryInformation_INPUT>'
    answer = client.call(f"{uri}/GetSummaryInformation", uri, body)
    rows = answer.findall("{*}SummaryInformation")
    assert [row.findtext("{*}ElementName") for row in rows] == [m.name for m in host.machines()]
    assert [row.findtext("{*}NumberOfProcessors") for row in rows] == [str(m.cores) for m in host.machines()]
    assert (
        rows[0].find("{*}GuestOperatingSystem").get("{http://www.w3.org/2001/XMLSchema-instance}nil")
        == "true"
    )


def test_a_service_is_called_by_its_keys(client: Any, host: SimulatedHost) -> None:
    uri = f"{_V2}/Msvm_VirtualSystemManagementService"
    keys = {
        "SystemCreationClassName": "Msvm_ComputerSystem",
        "SystemName": host.name,
        "CreationClassName": "Msvm_VirtualSystemManagementService",
        "Name": "vmms",
    }
    body = f'<p:GetSummaryInformation_INPUT xmlns:p="{uri}"/>'
    assert client.call(f"{uri}/GetSummaryInformation", uri, body, **keys).findtext("{*}ReturnValue") == "0"


def test_a_guest_with_integration_services_says_what_it_is(client: Any, host: SimulatedHost) -> None:
    for machine in host.machines():
        (component,) = client.select(
            "SELECT GuestIntrinsicExchangeItems FROM Msvm_KvpExchangeComponent "
            f"WHERE SystemName = '{machine.guid}'"
        ) or [{}]
        items = [_embedded(str(text)) for text in component.get("GuestIntrinsicExchangeItems", [])]
        told = {item["Name"]: item["Data"] for item in items}
        expected = machine.guest.os_name if machine.guest and machine.is_running else None
        assert told.get("OSName") == expected


def test_adapters_have_their_addresses(client: Any, host: SimulatedHost) -> None:
    for kind, is_legacy in (("Synthetic", False), ("Emulated", True)):
        expected = {
            (f"Microsoft:{machine.guid}\\{adapter.port_guid}", adapter.mac)
            for machine in host.machines()
            for adapter in machine.adapters
            if adapter.is_legacy == is_legacy
        }
        rows = client.select(f"SELECT InstanceID, Address FROM Msvm_{kind}EthernetPortSettingData")
        assert {(row["InstanceID"][0], row["Address"][0]) for row in rows} == expected


def test_a_pass_through_disk_leads_to_its_physical_drive(in_process: Callable[..., Any]) -> None:
    host = SimulatedHost(machine_count=16, seed=1)
    client = in_process(host.service)
    drives = client.select(
        "SELECT HostResource FROM Msvm_ResourceAllocationSettingData "
        "WHERE ResourceSubType = 'Microsoft:Hyper-V:Physical Disk Drive'"
    )
    disks = client.select("SELECT DeviceID, DriveNumber FROM Msvm_DiskDrive")
    sizes = client.select("SELECT Index, Size FROM Win32_DiskDrive WHERE Index <> 0", "root/cimv2")
    assert len(drives) == len(disks) == len(sizes) == 2
    for drive, disk in zip(drives, disks, strict=True):
        assert str(disk["DeviceID"][0]).replace("\\", "\\\\") in str(drive["HostResource"][0])


def test_a_checkpoint_puts_a_differencing_image_above(client: Any, host: SimulatedHost) -> None:
    machine = host.machines()[0]
    Changes(host).take_checkpoint(machine.name)
    (disk,) = host.find(machine.guid).disks
    answer = _invoke(client, "Msvm_ImageManagementService", "GetVirtualHardDiskSettingData", Path=disk.path)
    settings = _embedded(answer.findtext("{*}SettingData"))
    assert (settings["Type"], settings["ParentPath"]) == ("4", machine.disks[0].path)
    assert settings["MaxInternalSize"] == str(machine.disks[0].size_bytes)
