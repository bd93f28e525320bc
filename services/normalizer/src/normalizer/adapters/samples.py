"""Samples into ClickHouse, as Arrow."""

from collections.abc import Sequence

import numpy
import pyarrow

from normalizer.domain.performance.rows import PackedRows
from normalizer.ports import IngestedBatch
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

CHECK = "clickhouse"
LABEL_TYPES = {
    "metric": pyarrow.string(),
    "machine_id": pyarrow.string(),
    "instance": pyarrow.string(),
    "interval_seconds": pyarrow.uint16(),
    "method": pyarrow.string(),
    "generated": pyarrow.bool_(),
    "source_id": pyarrow.string(),
}


class ClickHouseSamples:
    """Inserts synchronously and repeats until the store has answered."""

    def __init__(self, store: ClickHouse, health: Health) -> None:
        self._store = store
        self._health = health

    async def insert_samples(self, rows: PackedRows) -> None:
        """Store series; the materialized views fill the roll-ups in the same statement."""
        if len(rows):
            table = arrow_table(rows)
            await retry_forever(
                lambda: self._store.insert_arrow("arriving_samples", table),
                name=CHECK,
                health=self._health,
            )

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

    async def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        await retry_forever(
            lambda: self._store.insert_rows(table, columns, rows), name=CHECK, health=self._health
        )


def arrow_table(rows: PackedRows) -> pyarrow.Table:
    """Return the rows as the columns of `arriving_samples`; ClickHouse reads seconds as DateTime."""
    offsets = pyarrow.array(rows.offsets.astype(numpy.int32))
    sampled_at = pyarrow.array(rows.sampled_at.astype(numpy.uint32))
    columns = {
        name: pyarrow.array(rows.labels[name], type=label_type) for name, label_type in LABEL_TYPES.items()
    }
    columns |= {
        "first_sampled_at": pyarrow.array(rows.first_sampled_at.astype(numpy.uint32)),
        "last_sampled_at": pyarrow.array(rows.last_sampled_at.astype(numpy.uint32)),
        "window_hash": pyarrow.array(rows.window_hash),
        "sampled_at": pyarrow.ListArray.from_arrays(offsets, sampled_at),
        "values": pyarrow.ListArray.from_arrays(offsets, pyarrow.array(rows.values)),
    }
    return pyarrow.table(columns)
