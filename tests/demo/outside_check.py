"""Checks a running demo from outside, knowing nothing but its `endpoints.json`.

Sources are asked over their own interfaces with foreign clients (pyVmomi, pypsrp); what they say is compared
with the API, and the API with the Excel file. Beside a demo: `python tests/demo/outside_check.py FILE`.
"""

import io
import json
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from xml.etree import ElementTree

import httpx
import openpyxl
from pypsrp.wsman import WSMan
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim

Endpoints = dict[str, dict[str, str]]
Document = dict[str, Any]

_SAMPLED = {"cpu_percent", "memory_percent"}
_DISK_METRICS = {"read_iops", "write_iops", "read_mb_per_second", "write_mb_per_second"}
_NIC_METRICS = {"received_mb_per_second", "transmitted_mb_per_second"}
_VIRTUALIZATION = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/*"
_WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"


@dataclass(frozen=True)
class SourceMachine:
    """What a source says of a machine over its own interface; None where the test does not ask."""

    name: str
    cores: int
    memory_mib: int
    disk_count: int
    nic_count: int
    is_on: bool
    disk_bytes: tuple[int, ...] | None = None
    mac_addresses: tuple[str, ...] = field(default=())


class Demo:
    """The demo's API, asked with the key from the endpoints file."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.endpoints = endpoints
        api = endpoints["api"]
        self._http = httpx.Client(
            base_url=api["url"] + "/v1",
            headers={"Authorization": f"Bearer {api['api_key']}"},
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str) -> Any:
        answer = self._http.get(path, params=parameters)
        answer.raise_for_status()
        return answer.json()

    def pages(self, path: str) -> Iterator[Document]:
        cursor = None
        while True:
            page = self.get(path, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def machines(self) -> dict[tuple[str, str], Document]:
        """Whole machines by source kind and name."""
        found = {}
        for item in self.pages("/machines"):
            found[item["source_kind"], item["name"]] = self.get(f"/machines/{item['machine_id']}")
        return found

    def export(self, assessment_id: str) -> openpyxl.Workbook:
        answer = self._http.get(f"/assessments/{assessment_id}/export.xlsx")
        answer.raise_for_status()
        return openpyxl.load_workbook(io.BytesIO(answer.content))


def vmware_machines(endpoint: dict[str, str]) -> list[SourceMachine]:
    """Ask the vCenter by pyVmomi."""
    context = ssl.create_default_context(cafile=endpoint["ca_file"])
    instance = SmartConnect(
        host=endpoint["host"],
        port=int(endpoint["port"]),
        user=endpoint["username"],
        pwd=endpoint["password"],
        sslContext=context,
    )
    try:
        content = instance.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
        return [_vmware_machine(vm) for vm in view.view]
    finally:
        Disconnect(instance)
        instance._stub.DropConnections()  # or its sockets stay open


def _vmware_machine(vm: Any) -> SourceMachine:
    devices = vm.config.hardware.device
    disks = [device for device in devices if isinstance(device, vim.vm.device.VirtualDisk)]
    nics = [device for device in devices if isinstance(device, vim.vm.device.VirtualEthernetCard)]
    return SourceMachine(
        name=vm.config.name,
        cores=vm.config.hardware.numCPU,
        memory_mib=vm.config.hardware.memoryMB,
        disk_count=len(disks),
        nic_count=len(nics),
        is_on=vm.runtime.powerState == "poweredOn",
        disk_bytes=tuple(sorted(disk.capacityInKB * 1024 for disk in disks)),
        mac_addresses=tuple(sorted(nic.macAddress.lower() for nic in nics if nic.macAddress)),
    )


def hyperv_machines(endpoint: dict[str, str]) -> list[SourceMachine]:
    """Ask the Hyper-V host by WS-Man enumerations."""
    client = WSMan(
        endpoint["host"],
        port=int(endpoint["port"]),
        username=endpoint["username"],
        password=endpoint["password"],
        ssl=False,
        auth="ntlm",
        encryption="always",
        no_proxy=True,
    )
    with client:
        rows = {name: _rows(client, name) for name in _CLASSES}
    return [
        _hyperv_machine(system, rows)
        for system in rows["Msvm_ComputerSystem"]
        if system["Caption"] == "Virtual Machine"
    ]


_CLASSES = (
    "Msvm_ComputerSystem",
    "Msvm_ProcessorSettingData",
    "Msvm_MemorySettingData",
    "Msvm_StorageAllocationSettingData",
    "Msvm_ResourceAllocationSettingData",
    "Msvm_SyntheticEthernetPortSettingData",
    "Msvm_EmulatedEthernetPortSettingData",
)


def _hyperv_machine(system: dict[str, str], rows: dict[str, list[dict[str, str]]]) -> SourceMachine:
    def of_machine(name: str) -> list[dict[str, str]]:
        return [row for row in rows[name] if f"Microsoft:{system['Name']}\\" in row["InstanceID"]]

    virtual = [row for row in of_machine("Msvm_StorageAllocationSettingData") if row["ResourceType"] == "31"]
    physical = [
        row
        for row in of_machine("Msvm_ResourceAllocationSettingData")
        if row.get("ResourceSubType") == "Microsoft:Hyper-V:Physical Disk Drive"
    ]
    nics = of_machine("Msvm_SyntheticEthernetPortSettingData") + of_machine(
        "Msvm_EmulatedEthernetPortSettingData"
    )
    return SourceMachine(
        name=system["ElementName"],
        cores=int(of_machine("Msvm_ProcessorSettingData")[0]["VirtualQuantity"]),
        memory_mib=int(of_machine("Msvm_MemorySettingData")[0]["VirtualQuantity"]),
        disk_count=len(virtual) + len(physical),
        nic_count=len(nics),
        is_on=system["EnabledState"] == "2",
        mac_addresses=tuple(sorted(_colons(nic["Address"]) for nic in nics)),
    )


def _colons(digits: str) -> str:
    return ":".join(digits.lower()[index : index + 2] for index in range(0, 12, 2))


def _rows(client: WSMan, class_name: str) -> list[dict[str, str]]:
    """Enumerate a class to its end."""
    enumerate_ = ElementTree.fromstring(
        '<n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
        ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
        f'<w:Filter Dialect="{_WQL}">SELECT * FROM {class_name}</w:Filter></n:Enumerate>'
    )
    answer = client.enumerate(_VIRTUALIZATION, enumerate_)
    found: list[dict[str, str]] = []
    while True:
        found += list(_items(answer))
        if any(_local(element) == "EndOfSequence" for element in answer.iter()):
            return found
        context = next(e.text for e in answer.iter() if _local(e) == "EnumerationContext")
        pull = ElementTree.fromstring(
            '<n:Pull xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">'
            f"<n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>100</n:MaxElements></n:Pull>"
        )
        answer = client.pull(_VIRTUALIZATION, pull)


def _items(answer: ElementTree.Element) -> Iterator[dict[str, str]]:
    for items in answer.iter():
        if _local(items) == "Items":
            for item in items:
                yield {_local(part): part.text or "" for part in item}


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def differences(
    source: list[SourceMachine], kind: str, machines: dict[tuple[str, str], Document]
) -> list[str]:
    """What the API has otherwise than the source, and what only one of them has."""
    found = []
    for expected in source:
        machine = machines.get((kind, expected.name))
        if machine is None:
            found.append(f"{kind} {expected.name}: not in the API")
            continue
        sizes = tuple(sorted(disk["size_bytes"] for disk in machine["disks"]))
        seen = SourceMachine(
            name=machine["name"],
            cores=machine["cores"],
            memory_mib=machine["memory_mib"],
            disk_count=len(machine["disks"]),
            nic_count=len(machine["nics"]),
            is_on=machine["power_state"] == "on",
            disk_bytes=None if expected.disk_bytes is None else sizes,
            mac_addresses=tuple(sorted(nic["mac_address"] for nic in machine["nics"] if nic["mac_address"])),
        )
        if seen != expected:
            found.append(f"{kind} {expected.name}: the API has {seen}, the source {expected}")
    extra = {name for of, name in machines if of == kind} - {machine.name for machine in source}
    return found + [f"{kind} {name}: only in the API" for name in sorted(extra)]


def unsampled(demo: Demo, machine: Document, since: datetime) -> list[str]:
    """Series of a running machine that have no sample of their source taken after `since`."""
    performance = demo.get(
        f"/machines/{machine['machine_id']}/performance", **{"from": since.isoformat(), "resolution": "raw"}
    )
    sampled = {
        (series["metric"], series["instance"])
        for series in performance["series"]
        if any(not point["generated"] for point in series["points"])
    }
    expected = {(metric, "") for metric in _SAMPLED}
    if machine["source_kind"] == "hyperv" and not machine["dynamic_memory_enabled"]:
        expected.discard(("memory_percent", ""))
    for disk in machine["disks"]:
        expected |= {(metric, disk["counter_instance"]) for metric in _DISK_METRICS}
    for nic in machine["nics"]:
        expected |= {(metric, nic["counter_instance"]) for metric in _NIC_METRICS}
    return [f"{machine['name']}: no sample of {' '.join(key)}" for key in sorted(expected - sampled, key=str)]


def export_differences(demo: Demo, assessment: Document) -> list[str]:
    """Cells of the Excel file that are not what the API says."""
    workbook = demo.export(assessment["id"])
    expected_sheets = [
        "Assessment_Summary",
        "All_Assessed_Machines",
        "All_Assessed_Disks",
        "Assessment_Properties",
    ]
    if workbook.sheetnames != expected_sheets:
        return [f"sheets are {workbook.sheetnames}"]
    header, *rows = workbook["All_Assessed_Machines"].iter_rows(values_only=True)
    results = list(demo.pages(f"/assessments/{assessment['id']}/machines"))
    found = [] if len(rows) == len(results) else [f"{len(rows)} rows for {len(results)} machines"]
    by_name = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    for machine in results:
        row = by_name.get(machine["display_name"])
        if row is None:
            found.append(f"{machine['display_name']}: no row")
            continue
        expected = {
            "Recommended size": machine["recommended_size"],
            "Cores": machine["number_of_cores"],
            "Memory(MB)": machine["megabytes_of_memory"],
            "Network adapters": len(machine["nics"]),
            "CPU usage(%)": machine["percentage_cores_utilization"],
            "Compute monthly cost estimate USD": _cents(machine["monthly_compute_cost"]),
            "Storage monthly cost estimate USD": _cents(machine["monthly_storage_cost"]),
        }
        found += [
            f"{machine['display_name']}: {column} is {row[column]!r}, the API says {value!r}"
            for column, value in expected.items()
            if row[column] != value
        ]
    return found


def _cents(amount: str | None) -> float | None:
    from decimal import ROUND_HALF_UP, Decimal

    return None if amount is None else float(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP))


def check(endpoints: Endpoints, since: datetime) -> list[str]:
    """Everything that a demo promises; empty when all of it holds."""
    with Demo(endpoints) as demo:
        machines = demo.machines()
        found = differences(vmware_machines(endpoints["vcenter"]), "vmware", machines)
        found += differences(hyperv_machines(endpoints["wsman"]), "hyperv", machines)
        for machine in machines.values():
            if machine["power_state"] == "on" and not machine["is_template"]:
                found += unsampled(demo, machine, since)
        completed = [item for item in demo.pages("/assessments") if item["state"] == "Completed"]
        if not completed:
            return [*found, "no assessment is Completed"]
        return found + export_differences(demo, completed[0])


if __name__ == "__main__":
    path = Path(sys.argv[1])
    started_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    problems = check(json.loads(path.read_text()), started_at)
    print("\n".join(problems) or "All that the demo promises holds.")
    sys.exit(bool(problems))
