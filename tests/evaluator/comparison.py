"""Both evaluators on the same estate, and where they differ."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.evaluator.brute_force.disks import DiskAnswer
from tests.evaluator.brute_force.evaluate import Answer, evaluate
from tests.evaluator.brute_force.operating_systems import OperatingSystem
from tests.evaluator.brute_force.request import request_from
from tests.evaluator.brute_force.tables import CURRENCY_RATES
from tests.evaluator.estates import random_machine, random_settings

JUDGED_DATA_ISSUES = {
    "PercentageOfCoresUtilizedMissing",
    "PercentageOfMemoryUtilizedMissing",
    "CannotReportStorageCost",
}
CENTS_OF_CENTS = Decimal("1e-12")
ESTATE_SECONDS = 120


@dataclass(frozen=True)
class Difference:
    """One figure that the two evaluators do not agree on."""

    machine: str
    figure: str
    expected: Any
    found: Any


def differences(
    seed: int, machine_count: int, directory: Path, python_path: Path | None = None
) -> list[Difference]:
    """Make an estate from a seed, evaluate it twice and compare every judged figure.

    Args:
        python_path: A directory to import the assessor from instead of the installed one.
    """
    source = random.Random(seed)
    settings = random_settings(source)
    estate = [random_machine(source, f"{seed}-{number}") for number in range(machine_count)]
    assessed = _assess([machine for machine, _ in estate], settings, directory, python_path)
    request = request_from(settings)
    rate = CURRENCY_RATES[request.currency]
    return [
        difference
        for (machine, system), found in zip(estate, assessed, strict=True)
        for difference in _compare(machine, system, evaluate(machine, system, request), found, rate)
    ]


def _assess(
    machines: list[dict[str, Any]], settings: dict[str, Any], directory: Path, python_path: Path | None
) -> list[dict[str, Any]]:
    machines_file, settings_file = directory / "machines.json", directory / "settings.json"
    machines_file.write_text(json.dumps({"machines": machines}), encoding="utf-8")
    settings_file.write_text(json.dumps(settings), encoding="utf-8")
    start = "from assessor.cli import app; app()"
    command: list[str | Path] = [
        sys.executable,
        "-c",
        start,
        "evaluate",
        "--input",
        machines_file,
        "--settings",
        settings_file,
    ]
    environment = os.environ | ({"PYTHONPATH": str(python_path)} if python_path else {})
    finished = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=ESTATE_SECONDS, check=False
    )
    assert finished.returncode == 0, f"{settings}: {finished.stderr}"
    assessed: list[dict[str, Any]] = json.loads(finished.stdout)["machines"]
    return assessed


def _compare(
    machine: dict[str, Any], system: OperatingSystem, expected: Answer, found: dict[str, Any], rate: Decimal
) -> Iterator[Difference]:
    figures: list[tuple[str, Any, Any]] = [
        ("readiness", expected.readiness, found["readiness"]),
        ("issues", expected.issues, set(found["issues"])),
        ("cores_needed", expected.cores, found["cores_needed"]),
        ("memory_needed_gib", expected.memory_gib, found["memory_needed_gib"]),
        ("recommended_size", expected.size, found["recommended_size"]),
        ("confidence_percent", _near(expected.confidence), _near(found["confidence_percent"])),
        ("monthly_compute_cost", _amount(expected.compute), _amount(found["monthly_compute_cost"])),
    ]
    # A machine that is not suitable is not priced: what its disks came to is nobody's business.
    if expected.readiness != "NotSuitable":
        judged = set(found["data_issues"]) & JUDGED_DATA_ISSUES
        figures += [
            ("data_issues", expected.data_issues, judged),
            ("monthly_storage_cost", _amount(expected.storage), _amount(found["monthly_storage_cost"])),
        ]
    for place, (disk, found_disk) in enumerate(zip(expected.disks, found["disks"], strict=False)):
        figures += [(f"disks[{place}].{name}", *pair) for name, *pair in _disk_figures(disk, found_disk)]
        if expected.readiness != "NotSuitable":
            usd = disk.offer.usd if disk.offer else None
            amount = None if usd is None else usd * rate
            figures.append((f"disks[{place}].cost", _amount(amount), _amount(found_disk["monthly_cost"])))
    label = f"{machine['name']} ({system.name})"
    yield from (Difference(label, name, one, other) for name, one, other in figures if one != other)


def _disk_figures(expected: DiskAnswer, found: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    yield "data_issues", expected.data_issues, set(found["data_issues"])
    offer = expected.offer
    if offer is None:
        yield "readiness", "NotSuitable", found["readiness"]
        yield "issues", True, bool(found["issues"]) and set(found["issues"]) <= expected.issues
        return
    yield "readiness", "Suitable", found["readiness"]
    yield "recommended_sku", offer.sku, found["recommended_sku"]
    provisioned = (
        found["recommended_size_gib"],
        found["recommended_iops"],
        found["recommended_mb_per_second"],
    )
    yield "provisioned", (offer.size_gib, offer.iops, offer.mb_per_second), provisioned


def _near(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


def _amount(value: Decimal | str | None) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(CENTS_OF_CENTS)
