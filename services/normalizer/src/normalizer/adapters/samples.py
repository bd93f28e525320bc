"""Samples into ClickHouse, as Arrow."""

from collections.abc import Mapping, Sequence

import pyarrow

from normalizer.adapters.arrow import joined, roll_up_table, samples_table
from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.roll_ups import TABLES as ROLL_UP_TABLES
from normalizer.domain.performance.roll_ups import RollUp
from normalizer.ports import IngestedBatch
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

CHECK = "clickhouse"
INSERT_SETTINGS = {"optimize_on_insert": 0, "max_threads": 1}
"""Repeated rows go when parts are merged: to look for them at each insert costs a tenth of it, and finds few.
One thread takes less processor time in all than several."""


class ClickHouseSamples:
    """Inserts synchronously and repeats until the store has answered."""

    def __init__(self, store: ClickHouse, health: Health) -> None:
        self._store = store
        self._health = health

    async def insert_samples(self, packed: Sequence[PackedRows]) -> None:
        """Store series, all at once."""
        if packed:
            await self._insert_arrow("performance_samples", samples_table(packed))

    async def insert_roll_ups(self, roll_ups: Sequence[Mapping[str, RollUp]]) -> None:
        """Store roll-ups by table, each table's at once."""
        for name in ROLL_UP_TABLES:
            parts = [roll_up_table(name, each[name]) for each in roll_ups if name in each]
            if parts:
                await self._insert_arrow(name, joined(parts))

    async def insert_batches(self, batches: Sequence[IngestedBatch]) -> None:
        """Note which batches are stored."""
        await self._insert("ingested_batches", ("source_id", "run_id", "batch_no", "values"), batches)

    async def insert_lost(self, lost: Sequence[SamplesLost]) -> None:
        """Note what collectors could not keep."""
        columns = (
            "source_id",
            "run_id",
            "from_at",
            "until_at",
            "machine_count",
            "value_count",
            "reason",
            "detail",
            "collected_at",
        )
        await self._insert(
            "lost_samples", columns, [[getattr(event, column) for column in columns] for event in lost]
        )

    async def _insert_arrow(self, name: str, rows: pyarrow.Table) -> None:
        await retry_forever(
            lambda: self._store.insert_arrow(name, rows, INSERT_SETTINGS), name=CHECK, health=self._health
        )

    async def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        await retry_forever(
            lambda: self._store.insert_rows(table, columns, rows), name=CHECK, health=self._health
        )
