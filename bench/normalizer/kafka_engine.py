"""ClickHouse's own consumer: `INSERT … SELECT` straight from a table of the Kafka engine.

It explodes the messages and names the metrics, and neither checks values nor converts units. Its background
views do not run in chDB, so the statement is repeated until everything is read. Releases of chDB from 4 on
refuse to create tables of this engine, so an older one runs in an environment of its own.
"""

import asyncio
import json
import secrets
import subprocess
import tempfile
from pathlib import Path

from bench.normalizer.environments import environment
from bench.normalizer.installation import Installation
from bench.report import Figures

from devstack.ledger.counters import VMWARE_COUNTERS
from surveyor_schemas.migrations import all_migrations, render

CHDB = "chdb==3.7.2"
PROGRAM = Path(__file__).with_name("engine_process.py")
DATABASE = "bench"


async def run_kafka_engine(parts: Installation) -> Figures:
    """Measure one round, in a process of its own with an empty store."""
    python = await asyncio.to_thread(environment, CHDB)
    with tempfile.TemporaryDirectory(dir=parts.directory) as directory:
        work = {
            "directory": directory,
            "tables": [
                f"CREATE DATABASE {DATABASE} ENGINE = Atomic",
                f"USE {DATABASE}",
                *(sql for migration in all_migrations() for sql in render(migration.up_sql)),
                _table(parts),
            ],
            "insert": _statement(),
            "stored": "SELECT sum(length(sampled_at)) FROM performance_samples",
            "samples": parts.samples,
        }
        done = await asyncio.to_thread(
            subprocess.run,
            [str(python), str(PROGRAM)],
            input=json.dumps(work),
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        )
    used = json.loads(done.stdout)
    return {
        "samples_per_cpu_second_with_store": parts.samples / used["cpu_seconds"],
        "samples_per_second": parts.samples / used["seconds"],
        "store_cpu_seconds": used["cpu_seconds"],
        "seconds": used["seconds"],
    }


def _table(parts: Installation) -> str:
    return f"""
        CREATE TABLE kafka_samples
        (
            source_id String,
            generated Bool,
            machines Array(Tuple(
                machine_id UUID,
                interval_seconds UInt16,
                timestamps Array(UInt32),
                series Array(Tuple(counter String, instance String, values Array(Nullable(Float64))))))
        )
        ENGINE = Kafka
        SETTINGS kafka_broker_list = '{parts.kafka.bootstrap_servers}',
                 kafka_topic_list = 'performance-raw',
                 kafka_group_name = 'engine-{secrets.token_hex(4)}',
                 kafka_format = 'JSONEachRow',
                 kafka_max_block_size = 65536,
                 kafka_poll_max_batch_size = 65536,
                 input_format_skip_unknown_fields = 1,
                 kafka_flush_interval_ms = 1000
    """


def _statement() -> str:
    counters = "[" + ", ".join(f"'{each.counter}'" for each in VMWARE_COUNTERS) + "]"
    metrics = "[" + ", ".join(f"'{each.metric}'" for each in VMWARE_COUNTERS) + "]"
    return f"""
        INSERT INTO arriving_samples
            (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash, interval_seconds,
             sampled_at, values, method, generated, source_id)
        SELECT
            transform(one.counter, {counters}, {metrics}, '') AS metric,
            machine.machine_id, one.instance, times[1], times[-1], cityHash64(times, known),
            machine.interval_seconds, times, known, '', generated, source_id
        FROM
        (
            SELECT
                source_id, generated, machine, one,
                arrayFilter((time, value) -> isNotNull(value), machine.timestamps, one.values) AS times,
                arrayMap(value -> assumeNotNull(value), arrayFilter(value -> isNotNull(value), one.values))
                    AS known
            FROM (SELECT source_id, generated, arrayJoin(machines) AS machine FROM kafka_samples)
            ARRAY JOIN machine.series AS one
        )
        SETTINGS stream_like_engine_allow_direct_select = 1
    """  # names come from the load's own tables
