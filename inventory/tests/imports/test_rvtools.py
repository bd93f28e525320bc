"""The workbook of RVTools: which sheet goes before which, and files that are not to be trusted."""

import contextlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest

from surveyor_inventory.imports import FileRefused, ImportedDisk, ImportedMachine, ReadFile, read_import
from surveyor_inventory.imports.limits import Limits

Rows = Sequence[Sequence[Any]]
Sheets = Mapping[str, Rows]

UUID_1, UUID_2 = "5021e3a0-0001-4c11-8d11-aaaaaaaaaaaa", "5021e3a0-0002-4c11-8d11-bbbbbbbbbbbb"
ORDINARY = {
    "VM": "web-01",
    "Powerstate": "poweredOn",
    "Template": False,
    "CPUs": 4,
    "Memory": 8192,
    "NICs": 1,
    "Primary IP Address": "10.0.0.4",
    "Provisioned MiB": 107_520,
    "In Use MiB": 51_200,
    "Firmware": "efi",
    "OS according to the configuration file": "Ubuntu Linux (64-bit)",
    "VM UUID": UUID_1,
}


def vinfo(*rows: dict[str, Any]) -> Rows:
    return [tuple(ORDINARY), *(tuple((ORDINARY | row).values()) for row in rows)]


def workbook(sheets: Sheets) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(sheets: Sheets) -> ReadFile:
    return read_import(workbook(sheets))


def the_machine(sheets: Sheets) -> ImportedMachine:
    (machine,) = read(sheets).machines
    return machine.machine


PARTITIONS: Rows = [
    ["VM", "VM UUID", "Capacity MiB", "Consumed MiB"],
    ["web-01", UUID_1, 40_960, 1],
    ["web-01", UUID_1, 61_440, 1],
]
MEMORY: Rows = [["VM", "VM UUID", "Size MiB", "Reservation"], ["web-01", UUID_1, 16_384, 0]]
DISKS: Rows = [
    ["VM", "Disk", "Capacity MiB", "VM UUID"],
    ["web-01", "Hard disk 2", 102_400, UUID_1],
    ["web-01", "Hard disk 1", 40_960, UUID_1],
]
NETWORK: Rows = [
    ["VM", "Mac Address", "IPv4 Address", "VM UUID"],
    ["web-01", "00:50:56:8A:00:01", "10.0.0.7, fe80::1", UUID_1],
    ["web-01", "00:50:56:8a:00:02", "", UUID_1],
]


def test_the_sheets_that_azure_migrate_reads_make_a_machine_with_one_disk() -> None:
    assert the_machine({"vInfo": vinfo({}), "vPartition": PARTITIONS, "vMemory": MEMORY}) == ImportedMachine(
        name="web-01",
        cores=4,
        memory_mib=16_384,
        os_name="Ubuntu Linux (64-bit)",
        boot_type="uefi",
        server_type="virtual",
        hypervisor="VMware",
        power_state="poweredOn",
        ip_addresses=["10.0.0.4"],
        nic_count=1,
        disks=[ImportedDisk(name="Disk 1", size_gib=100.0)],
    )


def test_disks_and_adapters_come_from_their_own_sheets_where_there_are_any() -> None:
    machine = the_machine({"vInfo": vinfo({}), "vDisk": DISKS, "vPartition": PARTITIONS, "vNetwork": NETWORK})
    assert [(disk.name, disk.size_gib) for disk in machine.disks] == [
        ("Hard disk 1", 40.0),
        ("Hard disk 2", 100.0),
    ]
    assert (machine.nic_count, machine.ip_addresses) == (2, ["10.0.0.7", "fe80::1"])
    assert machine.mac_addresses == ["00:50:56:8a:00:01", "00:50:56:8a:00:02"]


def test_addresses_of_both_kinds_are_read() -> None:
    network: Rows = [
        ["VM", "Mac Address", "IPv4 Address", "IPv6 Address", "VM UUID"],
        ["web-01", "00:50:56:8A:00:01", "10.0.0.7", "fe80::1, 2001:db8::7", UUID_1],
    ]
    machine = the_machine({"vInfo": vinfo({}), "vDisk": DISKS, "vNetwork": network})
    assert machine.ip_addresses == ["10.0.0.7", "fe80::1", "2001:db8::7"]


@pytest.mark.parametrize(
    ("configured", "reported", "taken"),
    [
        ("Other Linux (64-bit)", "Rocky Linux 9.2", "Rocky Linux 9.2"),
        ("Microsoft Windows Server 2019 (64-bit)", "Microsoft Windows Server 2016 (64-bit)",
         "Microsoft Windows Server 2019 (64-bit)"),
        ("Ubuntu Linux (64-bit)", "Other", "Ubuntu Linux (64-bit)"),
        ("Ubuntu Linux (64-bit)", "", "Ubuntu Linux (64-bit)"),
        ("", "Rocky Linux 9.2", "Rocky Linux 9.2"),
    ],
)  # fmt: skip
def test_the_guest_names_its_system_but_for_windows(configured: str, reported: str, taken: str) -> None:
    system = {
        "OS according to the configuration file": configured,
        "OS according to the VMware Tools": reported,
    }
    rows = [tuple(ORDINARY | system), tuple((ORDINARY | system).values())]
    assert the_machine({"vInfo": rows, "vDisk": DISKS}).os_name == taken


