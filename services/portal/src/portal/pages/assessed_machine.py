"""One machine's result: which size, and why."""

import asyncio
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in

_DIMENSIONS = (
    ("vcpus", "Cores", "cores_needed", ""),
    ("memory_gib", "Memory", "memory_gib_needed", "GiB"),
    ("disk_iops", "Disk operations", "disk_iops_needed", "IOPS"),
    ("disk_mb_per_second", "Disk throughput", "disk_mb_per_second_needed", "MB/s"),
    ("network_mbit_per_second", "Network", "network_mbit_per_second_needed", "Mbit/s"),
    ("data_disks", "Data disks", "data_disks_needed", ""),
    ("nics", "Network adapters", "nics_needed", ""),
)
"""The assessor's name of each dimension, its words, its field in the explanation, its unit."""


async def show(request: Request) -> Response:
    """The result of one machine in the latest run."""
    visit = signed_in(request)
    path = f"/v1/assessments/{request.path_params['assessment_id']}"
    assessment, machine = await asyncio.gather(
        visit.api.get(path), visit.api.get(f"{path}/machines/{request.path_params['machine_id']}")
    )
    return visit.render(
        "assessed-machine.html",
        assessment=assessment,
        machine=machine,
        currency=(assessment["summary"] or {}).get("currency", assessment["settings"]["currency"]),
        needs=_needs(machine),
        reasons=_reasons(machine),
    )


def _needs(machine: dict[str, Any]) -> list[tuple[str, str, float, str]]:
    """What the size has to give: dimension, words, amount, unit."""
    explanation = machine["explanation"]
    if explanation is None:
        return []
    return [(name, words, explanation[field], unit) for name, words, field, unit in _DIMENSIONS]


def _reasons(machine: dict[str, Any]) -> dict[str, str]:
    """Why a neighbouring size was not taken, by its name; dimensions in words."""
    explanation = machine["explanation"] or {}
    neighbours = [explanation.get("next_smaller"), explanation.get("next_larger")]
    return {one["name"]: _in_words(one["reason"]) for one in neighbours if one}


def _in_words(reason: str) -> str:
    for name, words, _, _ in _DIMENSIONS:
        reason = re.sub(rf"\b{name}\b", words.lower(), reason)
    return reason
