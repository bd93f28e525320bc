"""What the tables take after a load, and what a month of an estate would take by that."""

from bench.report import Figures
from bench.store.layouts import table_bytes

from devstack.ledger import LoadPlan
from surveyor_kit.clickhouse import ClickHouse

ROLL_UPS = ("machine_10m", "disk_10m", "nic_10m")
ESTATE_MACHINES = 35_000
SLOTS_PER_DAY = 144
DAYS_PER_MONTH = 30
GIB = 2**30


async def stored_sizes(store: ClickHouse, plan: LoadPlan, samples: int) -> Figures:
    """Merge every table of samples and return its bytes, per sample or per row.

    The month is computed: bytes per row times the rows that so many machines make in 30 days. Rows of a
    longer time pack a little better than those of a short load, so it is an upper bound.
    """
    raw = await _merged_bytes(store, "performance_samples")
    figures = {"stored_bytes_per_sample": raw / samples}
    month_bytes = 0.0
    for table in ROLL_UPS:
        size = await _merged_bytes(store, table)
        instance = "''" if table == "machine_10m" else "instance"
        (row,) = await store.query_rows(
            f"SELECT count() AS stored, uniqExact(machine_id, {instance}) AS series FROM {table}"
        )
        figures[f"{table}_bytes_per_row"] = size / row["stored"]
        rows_a_month = row["series"] / plan.machines * ESTATE_MACHINES * SLOTS_PER_DAY * DAYS_PER_MONTH
        month_bytes += size / row["stored"] * rows_a_month
    figures["roll_ups_of_a_month_gib"] = month_bytes / GIB
    measured_days = plan.minutes / (24 * 60) * plan.machines / ESTATE_MACHINES
    figures["raw_samples_of_a_day_gib"] = raw / measured_days / GIB
    return figures


async def _merged_bytes(store: ClickHouse, table: str) -> int:
    await store.command(f"OPTIMIZE TABLE {table} FINAL")
    return await table_bytes(store, table)
