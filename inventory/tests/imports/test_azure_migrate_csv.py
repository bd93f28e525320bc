"""The CSV template of Azure Migrate: what each column takes, and what becomes of a row that is wrong."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyor_inventory.imports import (
    FileRefused,
    Finding,
    ImportedDisk,
    ImportedMachine,
    ReadFile,
    read_import,
)
from surveyor_inventory.imports.cells import plain_number
from surveyor_inventory.imports.limits import Limits

REQUIRED = {
    "*Server name": "web-01",
    "*Cores": "4",
    "*Memory (In MB)": "8192",
    "*OS name": "Windows Server 2019 Datacenter",
}


def csv_of(*rows: dict[str, str], separator: str = ",") -> str:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    lines = [separator.join(headings)]
    lines += [separator.join(f'"{row.get(heading, "")}"' for heading in headings) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def read(*rows: dict[str, str]) -> ReadFile:
    return read_import(csv_of(*(REQUIRED | row for row in rows)).encode())


def the_machine(**cells: str) -> ImportedMachine:
    file = read(cells)
    (machine,) = [one.machine for one in file.machines]
    assert file.rows[0].outcome == "accepted", file.rows
    return machine


def the_finding(file: ReadFile) -> Finding:
    (finding,) = [finding for row in file.rows for finding in row.findings]
    return finding


def test_the_four_required_columns_make_a_machine() -> None:
    assert the_machine() == ImportedMachine(
        name="web-01", cores=4, memory_mib=8192, os_name="Windows Server 2019 Datacenter"
    )


def test_every_column_reaches_the_machine() -> None:
    machine = the_machine(
        **{
            "IP address": "10.0.0.4; 2001:db8::4",
            "OS version": "10.0.17763",
            "OS architecture": "AMD64",
            "Server type": "Virtual",
            "Hypervisor": "Hyper-V",
            "CPU utilization percentage": "40",
            "Memory utilization percentage": "62.5",
            "Network adapters": "2",
            "Network In throughput (MBps)": "1.5",
            "Network Out throughput (MBps)": "0.75",
            "Boot type": "UEFI",
            "MAC address": "00-50-56-8A-1B-2C",
            "Number of disks": "2",
            "Storage in use (In GB)": "30",
            "Disk 1 size (In GB)": "128",
            "Disk 1 read ops (operations per second)": "120",
            "Disk 1 write ops (operations per second)": "80",
            "Disk 1 read throughput (MB per second)": "4.5",
            "Disk 1 write throughput (MB per second)": "2.25",
            "Disk 2 size (In GB)": "512",
            "Total disks read ops (operations per second)": "300",
            "Total disks write ops (operations per second)": "200",
            "Total disks read throughput (MB per second)": "9",
            "Total disks write throughput (MB per second)": "6",
        }
    )
    assert machine == ImportedMachine(
        name="web-01",
        cores=4,
        memory_mib=8192,
        os_name="Windows Server 2019 Datacenter",
        os_version="10.0.17763",
        os_architecture="x64",
        boot_type="uefi",
        server_type="virtual",
        hypervisor="Hyper-V",
        ip_addresses=["10.0.0.4", "2001:db8::4"],
        mac_addresses=["00:50:56:8a:1b:2c"],
        nic_count=2,
        cpu_percent=40.0,
        memory_percent=62.5,
        total_read_iops=300.0,
        total_write_iops=200.0,
        total_read_mb_per_second=9.0,
        total_write_mb_per_second=6.0,
        received_mb_per_second=1.5,
        transmitted_mb_per_second=0.75,
        disks=[
            ImportedDisk(
                name="Disk 1",
                size_gib=128.0,
                read_iops=120.0,
                write_iops=80.0,
                read_mb_per_second=4.5,
                write_mb_per_second=2.25,
            ),
            ImportedDisk(name="Disk 2", size_gib=512.0),
        ],
    )


@pytest.mark.parametrize("heading", ["server name", " *Server  Name ", "* SERVER NAME"])
def test_headings_are_known_in_any_case_and_without_their_star(heading: str) -> None:
    text = csv_of(REQUIRED).replace("*Server name", heading)
    assert read_import(text.encode()).machines[0].machine.name == "web-01"


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_file_without_a_required_column_is_refused_with_its_name(missing: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_import(csv_of({name: value for name, value in REQUIRED.items() if name != missing}).encode())
    assert refused.value.place == missing


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("*Memory (In GB)", "*Memory (In MB)"),
        ("Network In throughput (Mbps)", "Network In throughput (MBps)"),
    ],
)
def test_a_column_in_another_unit_is_refused_rather_than_misread(wrong: str, right: str) -> None:
    text = csv_of(REQUIRED | {right: "10"}).replace(right, wrong)
    with pytest.raises(FileRefused, match="unit") as refused:
        read_import(text.encode())
    assert refused.value.place == wrong


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("*Server name", ""),
        ("*Cores", ""),
        ("*Cores", "0"),
        ("*Cores", "2.5"),
        ("*Cores", "four"),
        ("*Memory (In MB)", "-1"),
        ("*OS name", " "),
        ("CPU utilization percentage", "101"),
        ("Memory utilization percentage", "NaN"),
        ("Disk 1 size (In GB)", "ten"),
        ("Disk 1 read ops (operations per second)", "-5"),
        ("Network Out throughput (MBps)", "1e999"),
        ("Number of disks", "21"),
        ("*Cores", "１２x"),
    ],
)
def test_a_wrong_value_leaves_its_row_out_and_names_the_cell(column: str, value: str) -> None:
    file = read({}, {"*Server name": "bad", column: value})

    assert [machine.machine.name for machine in file.machines] == ["web-01"]
    finding = the_finding(file)
    assert (finding.severity, finding.row, finding.column) == ("error", 3, column)
    assert finding.message
    assert finding.fix


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("*OS name", "Acme OS 3"),
        ("OS architecture", "sparc"),
        ("Boot type", "tape"),
        ("Server type", "cloud"),
        ("Hypervisor", "KVM"),
        ("IP address", "10.0.0.300"),
        ("MAC address", "00:50"),
        ("Number of disks", "3"),
    ],
)
def test_a_doubtful_value_is_a_warning_and_the_machine_is_taken(column: str, value: str) -> None:
    file = read({column: value})

    assert len(file.machines) == 1
    finding = the_finding(file)
    assert (finding.severity, finding.column) == ("warning", column)
    assert file.counts() == {"accepted": 0, "warning": 1, "error": 0, "skipped": 0}


@pytest.mark.parametrize("empty", ["", " ", "-", "N/A", "Unknown"])
def test_what_is_not_stated_is_none_and_never_zero(empty: str) -> None:
    machine = the_machine(**{"CPU utilization percentage": empty, "Boot type": empty})
    assert (machine.cpu_percent, machine.boot_type) == (None, None)


def test_another_name_for_a_column_that_is_there_is_not_read() -> None:
    file = read({"Boot type": "BIOS", "Firmware type": "UEFI"})
    assert file.machines[0].machine.boot_type == "bios"
    assert "Firmware type" in file.notes[0]


def test_a_column_that_is_there_twice_is_refused() -> None:
    text = ",".join([*REQUIRED, "*cores"]) + "\n" + ",".join([*REQUIRED.values(), "8"])
    with pytest.raises(FileRefused, match="twice"):
        read_import(text.encode())


def test_units_are_known_in_any_case_but_bits_are_no_bytes() -> None:
    heading = "Disk 1 size (in gb)"
    assert the_machine(**{heading: "10"}).disks[0].size_gib == 10


def test_disks_that_are_only_zeros_are_no_disks() -> None:
    machine = the_machine(**{"Disk 1 size (In GB)": "10", "Disk 2 size (In GB)": "0"})
    assert [disk.name for disk in machine.disks] == ["Disk 1"]


def test_disks_that_are_only_counted_have_no_size() -> None:
    file = read({"Number of disks": "2"})
    assert [disk.size_gib for disk in file.machines[0].machine.disks] == [None, None]
    assert the_finding(file).severity == "warning"


def test_more_disks_than_the_format_has_are_refused_rather_than_lost() -> None:
    with pytest.raises(FileRefused, match="at most 20"):
        read({"Disk 21 size (In GB)": "10"})


def test_a_server_is_taken_once() -> None:
    file = read({}, {"*Server name": "WEB-01"}, {"*Server name": "db-01"})
    assert [machine.identity for machine in file.machines] == ["web-01", "db-01"]
    assert "row 2" in the_finding(file).message


def test_a_separator_inside_a_value_is_found() -> None:
    text = ",".join(REQUIRED) + "\nweb-01,4,8192,Windows Server 2019, Datacenter\n"
    file = read_import(text.encode())
    assert file.counts()["error"] == 1
    assert "more cells" in the_finding(file).message


def test_columns_that_mean_nothing_are_named() -> None:
    assert "Rack" in read({"Rack": "7"}).notes[0]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: ("sep=,\r\n" + text).encode(),
    ],
)
def test_any_encoding_of_a_spreadsheet_program_is_read(encode: Callable[[str], bytes]) -> None:
    (machine,) = read_import(encode(csv_of(REQUIRED | {"*Server name": "büro-é"}))).machines
    assert machine.machine.name == "büro-é"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_file_without_comma_separators_may_have_decimal_commas(separator: str) -> None:
    row = REQUIRED | {"CPU utilization percentage": "12,5"}
    (machine,) = read_import(csv_of(row, separator=separator).encode()).machines
    assert machine.machine.cpu_percent == 12.5
    assert read_import(csv_of(row).encode()).counts()["error"] == 1


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x00\x01\x02", b"\xd0\xcf\x11\xe0old", b'a,"b\nc', b"PK\x03\x04x"]
)
def test_what_is_neither_format_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read_import(content)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(FileRefused, match="more than 2 rows"):
        read_import(csv_of(*[REQUIRED] * 3).encode(), limits=Limits(rows=2))


@given(st.lists(st.lists(st.text(max_size=20), max_size=8), max_size=6))
def test_any_text_is_read_or_refused_and_nothing_else(rows: list[list[str]]) -> None:
    text = csv_of(REQUIRED) + "\n".join(",".join(cells) for cells in rows)
    try:
        file = read_import(text.encode("utf-8", errors="replace"))
    except FileRefused:
        return
    assert len(file.machines) == file.counts()["accepted"] + file.counts()["warning"]


@pytest.mark.parametrize(
    ("text", "decimal_comma", "plain"),
    [
        ("1234.5", False, "1234.5"),
        ("1,024.5", False, "1024.5"),
        ("1,024.5", True, "1024.5"),
        ("8,192", False, "8192"),
        ("8,192", True, "8.192"),
        ("1.024,5", True, "1024.5"),
        ("1.048.576", True, "1048576"),
        ("8.192", True, "8.192"),
        ("16 384", False, "16384"),
        ("1\u202f048\u202f576,25", True, "1048576.25"),
        ("1 2", False, "1 2"),
        ("10,5", False, "10,5"),
        ("12,34,567", False, "12,34,567"),
    ],
)
def test_separators_of_thousands_are_left_out_where_there_is_one_reading(
    text: str, decimal_comma: bool, plain: str
) -> None:
    assert plain_number(text, decimal_comma=decimal_comma) == plain
