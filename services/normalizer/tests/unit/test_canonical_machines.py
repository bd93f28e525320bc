import json
from typing import Any

import pytest

from normalizer.domain.inventory.guest import normal_addresses, normal_mac_address
from normalizer.domain.inventory.hyperv_machine import hyperv_machine
from normalizer.domain.inventory.imported_machine import imported_machine
from normalizer.domain.inventory.vmware_machine import vmware_machine
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.imported_machine_observed_v1 import ImportedMachineObserved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.examples import examples
from surveyor_schemas.inventory.machine_v1 import Disk, ImportedDiskUsage, Machine, Nic, OperatingSystem


def document_of(model: type[Any], name: str = "ordinary") -> dict[str, Any]:
    (value,) = (e.value for e in examples("discovery-raw") if e.model is model and e.name == name)
    document: dict[str, Any] = json.loads(value)
    return document


def vmware(**changes: Any) -> VmwareMachineObserved:
    return VmwareMachineObserved.model_validate_json(json.dumps(document_of(VmwareMachineObserved) | changes))


def hyperv(**changes: Any) -> HypervMachineObserved:
    return HypervMachineObserved.model_validate_json(json.dumps(document_of(HypervMachineObserved) | changes))


def imported(**changes: Any) -> ImportedMachineObserved:
    return ImportedMachineObserved.model_validate_json(
        json.dumps(document_of(ImportedMachineObserved) | changes)
    )


def vmware_disk(key: int, kind: str, bus: int | None, unit: int | None) -> dict[str, Any]:
    (disk,) = document_of(VmwareMachineObserved)["disks"]
    changes = {"key": key, "controller_kind": kind, "controller_bus_number": bus, "unit_number": unit}
    return {**disk, **changes}


def test_vmware_machine_in_canonical_form() -> None:
    observed = vmware()
    assert vmware_machine(observed, None) == Machine(
        machine_id=observed.machine_id,
        revision=observed.revision,
        source_kind="vmware",
        source_id="vcenter-berlin",
        name="app-00042",
        fqdn="app-00042.example",
        description="Orders, production",
        power_state="on",
        is_template=False,
        is_replica=False,
        boot_type="uefi",
        secure_boot_enabled=True,
        cores=4,
        memory_mib=16384,
        memory_maximum_mib=None,
        dynamic_memory_enabled=None,
        os=OperatingSystem(
            name="Red Hat Enterprise Linux 8.6 (64-bit)",
            family="linux",
            product="Red Hat Enterprise Linux",
            version="8.6",
            edition=None,
            architecture="x64",
            configured_name="Red Hat Enterprise Linux 8 (64-bit)",
        ),
        management_server_name="vcenter.example",
        datacenter_name="Berlin",
        cluster_name="Cluster-1",
        host_name="esx-07.example",
        host_version="8.0.2",
        folder_path="Production/Orders",
        resource_pool_path="Resources",
        processor_model="Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz",
        processor_sockets=2,
        processor_cores_per_socket=32,
        guest_tools_status="toolsOk",
        snapshot_count=1,
        disks=[
            Disk(
                disk_id="2000",
                name="scsi0:0",
                counter_instance="scsi0:0",
                size_bytes=107374182400,
                is_os_disk=True,
                controller_kind="scsi",
                controller_number=0,
                unit_number=0,
                path="[datastore1] app-00042/disk0.vmdk",
                kind="virtual",
                thin_provisioned=True,
            )
        ],
        nics=[
            Nic(
                nic_id="4000",
                name="Network adapter 1",
                counter_instance="4000",
                mac_address="00:50:56:8a:1b:2c",
                network_name="VM Network",
                ip_addresses=["10.0.3.42"],
                kind="VirtualVmxnet3",
            )
        ],
        imported_usage=None,
        observed_at=observed.collected_at,
        removed_at=None,
    )


def test_hyperv_machine_in_canonical_form() -> None:
    observed = hyperv(dynamic_memory_enabled=True)
    machine = hyperv_machine(observed, None)
    (disk,), (nic,) = machine.disks, machine.nics
    assert (machine.power_state, machine.boot_type, machine.fqdn) == ("on", "uefi", "web-07.example")
    assert (machine.cores, machine.memory_mib, machine.memory_maximum_mib) == (4, 16384, 16384)
    assert (machine.os.family, machine.os.version) == ("windows", "2019")
    assert (machine.management_server_name, machine.host_name) == ("Cluster-1", "hv-03.example")
    assert (disk.disk_id, disk.counter_instance) == (observed.disks[0].instance_id,) * 2
    assert (disk.name, disk.is_os_disk, disk.thin_provisioned) == ("scsi0:0", True, True)
    assert (nic.counter_instance, nic.mac_address) == (observed.nics[0].instance_id, "00:15:5d:01:02:03")


