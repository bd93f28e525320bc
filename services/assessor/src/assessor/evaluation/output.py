"""The output of `assessor evaluate`: one JSON object per machine, amounts as decimal strings."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from assessor.domain.alternatives import Alternatives, LicenceAlternative, SavingsAlternative
from assessor.domain.backtest import CountedCheck, backtest_on_peaks
from assessor.domain.cost import decimal_text
from assessor.domain.explain import Neighbour, SizeExplanation
from assessor.domain.result import AssessedDisk, AssessedMachine
from assessor.domain.right_sizing import RightSizing
from assessor.domain.window import SLOT

_SLOT_MINUTES = SLOT // timedelta(minutes=1)


def machine_json(result: AssessedMachine) -> dict[str, Any]:
    size = result.recommended_size
    return {
        "name": result.machine.name,
        "readiness": result.readiness,
        "issues": list(result.issues),
        "data_issues": list(result.data_issues),
        "cores_needed": result.need.cores,
        "memory_needed_gib": result.need.memory_gib,
        "recommended_size": size.name if size else None,
        "recommended_size_cores": size.vcpus if size else None,
        "recommended_size_memory_gib": size.memory_gib if size else None,
        "recommended_size_retires": size.retires if size else None,
        "unknown_limits": list(result.unknown_limits),
        "monthly_compute_cost": _amount(result.monthly_compute_cost),
        "monthly_storage_cost": _amount(result.monthly_storage_cost),
        "monthly_windows_hybrid_benefit_savings": _amount(result.monthly_windows_licence_saved),
        "monthly_linux_hybrid_benefit_savings": _amount(result.monthly_linux_licence_saved),
        "security_readiness": result.security_readiness,
        "monthly_security_cost": _amount(result.monthly_security_cost),
        "confidence_percent": result.coverage.percent if result.coverage else None,
        "confidence_stars": result.coverage.stars if result.coverage else None,
        "disks": [_disk_json(disk) for disk in result.disks],
        "nics": [{"name": nic.name, "data_issues": list(nic.data_issues)} for nic in result.nics],
        "right_sizing": _right_sizing_json(result.right_sizing),
        "backtest": [_check_json(result, checked) for checked in backtest_on_peaks(result)],
        "alternatives": _alternatives_json(result.alternatives),
        "why_this_size": _explanation_json(result.explanation) if result.explanation else None,
        "prices_as_of": result.prices_as_of.isoformat() if result.prices_as_of else None,
    }


def _disk_json(disk: AssessedDisk) -> dict[str, Any]:
    return {
        "name": disk.name,
        "readiness": disk.readiness,
        "recommended_sku": disk.recommended_sku,
        "redundancy": disk.redundancy,
        "recommended_size_gib": disk.recommended_size_gib,
        "recommended_iops": disk.recommended_iops,
        "recommended_mb_per_second": disk.recommended_mb_per_second,
        "monthly_cost": _amount(disk.monthly_cost),
        "issues": list(disk.issues),
        "data_issues": list(disk.data_issues),
    }


def _explanation_json(explanation: SizeExplanation) -> dict[str, Any]:
    return {
        "binding_dimension": explanation.binding,
        "dimensions": [
            {"name": use.name, "need": use.need, "limit": use.limit} for use in explanation.dimensions
        ],
        "next_smaller": _neighbour_json(explanation.next_smaller),
        "next_larger": _neighbour_json(explanation.next_larger),
    }


def _check_json(result: AssessedMachine, checked: CountedCheck) -> dict[str, Any]:
    check, count = checked.check, checked.count
    return {
        "name": check.name,
        "disk": None if check.disk is None else result.machine.disks[check.disk].name,
        "limit": check.limit,
        "points_measured": count.measured if count else None,
        "points_above": count.above if count else None,
        "percent_above": count.percent_above if count else None,
        "longest_above_minutes": count.longest_above * _SLOT_MINUTES if count else None,
    }


def _right_sizing_json(found: RightSizing | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "finding": found.finding,
        "reason": found.reason,
        "size_as_allocated": found.size_as_allocated,
        "monthly_compute_cost_as_allocated": _amount(found.monthly_cost_as_allocated),
        "monthly_savings": _amount(found.monthly_savings),
    }


def _alternatives_json(alternatives: Alternatives | None) -> dict[str, Any] | None:
    if alternatives is None:
        return None
    storage = alternatives.zone_redundant_storage
    return {
        "sizes": [
            {
                "series": other.size.series,
                "name": other.size.name,
                "monthly_compute_cost": _amount(other.monthly_compute_cost),
            }
            for other in alternatives.sizes
        ],
        "savings_options": _savings_json(alternatives.savings_options),
        "other_licence": _licence_json(alternatives.other_licence),
        "zone_redundant_monthly_storage_cost": _amount(storage.monthly_storage_cost) if storage else None,
    }


def _savings_json(rows: Sequence[SavingsAlternative]) -> list[dict[str, Any]]:
    return [
        {
            "savings_option": row.option,
            "monthly_compute_cost": _amount(row.monthly_compute_cost),
            "is_estimated": row.estimated_from is not None,
            "estimated_from": row.estimated_from,
        }
        for row in rows
    ]


def _licence_json(other: LicenceAlternative | None) -> dict[str, Any] | None:
    if other is None:
        return None
    return {
        "azure_hybrid_use_benefit": other.hybrid_benefit,
        "savings_options": _savings_json(other.savings_options),
    }


def _neighbour_json(neighbour: Neighbour | None) -> dict[str, Any] | None:
    if neighbour is None:
        return None
    return {
        "name": neighbour.size.name,
        "usd_per_hour": _amount(neighbour.usd_per_hour),
        "too_small_in": list(neighbour.too_small_in),
        "refusal": neighbour.refusal,
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else decimal_text(amount)
