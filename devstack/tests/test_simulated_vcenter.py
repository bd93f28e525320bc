"""The simulated vCenter as a vSphere client sees it."""

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter

from devstack.fixtures.vcenter import RunningVCenter, running_vcenter

pytestmark = pytest.mark.parts


@contextmanager
def connected(vcenter: RunningVCenter) -> Iterator[Any]:
    stub = SoapStubAdapter(
        host="127.0.0.1",
        port=int(vcenter.url.rsplit(":", 1)[1]),
        version="vim.version.v8_0_2_0",
        sslContext=ssl.create_default_context(cafile=str(vcenter.ca_file)),
    )
    try:
        yield vim.ServiceInstance("ServiceInstance", stub)
    finally:
        stub.DropConnections()


@contextmanager
def logged_in(vcenter: RunningVCenter) -> Iterator[Any]:
    with connected(vcenter) as instance:
        content = instance.RetrieveContent()
        content.sessionManager.Login(vcenter.username, vcenter.password, None)
        yield content
        content.sessionManager.Logout()


@pytest.fixture
def content(vcenter: RunningVCenter) -> Iterator[Any]:
    with logged_in(vcenter) as content:
        yield content


def machines(content: Any) -> list[Any]:
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    try:
        return sorted(view.view, key=lambda vm: str(vm.name))
    finally:
        view.Destroy()


def running(content: Any) -> Any:
    return next(vm for vm in machines(content) if vm.runtime.powerState == "poweredOn")


def query(content: Any, vm: Any, counter: str, instance: str = "*", **window: Any) -> list[Any]:
    by_name = {
        f"{info.groupInfo.key}.{info.nameInfo.key}.{info.rollupType}": info.key
        for info in content.perfManager.perfCounter
    }
    metric = vim.PerformanceManager.MetricId(counterId=by_name[counter], instance=instance)
    given = {"intervalId": 20, **window}
    spec = vim.PerformanceManager.QuerySpec(entity=vm, metricId=[metric], **given)
    return list(content.perfManager.QueryPerf([spec]))


def describe(vm: Any) -> tuple[Any, ...]:
    hardware = vm.config.hardware
    disks = [d.capacityInKB >> 20 for d in hardware.device if isinstance(d, vim.vm.device.VirtualDisk)]
    addresses = [address for card in vm.guest.net for address in card.ipAddress]
    return (
        str(vm.name),
        vm.config.instanceUuid,
        vm.config.guestFullName,
        vm.config.firmware,
        hardware.numCPU,
        hardware.memoryMB,
        disks,
        addresses,
        str(vm.runtime.powerState),
        vm.config.template,
    )


def test_it_is_a_vcenter_8_with_a_varied_fleet(content: Any) -> None:
    fleet = machines(content)
    devices = [vm.config.hardware.device for vm in fleet]
    disks = {sum(isinstance(d, vim.vm.device.VirtualDisk) for d in device) for device in devices}
    cards = {sum(isinstance(d, vim.vm.device.VirtualEthernetCard) for d in device) for device in devices}
    families = {vm.config.guestFullName.split()[0] for vm in fleet}

    assert content.about.apiVersion == "8.0.2.0"
    assert len(fleet) == 40
    assert disks == {1, 2, 3, 4}
    assert cards == {1, 2}
    assert {"Microsoft", "Red", "Ubuntu", "SUSE", "Debian"} <= families
    assert {vm.config.firmware for vm in fleet} == {"bios", "efi"}
    assert {1, 2, 4, 8, 16} == {vm.config.hardware.numCPU for vm in fleet}
    assert sum(vm.config.template for vm in fleet) == 1
    assert {str(vm.runtime.powerState) for vm in fleet} == {"poweredOn", "poweredOff"}
    assert {str(vm.parent.name) for vm in fleet} == {"Production", "Test", "Shared services"}
    assert len({str(vm.runtime.host.name) for vm in fleet}) > 3


def test_running_guests_report_their_addresses_and_names(content: Any) -> None:
    vm = running(content)
    assert vm.guest.hostName == f"{vm.name}.corp.example"
    assert all(card.ipAddress for card in vm.guest.net)


def test_the_cards_of_a_machine_are_told_apart_by_name(content: Any) -> None:
    for vm in machines(content):
        devices = vm.config.hardware.device
        cards = [d for d in devices if isinstance(d, vim.vm.device.VirtualEthernetCard)]
        labels = [card.deviceInfo.label for card in cards if card.deviceInfo]
        assert len(labels) == len(cards)
        assert labels == [f"Network adapter {number}" for number in range(1, len(labels) + 1)]


def test_a_seed_gives_the_same_fleet_and_another_seed_another(tmp_path: Path) -> None:
    def fleet(seed: int, name: str) -> tuple[str, list[tuple[Any, ...]]]:
        with (
            running_vcenter(tmp_path / name, machines=6, seed=seed) as vcenter,
            logged_in(vcenter) as content,
        ):
            return content.about.instanceUuid, [describe(vm) for vm in machines(content)]

    first = fleet(7, "first")
    assert fleet(7, "second") == first
    assert fleet(8, "third") != first