def test_imported_machine_in_canonical_form() -> None:
    machine = imported_machine(imported(), None)
    assert (machine.source_kind, machine.power_state, machine.boot_type) == ("import", "on", "uefi")
    assert (machine.os.product, machine.os.version) == ("Ubuntu", "22.04")
    assert [(disk.size_bytes, disk.is_os_disk) for disk in machine.disks] == [(128 * 1024**3, True)]
    assert [(nic.mac_address, nic.ip_addresses) for nic in machine.nics] == [
        ("00:50:56:8a:1b:2c", ["10.0.3.42"])
    ]
    assert machine.imported_usage is not None
    assert machine.imported_usage.cpu_percent == 41.5


def test_totals_that_a_file_does_not_state_are_the_sums_of_its_disks() -> None:
    (disk,) = document_of(ImportedMachineObserved)["disks"]
    unknown = {**disk, "name": "Disk 2", "read_iops": None}
    usage = imported_machine(imported(total_read_iops=None, disks=[disk, unknown]), None).imported_usage
    assert usage is not None
    assert usage.total_read_iops == 120.0


def test_without_totals_each_disk_of_a_file_keeps_its_own_usage() -> None:
    (disk,) = document_of(ImportedMachineObserved)["disks"]
    silent = {"name": "Disk 2", "size_gib": 64.0} | dict.fromkeys(list(disk)[2:])
    totals = [name for name in document_of(ImportedMachineObserved) if name.startswith("total_")]
    machine = imported_machine(imported(**dict.fromkeys(totals), disks=[disk, silent]), None)

    assert [each.imported_usage for each in machine.disks] == [
        ImportedDiskUsage(read_iops=120.0, write_iops=80.0, read_mb_per_second=4.5, write_mb_per_second=2.25),
        None,
    ]
    assert machine.imported_usage is not None
    assert machine.imported_usage.total_read_iops is None


def test_totals_of_a_file_replace_the_usage_of_its_disks() -> None:
    machine = imported_machine(imported(), None)
    assert [disk.imported_usage for disk in machine.disks] == [None]


@pytest.mark.parametrize("model", [VmwareMachineObserved, HypervMachineObserved, ImportedMachineObserved])
def test_machine_of_which_almost_nothing_is_known_stays_unknown(model: type[Any]) -> None:
    observed = model.model_validate_json(json.dumps(document_of(model, "nulls")))
    mappings: dict[type[Any], Any] = {
        VmwareMachineObserved: vmware_machine,
        HypervMachineObserved: hyperv_machine,
        ImportedMachineObserved: imported_machine,
    }
    machine = mappings[model](observed, None)
    assert (machine.power_state, machine.boot_type, machine.fqdn) == (None, None, None)
    assert (machine.os.name, machine.os.family) == (None, "unknown")


@pytest.mark.parametrize(
    ("word", "state"), [("poweredOn", "on"), ("poweredOff", "off"), ("suspended", "suspended"), (None, None)]
)
def test_power_words_of_vsphere(word: str | None, state: str | None) -> None:
    assert vmware_machine(vmware(power_state=word), None).power_state == state


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (2, "on"),
        (3, "off"),
        (4, "on"),
        (6, "suspended"),
        (9, "suspended"),
        (10, "on"),
        (5, None),
        (None, None),
    ],
)
def test_enabled_states_of_hyperv(number: int, state: str | None) -> None:
    assert hyperv_machine(hyperv(enabled_state=number), None).power_state == state


def test_without_dynamic_memory_there_is_no_maximum() -> None:
    machine = hyperv_machine(hyperv(dynamic_memory_enabled=False, memory_maximum_mib=1_048_576), None)
    assert (machine.memory_maximum_mib, machine.dynamic_memory_enabled) == (None, False)


def test_first_generation_starts_by_bios() -> None:
    assert hyperv_machine(hyperv(generation=1), None).boot_type == "bios"


@pytest.mark.parametrize(
    ("disks", "os_disk"),
    [
        ([vmware_disk(1, "scsi", 0, 1), vmware_disk(2, "scsi", 0, 0)], "2"),
        ([vmware_disk(1, "scsi", 1, 0), vmware_disk(2, "scsi", 0, 3)], "2"),
        ([vmware_disk(1, "ide", 0, 0), vmware_disk(2, "scsi", 0, 0)], "2"),
        ([vmware_disk(1, "scsi", None, None), vmware_disk(2, "sata", 2, 5)], "2"),
        ([vmware_disk(7, "other", None, None)], "7"),
    ],
)
def test_os_disk_is_the_first_by_controller_and_unit(disks: list[dict[str, Any]], os_disk: str) -> None:
    machine = vmware_machine(vmware(disks=disks), None)
    assert [disk.disk_id for disk in machine.disks if disk.is_os_disk] == [os_disk]


def test_hyperv_os_disk_on_ide_goes_before_scsi() -> None:
    (disk,) = document_of(HypervMachineObserved)["disks"]
    on_ide = {**disk, "instance_id": "on-ide", "controller_kind": "ide"}
    machine = hyperv_machine(hyperv(disks=[disk, on_ide]), None)
    assert [disk.disk_id for disk in machine.disks if disk.is_os_disk] == ["on-ide"]


