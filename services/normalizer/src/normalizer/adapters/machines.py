"""Machines and their changes in ClickHouse."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from pydantic_core import to_json

from normalizer.adapters.samples import CHECK
from normalizer.domain.performance.series import MachineFacts
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Machine

PLAIN_STATE_COLUMNS = (
    "machine_id",
    "revision",
    "source_kind",
    "source_id",
    "name",
    "power_state",
    "is_template",
    "boot_type",
    "cores",
    "memory_mib",
    "host_name",
    "cluster_name",
    "datacenter_name",
    "observed_at",
    "removed_at",
)
PLAIN_CHANGE_COLUMNS = (
    "machine_id",
    "machine_name",
    "source_id",
    "revision",
    "kind",
    "field_path",
    "outdates_assessments",
    "observed_at",
    "recorded_at",
)


class ClickHouseMachines:
    """Reads merged states only; repeats every statement until the store has answered."""

    def __init__(self, store: ClickHouse, health: Health) -> None:
        self._store = store
        self._health = health

    async def states(self, machine_ids: Collection[UUID]) -> dict[UUID, Machine]:
        """Return the stored states; unknown machines are left out."""
        sql = "SELECT document FROM machine_state FINAL WHERE machine_id IN {ids:Array(UUID)}"
        rows = await self._rows(sql, {"ids": [str(machine_id) for machine_id in machine_ids]})
        machines = (Machine.model_validate_json(row["document"]) for row in rows)
        return {machine.machine_id: machine for machine in machines}

    async def facts(self, machine_ids: Collection[UUID]) -> dict[UUID, MachineFacts]:
        """Return cores and memory; unknown machines are left out."""
        sql = (
            "SELECT machine_id, cores, memory_mib FROM machine_state FINAL"
            " WHERE machine_id IN {ids:Array(UUID)}"
        )
        rows = await self._rows(sql, {"ids": [str(machine_id) for machine_id in machine_ids]})
        return {row["machine_id"]: MachineFacts(row["cores"], row["memory_mib"]) for row in rows}

    async def insert_changes(self, changes: Sequence[EnvironmentChanged]) -> None:
        """Store changes; the table keeps one row per id."""
        columns = ("change_id", *PLAIN_CHANGE_COLUMNS, "before", "after")
        await self._insert("machine_changes", columns, [_change_row(change) for change in changes])

    async def insert_states(self, machines: Sequence[Machine]) -> None:
        """Store states; the table keeps the highest revision."""
        rows = [_state_row(machine) for machine in machines]
        await self._insert("machine_state", STATE_COLUMNS, rows)

    async def without_tombstone(self, removed_until: datetime) -> list[UUID]:
        """Return machines that ended so long ago and have had no tombstone since."""
        sql = (
            "SELECT machine_id, removed_at FROM machine_state FINAL"
            " WHERE removed_at <= {until:DateTime64(6, 'UTC')}"
        )
        removed = await self._rows(sql, {"until": removed_until})
        noted = await self._rows(
            "SELECT machine_id, max(tombstoned_at) AS at FROM machine_tombstones GROUP BY machine_id", {}
        )
        noted_at = {row["machine_id"]: row["at"] for row in noted}
        return [
            row["machine_id"]
            for row in removed
            if row["machine_id"] not in noted_at or noted_at[row["machine_id"]] < row["removed_at"]
        ]

    async def note_tombstones(self, machine_ids: Collection[UUID], at: datetime) -> None:
        """Note that these machines are off the topic."""
        columns = ("machine_id", "tombstoned_at")
        await self._insert("machine_tombstones", columns, [(machine_id, at) for machine_id in machine_ids])

    async def _rows(self, sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return await retry_forever(
            lambda: self._store.query_rows(sql, params), name=CHECK, health=self._health
        )

    async def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        await retry_forever(
            lambda: self._store.insert_rows(table, columns, rows), name=CHECK, health=self._health
        )


STATE_COLUMNS = (
    *PLAIN_STATE_COLUMNS,
    "os_name",
    "os_family",
    "disk_count",
    "disk_bytes",
    "nic_count",
    "document",
)


def _state_row(machine: Machine) -> list[Any]:
    return [
        *(getattr(machine, column) for column in PLAIN_STATE_COLUMNS),
        machine.os.name,
        machine.os.family,
        len(machine.disks),
        _sum_if_all_known(disk.size_bytes for disk in machine.disks),
        len(machine.nics),
        machine.model_dump_json(),
    ]


def _change_row(change: EnvironmentChanged) -> list[Any]:
    return [
        change.event_id(),
        *(getattr(change, column) for column in PLAIN_CHANGE_COLUMNS),
        _json_or_none(change.before),
        _json_or_none(change.after),
    ]


def _json_or_none(value: JsonValue) -> str | None:
    """Write a value as JSON; nothing stays nothing."""
    return None if value is None else to_json(value).decode()


def _sum_if_all_known(sizes: Iterable[int | None]) -> int | None:
    known = list(sizes)
    return None if None in known else sum(size for size in known if size is not None)
