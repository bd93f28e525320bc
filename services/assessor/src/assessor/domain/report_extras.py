"""The parts of a machine's document beyond size and cost: why, what else, and how well it would do.

Plain values, so that a document of `surveyor_schemas.assessments` is validated once, as a whole.
"""

from collections.abc import Sequence
from typing import Any

from assessor.domain.alternatives import (
    Alternatives,
    LicenceAlternative,
    SavingsAlternative,
    StorageAlternative,
)
from assessor.domain.assess import Assessment
from assessor.domain.backtest import CountedCheck, worst_percent_above
from assessor.domain.explain import Neighbour
from assessor.domain.result import AssessedMachine
from assessor.domain.right_sizing import RightSizing
from assessor.domain.window import SLOT, Window
from surveyor_schemas.inventory import machine_v1 as canonical

Document = dict[str, Any]
_SLOT_SECONDS = int(SLOT.total_seconds())


def explanation_document(result: AssessedMachine, assessment: Assessment) -> Document | None:
    """Why this size; None where sizing was skipped."""
    explanation = result.explanation
    if explanation is None:
        return None
    need = result.need
    return {
        "cores_needed": need.cores,
        "memory_gib_needed": need.memory_gib,
        "disk_iops_needed": need.disk_iops,
        "disk_mb_per_second_needed": need.disk_mb_per_second,
        "network_mbit_per_second_needed": need.network_mbit_per_second,
        "data_disks_needed": need.data_disks,
        "nics_needed": need.nics,
        "binding_dimension": explanation.binding,
        "next_smaller": _neighbour(explanation.next_smaller, assessment),
        "next_larger": _neighbour(explanation.next_larger, assessment),
        "dimensions": [
            {
                "name": use.name,
                "need": use.need,
                "limit": use.limit,
            }
            for use in explanation.dimensions
        ],
    }


def _neighbour(neighbour: Neighbour | None, assessment: Assessment) -> Document | None:
    if neighbour is None:
        return None
    size = neighbour.size
    cost = None if neighbour.usd_per_hour is None else assessment.monthly_compute(neighbour.usd_per_hour)
    return {
        "name": size.name,
        "monthly_compute_cost": cost,
        "reason": _reason(neighbour),
        "cores": size.vcpus,
        "memory_gib": size.memory_gib,
        "too_small_in": list(neighbour.too_small_in),
    }


def _reason(neighbour: Neighbour) -> str:
    if neighbour.refusal is not None:
        return neighbour.refusal
    if neighbour.too_small_in:
        return f"too small in {', '.join(neighbour.too_small_in)}"
    if neighbour.unknown_in:
        return f"its {', '.join(neighbour.unknown_in)} is not known"
    return "fits, at no lower cost" if neighbour.usd_per_hour is not None else "has no price"


def alternatives_document(alternatives: Alternatives | None) -> Document | None:
    """What else would do; None without a recommended size."""
    if alternatives is None:
        return None
    return {
        "sizes": [
            {
                "series": other.size.series,
                "name": other.size.name,
                "cores": other.size.vcpus,
                "memory_gib": other.size.memory_gib or 0.0,
                "monthly_compute_cost": other.monthly_compute_cost,
            }
            for other in alternatives.sizes
        ],
        "savings_options": _savings(alternatives.savings_options),
        "other_licence": _licence(alternatives.other_licence),
        "zone_redundant_storage": _storage(alternatives.zone_redundant_storage),
    }


def _savings(rows: Sequence[SavingsAlternative]) -> list[Document]:
    return [
        {
            "savings_option": row.option,
            "monthly_compute_cost": row.monthly_compute_cost,
            "is_estimated": row.estimated_from is not None,
            "estimated_from": row.estimated_from,
        }
        for row in rows
    ]


def _licence(other: LicenceAlternative | None) -> Document | None:
    if other is None:
        return None
    return {
        "azure_hybrid_use_benefit": other.hybrid_benefit,
        "savings_options": _savings(other.savings_options),
    }


def _storage(other: StorageAlternative | None) -> Document | None:
    if other is None:
        return None
    issue = None if other.issue is None else str(other.issue)
    return {
        "redundancy": "ZRS",
        "monthly_storage_cost": other.monthly_storage_cost,
        "issue": issue,
    }


def right_sizing_document(found: RightSizing | None) -> Document | None:
    """An idle or oversized machine; None for every other."""
    if found is None:
        return None
    return {
        "finding": found.finding,
        "reason": found.reason,
        "size_as_allocated": found.size_as_allocated,
        "monthly_compute_cost_as_allocated": found.monthly_cost_as_allocated,
        "monthly_savings": found.monthly_savings,
    }


def backtest_document(
    checks: Sequence[CountedCheck], disks: Sequence[canonical.Disk], window: Window
) -> Document | None:
    """The counts of 10-minute peaks; None where nothing was checked."""
    if not checks:
        return None
    return {
        "resolution_seconds": _SLOT_SECONDS,
        "window_start": window.start_at,
        "window_end": window.end_at,
        "checks": [_check(checked, disks) for checked in checks],
        "worst_percent_above": worst_percent_above(checks),
    }


def _check(checked: CountedCheck, disks: Sequence[canonical.Disk]) -> Document:
    check, count = checked.check, checked.count
    return {
        "name": check.name,
        "disk_id": None if check.disk is None else disks[check.disk].disk_id,
        "limit": check.limit,
        "metrics": list(check.metrics),
        "instances": list(check.instances),
        "threshold": check.threshold,
        "points_measured": count.measured if count else None,
        "points_above": count.above if count else None,
        "percent_above": count.percent_above if count else None,
        "longest_above_seconds": count.longest_above * _SLOT_SECONDS if count else None,
    }
