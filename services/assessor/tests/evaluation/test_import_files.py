"""`assessor evaluate` on the import formats."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from assessor.cli import app

HEADINGS = (
    "*Server name,*Cores,*Memory (In MB),*OS name,Boot type,CPU utilization percentage,"
    "Memory utilization percentage,Disk 1 size (In GB),Disk 1 read ops (operations per second),"
    "Network Out throughput (MBps)"
)


@pytest.fixture
def evaluate(tmp_path: Path) -> Any:
    """Run the command on a file; return exit code, document or None, and stderr."""
    settings = tmp_path / "settings.json"
    settings.write_text('{"azure_location": "westeurope"}')

    def call(file: Path) -> tuple[int, Any, str]:
        words = ["evaluate", "--input", str(file), "--settings", str(settings)]
        result = CliRunner().invoke(app, words)
        document = json.loads(result.stdout) if result.exit_code == 0 else None
        return result.exit_code, document, result.stderr.replace(f"{tmp_path}/", "")

    return call


def test_values_of_a_csv_file_count_as_percentiles(evaluate: Any, tmp_path: Path) -> None:
    file = tmp_path / "estate.csv"
    file.write_text(f"{HEADINGS}\nweb-01,4,8192,Windows Server 2019,BIOS,50,50,128,120,2\nbad,,1,x,,,,,,\n")
    _, document, _ = evaluate(file)

    (result,) = document["machines"]
    assert (result["cores_needed"], result["memory_needed_gib"]) == (2.6, 5.2)
    assert (result["readiness"], result["confidence_percent"]) == ("Suitable", None)
    assert result["disks"][0]["data_issues"] == [
        "NumberOfWriteOperationsPerSecondMissing",
        "MegabytesPerSecondOfReadMissing",
        "MegabytesPerSecondOfWriteMissing",
    ]
    assert document["import"]["rows"] == {"accepted": 1, "warning": 0, "error": 1, "skipped": 0}
    assert document["import"]["findings"][0]["column"] == "*Cores"


def test_an_rvtools_workbook_is_sized_by_what_is_configured(evaluate: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "vInfo"
    sheet.append(
        [
            "VM",
            "CPUs",
            "Memory",
            "Total disk capacity MiB",
            "Firmware",
            "OS according to the configuration file",
        ]
    )
    sheet.append(["db-01", 8, 32768, 102400, "efi", "Microsoft Windows Server 2019 (64-bit)"])
    book.save(tmp_path / "rvtools.XLSX")
    _, document, _ = evaluate(tmp_path / "rvtools.XLSX")

    (result,) = document["machines"]
    assert (result["cores_needed"], result["memory_needed_gib"]) == (8, 32)
    assert [disk["recommended_size_gib"] for disk in result["disks"]] == [128]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"name,cores\nx,1\n", "a.csv: *Server name: the column is missing; it is required"),
        ("a.csv", f"{HEADINGS}\nweb-01,0,1,Linux,,,,,,\n".encode(), "a.csv: row 2: must be a whole number"),
        ("a.xlsx", b"no workbook", "a.xlsx: "),
        ("missing.csv", None, "missing.csv: No such file or directory"),
    ],
)
def test_files_that_cannot_be_used_end_the_command_with_the_place(
    evaluate: Any, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, _, err = evaluate(tmp_path / name)
    assert code == 2
    assert message in err
