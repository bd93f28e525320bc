"""The output of `assessor evaluate`: one JSON object per machine, amounts as decimal strings."""

from decimal import Decimal
from typing import Any

from assessor.domain.cost import decimal_text
from assessor.domain.explain import Neighbour, SizeExplanation
from assessor.domain.result import AssessedDisk, AssessedMachine


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
        "unknown_limits": list(result.unknown_limits),
        "monthly_compute_cost": _amount(result.monthly_compute_cost),
        "monthly_storage_cost": _amount(result.monthly_storage_cost),
        "monthly_windows_hybrid_benefit_savings": _amount(result.monthly_windows_licence_saved),
        "monthly_linux_hybrid_benefit_savings": _amount(result.monthly_linux_licence_saved),
        "security_readiness": result.security_readiness,
        "confidence_percent": result.coverage.percent if result.coverage else None,
        "confidence_stars": result.coverage.stars if result.coverage else None,
        "disks": [_disk_json(disk) for disk in result.disks],
        "nics": [{"name": nic.name, "data_issues": list(nic.data_issues)} for nic in result.nics],
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


def _neighbour_json(neighbour: Neighbour | None) -> dict[str, Any] | None:
    if neighbour is None:
        return None
    return {
        "name": neighbour.size.name,
        "usd_per_hour": _amount(neighbour.usd_per_hour),
        "too_small_in": list(neighbour.too_small_in),
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else decimal_text(amount)