@pytest.mark.parametrize("text", ["102,400", "102 400", "102\u00a0400", "102'400", "102400"])
def test_sizes_that_are_texts_with_thousands_are_read(text: str) -> None:
    disks: Rows = [DISKS[0], ["web-01", "Hard disk 1", text, UUID_1]]
    assert the_machine({"vInfo": vinfo({}), "vDisk": disks}).disks[0].size_gib == 100.0


def test_provisioned_size_is_the_last_resort_and_a_warning() -> None:
    file = read({"vInfo": vinfo({})})
    (machine,) = file.machines
    assert machine.machine.disks == [ImportedDisk(name="Disk 1", size_gib=105.0)]
    assert file.rows[0].findings[0].column == "Provisioned MiB"
    assert file.notes[0].startswith("Sheets that are not there: vMemory, vDisk")


def test_machines_of_one_name_are_told_apart_by_uuid() -> None:
    sheets = {"vInfo": vinfo({}, {"VM UUID": UUID_2}), "vMemory": MEMORY}
    machines = read(sheets).machines
    assert [(one.identity, one.machine.memory_mib) for one in machines] == [(UUID_1, 16_384), (UUID_2, 8192)]


def test_sheets_without_uuids_are_joined_by_name() -> None:
    memory: Rows = [["VM", "Size MiB"], ["WEB-01", 4096]]
    assert the_machine({"vInfo": vinfo({}), "vMemory": memory, "vDisk": DISKS}).memory_mib == 4096


def test_templates_are_skipped_and_reported() -> None:
    file = read({"vInfo": vinfo({"Template": True}, {"VM UUID": UUID_2, "VM": "db-01"}), "vDisk": DISKS})
    assert [row.outcome for row in file.rows] == ["skipped", "warning"]
    assert [machine.machine.name for machine in file.machines] == ["db-01"]


def test_a_wrong_row_is_left_out_and_a_wrong_part_is_only_doubted() -> None:
    disks: Rows = [DISKS[0], ["web-01", "Hard disk 1", "many", UUID_1]]
    file = read({"vInfo": vinfo({}, {"VM": "db-01", "VM UUID": UUID_2, "CPUs": 0}), "vDisk": disks})

    assert file.machines[0].machine.disks == [ImportedDisk(name="Hard disk 1", size_gib=None)]
    found = [(one.severity, one.sheet, one.row, one.column) for row in file.rows for one in row.findings]
    assert ("warning", "vDisk", 2, "Capacity MiB") in found
    assert ("error", "vInfo", 3, "CPUs") in found


def test_older_names_of_sheets_and_columns_are_known() -> None:
    rows = [[str(cell).replace("MiB", "MB") for cell in row] for row in vinfo({})]
    assert the_machine({"tabvInfo": rows}).cores == 4


@pytest.mark.parametrize(
    ("sheets", "place"),
    [
        ({"Sheet1": [["VM"]]}, "vInfo"),
        ({"vInfo": [["VM", "CPUs", "Memory"], ["a", 1, 1]]}, "OS according to the configuration file"),
        ({"vInfo": vinfo({}), "vDisk": [["VM"], ["web-01"]]}, "Capacity MiB"),
    ],
)
def test_a_workbook_that_lacks_something_is_refused_with_its_name(sheets: Sheets, place: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheets)
    assert refused.value.place == place


def test_a_formula_is_text_or_its_stored_value_and_is_never_computed() -> None:
    file = read({"vInfo": vinfo({"CPUs": "=2+2"})})
    assert file.counts()["error"] == 1


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    content = workbook({"vInfo": vinfo({})})
    with pytest.raises(FileRefused, match="unpacks"):
        read_import(content, limits=Limits(unpacked_bytes=1000))


def altered(content: bytes, change: tuple[bytes, bytes]) -> bytes:
    """The workbook with a change in its first sheet."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.infolist():
            inner = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert change[0] in inner
                inner = inner.replace(*change)
            new.writestr(part.filename, inner)
    return changed.getvalue()


@pytest.mark.parametrize("place", [b'r="XFD1"', b'r="A1048576"', b"r = 'b999999'"])
def test_a_cell_that_stretches_a_sheet_beyond_measure_is_refused(place: bytes) -> None:
    content = altered(workbook({"vInfo": vinfo({})}), (b'r="A1"', place))
    with pytest.raises(FileRefused, match="more than"):
        read_import(content)


def test_entities_are_not_expanded(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("stolen")
    declaration = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file://{secret}">]><worksheet'.encode()
    content = altered(workbook({"vInfo": vinfo({})}), (b"<worksheet", declaration))
    content = altered(content, (b"<v>4</v>", b"<v>&x;</v>"))
    with contextlib.suppress(FileRefused):
        assert "stolen" not in repr(read_import(content))


@pytest.mark.parametrize("cut", [30, 200, 2000])
def test_a_damaged_workbook_is_refused(cut: int) -> None:
    content = workbook({"vInfo": vinfo({})})
    with pytest.raises(FileRefused):
        read_import(content[:-cut])
