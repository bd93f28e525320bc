"""`assessor evaluate`: the JSON contract, and errors that name file, place and fix."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assessor.catalogue.packaged import packaged_catalogue, packaged_snapshot
from assessor.cli import app

MACHINE = {"name": "web-01", "cores": 4, "memory_mib": 8_192}


def run(*arguments: Any) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def evaluate(tmp_path: Path) -> Any:
    """Write the two files, run the command, return exit code, document or None, and stderr."""

    def call(machines: Any, settings: Any, *more: Any) -> tuple[int, Any, str]:
        input_file, settings_file = tmp_path / "machines.json", tmp_path / "settings.json"
        input_file.write_text(machines if isinstance(machines, str) else json.dumps({"machines": machines}))
        settings_file.write_text(settings if isinstance(settings, str) else json.dumps(settings))
        code, out, err = run("evaluate", "--input", input_file, "--settings", settings_file, *more)
        return code, json.loads(out) if code == 0 else None, err.replace(f"{tmp_path}/", "")

    return call


def test_worked_example_of_the_documentation(evaluate: Any) -> None:
    machine = MACHINE | {"cpu_percent": 50, "memory_percent": 50, "os_name": "Windows Server 2019"}
    code, document, _ = evaluate([machine | {"boot_type": "BIOS"}], {"azure_location": "westeurope"})
    (result,) = document["machines"]
    assert code == 0
    assert result["readiness"] == "Suitable"
    assert (result["cores_needed"], result["memory_needed_gib"]) == (2.6, 5.2)
    assert (result["recommended_size_cores"], result["recommended_size_memory_gib"]) == (4, 8)
    assert result["confidence_percent"] is None


def test_output_has_the_fields_of_the_contract(evaluate: Any) -> None:
    machine = MACHINE | {"disks": [{"name": "scsi0:0", "size_gib": 100}], "nics": [{"name": "nic0"}]}
    _, document, _ = evaluate([machine], {"azure_location": "westeurope"})
    (result,) = document["machines"]
    assert document["catalogue_hash"] == packaged_catalogue().content_hash
    assert result.keys() >= {
        "name",
        "readiness",
        "issues",
        "data_issues",
        "cores_needed",
        "memory_needed_gib",
        "recommended_size",
        "monthly_compute_cost",
        "monthly_storage_cost",
        "confidence_percent",
        "disks",
    }
    assert result["disks"][0].keys() >= {"name", "readiness", "recommended_sku", "monthly_cost", "issues"}
    assert result["disks"][0]["recommended_sku"] == "StandardSSD_E10"
    assert result["monthly_storage_cost"] == "9.60"


def test_lists_are_peaks_and_give_a_confidence(evaluate: Any) -> None:
    peaks = [10, 20, None, 30, 40, 50, 60, 70, 80, 90, 100]
    machine = MACHINE | {"cpu_percent": peaks, "memory_percent": None}
    settings = {"azure_location": "westeurope", "percentile": "Percentile90", "scaling_factor": 1.0}
    _, document, _ = evaluate([machine], settings)
    (result,) = document["machines"]
    assert (result["cores_needed"], result["memory_needed_gib"]) == (3.6, 8)
    assert result["confidence_percent"] == pytest.approx(100 * 10 / 288)
    assert "PercentageOfMemoryUtilizedMissing" in result["data_issues"]


def test_first_disk_holds_the_system_unless_the_file_says_otherwise(evaluate: Any) -> None:
    settings = {"azure_location": "westeurope", "azure_disk_types": ["Premium", "PremiumV2"]}
    silent = MACHINE | {"disks": [{"size_gib": 64}, {"size_gib": 64}]}
    marked = MACHINE | {"disks": [{"size_gib": 64}, {"size_gib": 64, "is_os_disk": True}]}
    none_marked = MACHINE | {"disks": [{"size_gib": 64, "is_os_disk": False}]}
    data_marked = MACHINE | {"disks": [{"size_gib": 64}, {"size_gib": 64, "is_os_disk": False}]}
    _, document, _ = evaluate([silent, marked, none_marked, data_marked], settings)
    skus = [[disk["recommended_sku"] for disk in machine["disks"]] for machine in document["machines"]]
    assert skus == [
        ["Premium_P6", "PremiumV2"],
        ["PremiumV2", "Premium_P6"],
        ["PremiumV2"],
        ["Premium_P6", "PremiumV2"],
    ]


def test_null_is_the_same_as_a_field_left_out(evaluate: Any) -> None:
    optional = ("boot_type", "os_name", "os_architecture", "source", "cpu_percent", "memory_percent")
    nulls = MACHINE | dict.fromkeys((*optional, "disks", "nics"))
    _, document, _ = evaluate([MACHINE, nulls], {"azure_location": "westeurope"})
    assert document["machines"][0] == document["machines"][1]


def test_rate_of_another_currency_is_shown_with_its_date(evaluate: Any) -> None:
    _, document, _ = evaluate([MACHINE], {"azure_location": "westeurope", "currency": "EUR"})
    assert document["currency_rate"] == {"per_usd": "0.849834", "as_of": "2026-01-26"}


def test_file_with_a_byte_order_mark_is_read(evaluate: Any) -> None:
    machines = "\ufeff" + json.dumps({"machines": [MACHINE]})
    code, document, _ = evaluate(machines, {"azure_location": "westeurope"})
    assert (code, document["machines"][0]["name"]) == (0, "web-01")


def test_family_of_the_api_without_a_size_leaves_no_size(evaluate: Any) -> None:
    """azure-mgmt-migrationassessment 1.0.0b1 (API 2023-03-15) names the H series, which Azure has retired."""
    settings = {"azure_location": "westeurope", "azure_vm_families": ["H_series"]}
    _, document, _ = evaluate([MACHINE], settings)
    (machine,) = document["machines"]
    assert machine["readiness"] == "NotSuitable"
    assert "NoVmSizeInSelectedFamilyFound" in machine["issues"]


def test_snapshot_file_can_replace_the_packaged_catalogue(evaluate: Any, tmp_path: Path) -> None:
    snapshot = tmp_path / "other.json.gz"
    snapshot.write_bytes(packaged_snapshot())
    code, _, _ = evaluate([MACHINE], {"azure_location": "westeurope"}, "--catalogue", snapshot)
    assert code == 0


@pytest.mark.parametrize(
    ("machines", "message"),
    [
        ("{", "machines.json: line 1 column 2: Expecting property name"),
        ('{"machines": 1}', "machines.json: machines: Input should be a valid array, not 1"),
        ([{"name": "a", "cores": 4}], "machines.json: machines[0].memory_mib: required; add it"),
        ([MACHINE | {"cores": 0}], "machines[0].cores: Input should be greater than 0, not 0"),
        ([MACHINE | {"cpus": 2}], "machines[0].cpus: unknown field; remove it or correct its name"),
        ([MACHINE | {"cpu_percent": "high"}], "machines[0].cpu_percent: Input should be a number, a list"),
        ([MACHINE | {"cpu_percent": [1, -1]}], "machines[0].cpu_percent[1]: Input should be greater than"),
        (
            [MACHINE, MACHINE | {"disks": [{"size_gib": 1, "read_iops": True}]}],
            "machines[1].disks[0].read_iops",
        ),
        ([MACHINE | {"source": "xen"}], "machines[0].source: Input should be 'vmware', 'hyperv' or 'import'"),
        ([MACHINE | {"cores": 10**400}], "machines[0].cores: Input should be less than or equal to 1000000"),
        ([MACHINE | {"cpu_percent": 1e308}], "machines[0].cpu_percent: Input should be less than or equal"),
        ("[" * 100_000, "machines.json: nested too deeply"),
        ("[" * 500 + "]" * 500, "machines.json: Invalid JSON: recursion limit exceeded"),
        ("9" * 5_000, "machines.json: a number of more than 4300 digits"),
        ([MACHINE | {"os_name": "\ud800"}], "machines.json: \\ud800 is half a character"),
    ],
)
def test_bad_machines_are_refused_with_their_place(machines: Any, message: str, evaluate: Any) -> None:
    code, _, error = evaluate(machines, {"azure_location": "westeurope"})
    assert code == 2
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "settings.json: azure_location: required; add it"),
        ({"azure_location": "westeurop"}, "did you mean westeurope"),
        (
            {"azure_location": "westeurope", "scaling_factor": 2.1},
            "scaling_factor: Input should be less than",
        ),
        ({"azure_location": "westeurope", "percentile": 95}, "percentile: Input should be 'Percentile50'"),
        (
            {"azure_location": "westeurope", "savings_options": "RI1Year", "discount_percentage": 5},
            "discount_percentage: must be 0 together with savings_options RI1Year",
        ),
        (
            {"azure_location": "westeurope", "azure_vm_families": ["Zsv9_series"]},
            "azure_vm_families: the catalogue has no 'Zsv9_series'",
        ),
        ({"azure_location": "westeurope", "currency": "TRY"}, "currency: the catalogue has no rate for TRY"),
        (
            {"azure_location": "westeurope", "reserved_instance": "RI1Year"},
            "reserved_instance: unknown field; use savings_options",
        ),
        ({"azureLocation": "x", "azure_location": "x"}, "unknown field; did you mean azure_location?"),
        (
            {"azure_location": "westeurope", "azure_vm_families": ["Dsv55_series"]},
            "the catalogue has no 'Dsv55_series'; did you mean Dsv5_series",
        ),
        ("[]", "settings.json: Input should be an object"),
    ],
)
def test_bad_settings_are_refused_with_the_field(settings: Any, message: str, evaluate: Any) -> None:
    code, _, error = evaluate([MACHINE], settings)
    assert code == 2
    assert error.startswith("settings.json: ")
    assert message in error


def test_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.json"
    code, _, error = run("evaluate", "--input", missing, "--settings", missing)
    assert (code, error.startswith(f"{missing}: No such file")) == (2, True)


def test_result_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    machines, settings = tmp_path / "machines.json", tmp_path / "settings.json"
    machines.write_text(json.dumps({"machines": [MACHINE]}))
    settings.write_text(json.dumps({"azure_location": "westeurope"}))
    command = [sys.executable, "-c", "from assessor.cli import app; app()", "evaluate"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, "--input", machines, "--settings", settings],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("standard output: No space left on device")


def test_file_that_is_no_catalogue_is_refused(evaluate: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("no snapshot")
    code, _, error = evaluate([MACHINE], {"azure_location": "westeurope"}, "--catalogue", other)
    assert (code, "other: not a catalogue snapshot" in error) == (2, True)


def test_show_names_hash_dates_and_licences() -> None:
    code, out, _ = run("catalogue", "show")
    assert code == 0
    assert packaged_catalogue().content_hash in out
    assert "prices        2026-01-26 to 2026-08-22" in out
    assert "licence: none stated" in out


def test_build_refuses_a_directory_without_tables(tmp_path: Path) -> None:
    code, _, error = run("catalogue", "build", tmp_path, "--output", tmp_path / "x")
    assert (code, "vm_sizes.csv: No such file or directory; give the" in error) == (2, True)