def test_a_wrong_password_is_refused(vcenter: RunningVCenter) -> None:
    with connected(vcenter) as instance:
        sessions = instance.RetrieveContent().sessionManager
        with pytest.raises(vim.fault.InvalidLogin):
            sessions.Login(vcenter.username, "wrong", None)


def test_samples_are_oldest_first_on_the_marks_and_repeatable(content: Any) -> None:
    vm = running(content)
    end = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    window = {"startTime": end - dt.timedelta(minutes=5), "endTime": end}

    [first] = query(content, vm, "cpu.usage.average", "", **window)
    [again] = query(content, vm, "cpu.usage.average", "", **window)

    stamps = [info.timestamp for info in first.sampleInfo]
    assert len(stamps) == 15
    assert stamps == sorted(stamps)
    assert all(stamp.second % 20 == 0 and stamp.microsecond == 0 for stamp in stamps)
    assert list(first.value[0].value) == list(again.value[0].value)
    assert all(0 <= value <= 10_000 for value in first.value[0].value)


def test_an_hour_of_samples_is_there_and_no_more(content: Any) -> None:
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=5)
    [answer] = query(content, running(content), "mem.usage.average", startTime=start)
    assert len(answer.sampleInfo) == 180


def test_a_star_is_spread_over_the_disks(content: Any) -> None:
    vm = next(
        vm
        for vm in machines(content)
        if vm.runtime.powerState == "poweredOn"
        and sum(isinstance(d, vim.vm.device.VirtualDisk) for d in vm.config.hardware.device) == 3
    )
    [answer] = query(content, vm, "virtualDisk.read.average", maxSample=1)
    assert [series.id.instance for series in answer.value] == ["scsi0:0", "scsi0:1", "scsi0:2"]


def test_csv_carries_the_same_values(content: Any) -> None:
    vm = running(content)
    end = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    [plain] = query(content, vm, "net.received.average", "", endTime=end, maxSample=3)
    [csv] = query(content, vm, "net.received.average", "", endTime=end, maxSample=3, format="csv")
    assert csv.value[0].value == ",".join(str(value) for value in plain.value[0].value)
    assert csv.sampleInfoCSV.count("20,") == 3


def test_zero_values_are_kept(content: Any) -> None:
    for vm in machines(content):
        for answer in query(content, vm, "virtualDisk.write.average"):
            for series in answer.value:
                assert len(series.value) == len(answer.sampleInfo)
                if 0 in series.value:
                    return
    pytest.fail("no disk of the fleet is ever quiet")


def test_a_machine_without_power_has_no_samples(tmp_path: Path) -> None:
    with running_vcenter(tmp_path, machines=3) as vcenter, logged_in(vcenter) as content:
        vm = running(content)
        assert query(content, vm, "cpu.usage.average", maxSample=1)
        WaitForTask(vm.PowerOff())
        assert query(content, vm, "cpu.usage.average", maxSample=1) == []
        assert list(content.perfManager.QueryAvailablePerfMetric(vm, intervalId=20)) == []


def test_unknown_counters_and_too_large_historical_queries_are_refused(content: Any) -> None:
    vm = running(content)
    manager = content.perfManager
    unknown = vim.PerformanceManager.MetricId(counterId=10042, instance="")
    with pytest.raises(vmodl.fault.InvalidArgument):
        manager.QueryPerf([vim.PerformanceManager.QuerySpec(entity=vm, metricId=[unknown], intervalId=20)])

    cpu = vim.PerformanceManager.MetricId(counterId=2, instance="")
    many = [vim.PerformanceManager.QuerySpec(entity=vm, metricId=[cpu], intervalId=300)] * 257
    with pytest.raises(Exception, match="maxQueryMetrics"):
        manager.QueryPerf(many)


def test_it_can_be_a_host_without_a_vcenter(tmp_path: Path) -> None:
    with running_vcenter(tmp_path, machines=5, seed=3, esx=True) as host, logged_in(host) as content:
        assert content.about.apiType == "HostAgent"
        fleet = machines(content)
        assert len(fleet) == 5
        assert not any(vm.config.template for vm in fleet)
        (system,) = {vm.runtime.host for vm in fleet}
        assert system.summary.hardware.uuid
        assert query(content, running(content), "cpu.usage.average", maxSample=1)


def test_its_certificate_is_the_one_that_is_announced(vcenter: RunningVCenter) -> None:
    der = ssl.PEM_cert_to_DER_cert(vcenter.ca_file.read_text())
    port = int(vcenter.url.rsplit(":", 1)[1])
    assert ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port))) == der
    assert len(vcenter.thumbprint.split(":")) == 32
