"""What every contestant but the Kafka engine does with a message: Surveyor's own checks, mapping and columns.

The peers differ from Surveyor in how messages reach this code and when they are acknowledged, and in what
Surveyor does beside it: dead letters, marks of days, metrics, health.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import clickhouse_connect
from pyarrow import Table

from normalizer.adapters.arrow import joined, roll_up_table, samples_table
from normalizer.adapters.samples import INSERT_SETTINGS
from normalizer.domain.performance.clock_limits import ClockLimits
from normalizer.domain.performance.roll_ups import TABLES, roll_up
from normalizer.performance_decoding import decode_performance
from normalizer.performance_handler import Accepted
from normalizer.ports import IngestedBatch
from surveyor_kit.clickhouse import insert_arrow_stream
from surveyor_kit.kafka import ReceivedEvent

MESSAGES_AT_ONCE = 200
TOPIC = "performance-raw"
Headers = Sequence[tuple[str, bytes]]
Message = tuple[Headers, bytes]


class SameWork:
    """Stores messages; ends the process with its figures when all samples of the topic are stored."""

    def __init__(self) -> None:
        work = json.loads(os.environ["BENCH_WORK"])
        self.bootstrap_servers: str = work["bootstrap_servers"]
        self.group: str = work["group"]
        self._samples_left: int = work["samples"]
        self._client = clickhouse_connect.get_client(**work["store"], autogenerate_session_id=False)
        self._limits = ClockLimits(future=timedelta(hours=1), past=timedelta(days=35))
        self._began_at, self._cpu_began = time.monotonic(), time.process_time()

    def store(self, messages: Sequence[Message]) -> None:
        """Check, map and store messages, synchronously."""
        accepted = Accepted()
        now = datetime.now(UTC)
        for headers, value in messages:
            decoded = decode_performance(ReceivedEvent(TOPIC, 0, 0, b"", value, list(headers), now))
            batch = decoded.batch
            if batch is None or self._limits.faults(batch.machines, now):
                raise ValueError("the topic holds good messages only")
            accepted.map(batch, {})
            accepted.ingested.append(
                IngestedBatch(batch.source_id, batch.run_id, batch.batch_no, batch.value_count())
            )
        accepted.pack()
        self._insert("performance_samples", samples_table(accepted.packed))
        roll_ups = [roll_up(rows) for rows in accepted.packed]
        for table in TABLES:
            parts = [roll_up_table(table, each[table]) for each in roll_ups if table in each]
            if parts:
                self._insert(table, joined(parts))
        self._client.insert("ingested_batches", accepted.ingested, IngestedBatch._fields)
        self._samples_left -= sum(len(rows.values) for rows in accepted.packed)

    def _insert(self, table: str, rows: Table) -> None:
        insert_arrow_stream(self._client, table, rows, INSERT_SETTINGS)

    def is_done(self) -> bool:
        """Say whether every sample of the topic is stored."""
        return self._samples_left <= 0

    def report(self) -> None:
        """Write what the work took."""
        used = {
            "seconds": time.monotonic() - self._began_at,
            "cpu_seconds": time.process_time() - self._cpu_began,
        }
        sys.stdout.write(json.dumps(used) + "\n")
        sys.stdout.flush()
