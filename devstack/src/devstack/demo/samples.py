"""What of the demo's samples is in the store, asked of the store itself."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from devstack.demo.services import DATABASE, Endpoint
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.settings import ClickHouseSettings
from surveyor_schemas.counters import DISK_METRICS, NIC_METRICS, Metric
from surveyor_schemas.inventory.machine_v1 import Machine
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

Series = tuple[str, str, str]
"""Machine id, metric, instance."""

_STORED = "SELECT sum(length(sampled_at)) AS count FROM performance_samples FINAL"
_INGESTED = "SELECT toString(run_id) AS run_id, batch_no FROM ingested_batches FINAL"
_MEASURED = """
SELECT DISTINCT toString(machine_id) AS machine_id, metric, instance
FROM performance_samples
WHERE NOT generated AND last_sampled_at >= fromUnixTimestamp({since:Int64})
"""


class StoredSamples:
    """Counts samples in the demo's ClickHouse."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._settings = ClickHouseSettings(
            url=endpoint["url"],
            database=DATABASE,
            username=endpoint["username"],
            password=SecretStr(endpoint["password"]),
        )

    def count(self) -> int:
        """All samples."""
        return int(self._query(_STORED, {})[0]["count"] or 0)

    def missing_batches(self, events: Sequence[PerformanceSampled]) -> str | None:
        """Say how many of the published batches are not in the tables yet."""
        ingested = {(row["run_id"], row["batch_no"]) for row in self._query(_INGESTED, {})}
        missing = {(str(event.run_id), event.batch_no) for event in events} - ingested
        return f"{len(missing)} of {len(events)} batches of history are not stored" if missing else None

    def missing_since(self, start: datetime, machines: Sequence[Machine]) -> str | None:
        """Say which measured series of running machines has no sample yet that was taken after `start`."""
        rows = self._query(_MEASURED, {"since": int(start.timestamp())})
        stored = {(row["machine_id"], row["metric"], row["instance"]) for row in rows}
        missing = sorted(set(expected_series(machines)) - stored)
        if not missing:
            return None
        return f"{len(missing)} series without a sample of their source, such as {' '.join(missing[0])}"

    def _query(self, sql: str, parameters: dict[str, object]) -> list[dict[str, Any]]:
        async def ask() -> list[dict[str, Any]]:
            async with ClickHouse(self._settings) as store:
                return await store.query_rows(sql, parameters)

        return asyncio.run(ask())


def expected_series(machines: Sequence[Machine]) -> list[Series]:
    """The series that every running machine has; static memory of Hyper-V is not measured as use."""
    found: list[Series] = []
    for machine in machines:
        if machine.power_state != "on":
            continue
        id_ = str(machine.machine_id)
        found.append((id_, Metric.CPU_PERCENT, ""))
        if machine.source_kind == "vmware" or machine.dynamic_memory_enabled:
            found.append((id_, Metric.MEMORY_PERCENT, ""))
        for disk in machine.disks:
            found += [(id_, metric, disk.counter_instance or "?") for metric in DISK_METRICS]
        for nic in machine.nics:
            found += [(id_, metric, nic.counter_instance or "?") for metric in NIC_METRICS]
    return found
