"""Machines and their percentiles, read from ClickHouse."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from assessor.adapters.percentiles import percentile_rows
from assessor.adapters.series_sql import CPU_PERCENT, DISK_METRICS, MEMORY_PERCENT, NIC_METRICS
from assessor.adapters.statements import Statements
from assessor.domain.inputs import DiskUsage, MachineInputs, MeasuredUsage, NicUsage
from assessor.domain.window import SLOT, Window
from surveyor_kit.clickhouse import Parameters
from surveyor_schemas.inventory.machine_v1 import Machine

_METRICS = (CPU_PERCENT, MEMORY_PERCENT, *DISK_METRICS, *NIC_METRICS)
_DISK_NAMES = frozenset(metric.name for metric in DISK_METRICS)
_NIC_NAMES = frozenset(metric.name for metric in NIC_METRICS)

Percentiles = dict[UUID, dict[tuple[str, str], MeasuredUsage]]
"""By machine, then by metric and instance."""


class ClickHouseEstate:
    """Implements `Estate`."""

    def __init__(self, store: Statements) -> None:
        self._store = store

    async def scope(self, run_id: UUID) -> list[UUID]:
        rows = await self._store.rows(
            "SELECT DISTINCT machine_id FROM assessment_scope"
            " WHERE run_id = {run_id:UUID} ORDER BY machine_id",
            {"run_id": str(run_id)},
        )
        return [row["machine_id"] for row in rows]

    async def inputs(
        self, run_id: UUID, page: Sequence[UUID], window: Window | None, percentile: int
    ) -> list[MachineInputs]:
        params = {"run_id": str(run_id), "first_id": str(page[0]), "last_id": str(page[-1])}
        machines, percentiles = await asyncio.gather(
            self._machines(params), self._percentiles(params, window, percentile)
        )
        known = [machines[machine_id] for machine_id in page if machine_id in machines]
        return [_inputs(machine, percentiles.get(machine.machine_id, {})) for machine in known]

    async def _machines(self, params: Parameters) -> dict[UUID, Machine]:
        rows = await self._store.rows(
            "SELECT document FROM machine_state FINAL"
            " WHERE machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID} AND removed_at IS NULL"
            " AND machine_id GLOBAL IN"
            " (SELECT machine_id FROM assessment_scope WHERE run_id = {run_id:UUID})",
            params,
        )
        machines = (Machine.model_validate_json(row["document"]) for row in rows)
        return {machine.machine_id: machine for machine in machines}

    async def _percentiles(
        self, params: dict[str, Any], window: Window | None, percentile: int
    ) -> Percentiles:
        found: Percentiles = defaultdict(dict)
        if window is None:
            return found
        all_params = params | {
            "start_epoch": int(window.start_at.timestamp()),
            "last_slot_epoch": int((window.end_at - SLOT).timestamp()),
        }
        for row in await percentile_rows(self._store, _METRICS, all_params, percentile, window.points):
            usage = MeasuredUsage(value=row["value"], points=row["points"], peak=row["peak"])
            found[row["machine_id"]][row["metric"], row["instance"]] = usage
        return found


def _inputs(machine: Machine, series: dict[tuple[str, str], MeasuredUsage]) -> MachineInputs:
    disks: dict[str, dict[str, MeasuredUsage]] = defaultdict(dict)
    nics: dict[str, dict[str, MeasuredUsage]] = defaultdict(dict)
    for (metric, instance), usage in series.items():
        if metric in _DISK_NAMES:
            disks[instance][metric] = usage
        elif metric in _NIC_NAMES:
            nics[instance][metric] = usage
    return MachineInputs(
        machine=machine,
        cpu_percent=series.get((CPU_PERCENT.name, "")),
        memory_percent=series.get((MEMORY_PERCENT.name, "")),
        disks={instance: DiskUsage(**usages) for instance, usages in sorted(disks.items())},
        nics={instance: NicUsage(**usages) for instance, usages in sorted(nics.items())},
    )