def test_disk_without_a_known_place_has_no_counters_but_a_name() -> None:
    machine = vmware_machine(vmware(disks=[vmware_disk(2000, "scsi", None, 0)]), None)
    assert [(disk.name, disk.counter_instance) for disk in machine.disks] == [("Hard disk 1", None)]


def test_windows_keeps_its_configured_name_and_linux_takes_what_the_guest_reports() -> None:
    windows = vmware(
        guest_id="windows2019srv_64Guest",
        guest_full_name="Microsoft Windows Server 2019 (64-bit)",
        tools_guest_id="windows9Server64Guest",
        tools_guest_full_name="Microsoft Windows Server 2016 (64-bit)",
    )
    assert vmware_machine(windows, None).os.name == "Microsoft Windows Server 2019 (64-bit)"
    assert vmware_machine(vmware(), None).os.name == "Red Hat Enterprise Linux 8.6 (64-bit)"


SILENT_VMWARE = {"tools_guest_id": None, "tools_guest_full_name": None, "guest_host_name": None}


def test_a_guest_that_is_off_keeps_what_it_last_said() -> None:
    running = vmware_machine(vmware(), None)
    (nic,) = document_of(VmwareMachineObserved)["nics"]
    off = vmware(power_state="poweredOff", nics=[{**nic, "ip_addresses": []}], **SILENT_VMWARE)
    stopped = vmware_machine(off, running)
    assert (stopped.fqdn, stopped.os, stopped.nics) == (running.fqdn, running.os, running.nics)


def test_a_guest_that_starts_and_says_nothing_yet_keeps_what_it_last_said() -> None:
    running = vmware_machine(vmware(), None)
    (nic,) = document_of(VmwareMachineObserved)["nics"]
    starting = vmware_machine(vmware(nics=[{**nic, "ip_addresses": []}], **SILENT_VMWARE), running)
    assert (starting.fqdn, starting.os, starting.nics) == (running.fqdn, running.os, running.nics)


def test_a_guest_that_names_any_address_is_believed_about_all_of_them() -> None:
    (nic,) = document_of(VmwareMachineObserved)["nics"]
    second = {**nic, "key": 4001, "mac_address": "00:50:56:8a:1b:2d"}
    before = vmware_machine(vmware(nics=[nic, second]), None)
    after = vmware_machine(vmware(nics=[nic, {**second, "ip_addresses": []}]), before)
    assert [bool(one.ip_addresses) for one in after.nics] == [True, False]


def test_a_hyperv_guest_that_starts_keeps_the_name_of_its_system() -> None:
    running = hyperv_machine(hyperv(), None)
    starting = hyperv_machine(hyperv(guest_os_name=None, guest_os_version=None, guest_fqdn=None), running)
    assert (starting.os, starting.fqdn) == (running.os, running.fqdn)


@pytest.mark.parametrize("power_state", ["poweredOn", "poweredOff"])
def test_another_configured_system_is_taken_while_the_guest_says_nothing(power_state: str) -> None:
    known = vmware_machine(vmware(**SILENT_VMWARE), None)
    changes = {"guest_id": "debian12_64Guest", "guest_full_name": "Debian GNU/Linux 12 (64-bit)"}
    machine = vmware_machine(vmware(power_state=power_state, **changes, **SILENT_VMWARE), known)
    assert (machine.os.product, machine.os.configured_name) == ("Debian", "Debian GNU/Linux 12 (64-bit)")


def test_another_system_configured_while_off_is_taken() -> None:
    running = vmware_machine(vmware(), None)
    off = vmware(
        power_state="poweredOff",
        guest_id="windows2019srv_64Guest",
        guest_full_name="Microsoft Windows Server 2019 (64-bit)",
        **SILENT_VMWARE,
    )
    assert vmware_machine(off, running).os.family == "windows"


@pytest.mark.parametrize("text", ["00155D010203", "00-15-5d-01-02-03", "00:15:5D:01:02:03", "0015.5d01.0203"])
def test_mac_addresses_have_one_form(text: str) -> None:
    assert normal_mac_address(text) == "00:15:5d:01:02:03"


@pytest.mark.parametrize("text", [None, "", "unknown", "000000000000", "ff:ff:ff:ff:ff:ff", "00155D"])
def test_what_is_no_mac_address_is_unknown(text: str | None) -> None:
    assert normal_mac_address(text) is None


def test_addresses_have_one_order() -> None:
    assert normal_addresses(["FE80::1", " 10.0.0.2", "10.0.0.2", ""]) == ["10.0.0.2", "fe80::1"]


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("fe80::250:56ff:fe8a:1b2c%12", ["fe80::250:56ff:fe8a:1b2c"]),
        ("::FFFF:10.0.0.4", ["10.0.0.4"]),
        ("2001:0DB8:0:0:0:0:0:4", ["2001:db8::4"]),
        ("10.0.0.4/24", ["10.0.0.4"]),
        ("0.0.0.0", []),
        ("::", []),
        ("not available", []),
    ],
)
def test_addresses_have_one_form(given: str, normal: list[str]) -> None:
    assert normal_addresses([given]) == normal
