"""One machine's result: which size, and why."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in


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
    )


def _needs(machine: dict[str, Any]) -> list[tuple[str, str, float, str]]:
    """What the size has to give: dimension, words, amount, unit."""
    explanation = machine["explanation"]
    if explanation is None:
        return []
    return [
        ("vcpus", "Cores", explanation["cores_needed"], ""),
        ("memory_gib", "Memory", explanation["memory_gib_needed"], "GiB"),
        ("disk_iops", "Disk operations", explanation["disk_iops_needed"], "IOPS"),
        ("disk_mb_per_second", "Disk throughput", explanation["disk_mb_per_second_needed"], "MB/s"),
        (
            "network_mbit_per_second",
            "Network out and in",
            explanation["network_mbit_per_second_needed"],
            "Mbit/s",
        ),
        ("data_disks", "Data disks", explanation["data_disks_needed"], ""),
        ("nics", "Network adapters", explanation["nics_needed"], ""),
    ]
