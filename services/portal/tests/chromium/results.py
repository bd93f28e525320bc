"""Results of an assessment, as the assessor writes them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from query_api.testing.builders import (
    a_summary,
    an_assessed_disk,
    an_assessed_machine,
    an_assessed_nic,
    an_issue,
)
from surveyor_schemas.assessments.results_v1 import (
    AssessedMachine,
    AssessmentSummary,
    Note,
    RightSizingTotal,
)
from surveyor_schemas.inventory.machine_v1 import Machine

from .advice import (
    alternatives,
    backtest,
    backtest_totals,
    explanation,
    option_totals,
    other_licence_totals,
    right_sizing,
)

SIZES = (("Standard_D2s_v5", 2, 8.0), ("Standard_D4s_v5", 4, 16.0), ("Standard_E16as_v5", 16, 128.0))
COMPUTE = (Decimal("71.425"), Decimal("142.85"), Decimal("1337.362"))


def result_of(assessment_id: UUID, run_id: UUID, machine: Machine, number: int) -> AssessedMachine:
    """Return the result of the machine that is `number` in its group: each class and finding occurs."""
    suitability = ("Suitable", "Suitable", "ConditionallySuitable", "Suitable", "NotSuitable")[number % 5]
    is_ready = suitability == "Suitable"
    return an_assessed_machine(
        assessment_id,
        run_id,
        machine_id=machine.machine_id,
        display_name=machine.name,
        source_kind=machine.source_kind,
        host_name=machine.host_name,
        number_of_cores=machine.cores,
        megabytes_of_memory=machine.memory_mib,
        suitability=suitability,
        issues=[] if is_ready else [an_issue(cause="The distribution is not endorsed in Azure")],
        monthly_storage_cost=Decimal("9.285"),
        monthly_security_cost=Decimal("14.6"),
        confidence_percent=(62.5, 100.0)[number % 2],
        confidence_stars=(4, 5)[number % 2],
        disks=_disks(),
        nics=[an_assessed_nic()],
        operating_system_support=("Mainstream", "Extended", "OutOfSupport", None)[number % 4],
        operating_system_support_ends_on=(date(2032, 4, 1), date(2029, 1, 9), date(2024, 6, 30), None)[
            number % 4
        ],
        **_measured(number),
        **(_sized(number) if suitability != "NotSuitable" else _not_sized()),
    )


def summary_of(assessment_id: UUID, run_id: UUID, results: Sequence[AssessedMachine]) -> AssessmentSummary:
    """Return the totals of results, as far as pages show them."""
    now = datetime.now(UTC)
    return a_summary(
        assessment_id,
        run_id,
        machine_count=len(results),
        suitability_counts={
            "Suitable": 5,
            "ConditionallySuitable": 2,
            "NotSuitable": 1,
            "ReadinessUnknown": 1,
        },
        issue_counts={"UnendorsedLinuxDistributions": 2, "BootTypeNotSupported": 1},
        monthly_compute_cost=sum((one.monthly_compute_cost or Decimal(0) for one in results), Decimal(0)),
        monthly_storage_cost=Decimal("83.565"),
        monthly_security_cost=Decimal("131.4"),
        window_start=now - timedelta(days=7),
        window_end=now,
        inputs_read_at=now,
        completed_at=now,
        currency_per_usd=Decimal("0.84316"),
        currency_rate_at=now - timedelta(days=60),
        savings_options=option_totals(results),
        savings_options_with_other_licence=other_licence_totals(results),
        rightsizing=_right_sizing_totals(results),
        backtest=backtest_totals(results),
        notes=[_memory_note(results), _retires_note(results)],
    )


def _measured(number: int) -> dict[str, Any]:
    """Memory use of the third machine was not measured."""
    has_memory = number != 2
    return {
        "points_expected": 1008,
        "cpu_points": 1004 - 250 * (number % 2),
        "memory_points": 1004 if has_memory else 0,
        "percentage_cores_peak": 48.75,
        "percentage_memory_utilization": 61.2 if has_memory else None,
        "percentage_memory_peak": 72.4 if has_memory else None,
        "data_issues": [] if has_memory else ["PercentageOfMemoryUtilizedMissing"],
    }


def _sized(number: int) -> dict[str, Any]:
    (size, cores, memory_gib), cost = SIZES[number % 3], COMPUTE[number % 3]
    return {
        "recommended_size": size,
        "recommended_size_retires": "November 2028" if number % 3 == 2 else None,
        "cores_of_recommended_size": cores,
        "memory_gib_of_recommended_size": memory_gib,
        "monthly_compute_cost": cost,
        "explanation": explanation(cores, memory_gib),
        "alternatives": alternatives(size, cores, memory_gib, cost),
        "rightsizing": right_sizing(number, cost),
        "backtest": backtest(cores, memory_gib, points_above=(0, 3, 41)[number % 3]),
    }


def _not_sized() -> dict[str, Any]:
    return {
        "recommended_size": None,
        "cores_of_recommended_size": None,
        "memory_gib_of_recommended_size": None,
        "monthly_compute_cost": None,
    }


def _disks() -> list[Any]:
    given = {"recommended_iops": 240, "recommended_mb_per_second": 50}
    return [
        an_assessed_disk(**given),
        an_assessed_disk(disk_id="2001", name="scsi0:1", is_os_disk=False, **given),
    ]


def _right_sizing_totals(results: Sequence[AssessedMachine]) -> list[RightSizingTotal]:
    found = [one.rightsizing for one in results if one.rightsizing]
    return [
        RightSizingTotal(
            finding=finding,
            machine_count=sum(one.finding == finding for one in found),
            monthly_savings=sum(
                (one.monthly_savings or Decimal(0) for one in found if one.finding == finding), Decimal(0)
            ),
            machines_without_savings=0,
        )
        for finding in ("Idle", "Oversized")
    ]


def _memory_note(results: Sequence[AssessedMachine]) -> Note:
    code = "PercentageOfMemoryUtilizedMissing"
    return Note(
        code=code,
        text="Memory use was not measured",
        cause="The source had no values of it in the time range",
        fix="Wait for more history, or check the guest tools",
        machine_count=sum(code in one.data_issues for one in results),
    )


def _retires_note(results: Sequence[AssessedMachine]) -> Note:
    return Note(
        code="RecommendedSizeRetires",
        text="Recommended size retires",
        cause="Azure has announced the end of its series.",
        fix="Move to another series before that.",
        machine_count=sum(one.recommended_size_retires is not None for one in results),
    )
