"""`python -m bench.assessor`: measure and report.

`BENCH_MACHINES` lists the sizes of the groups (1000,10000,35000), neighbours in one estate of the largest
size; `BENCH_SEED` draws other peaks. Percentiles are compared on the whole estate.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
from bench.assessor.estate import DAYS, SERIES_PER_MACHINE, add_estate
from bench.assessor.percentiles import ours, with_duckdb, with_polars, write_parquet
from bench.assessor.running import run_assessment
from bench.normalizer.installation import Installation, process_listening_at
from bench.report import Figures, write_report

from assessor.catalogue.packaged import packaged_catalogue
from devstack.clickhouse_front import ClickHouse as Front
from devstack.fixtures.broker import running_kafka
from devstack.fixtures.service import ServiceProcess
from devstack.supervise import Stack
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import TOPICS

LIBRARIES = ("chdb", "aiokafka", "numpy", "pydantic", "duckdb", "polars")
SAME_TO = 1e-9


async def main() -> None:
    """Assess every estate, compare the percentiles, write the report."""
    sizes = [int(size) for size in os.environ.get("BENCH_MACHINES", "1000,10000,35000").split(",")]
    seed = int(os.environ.get("BENCH_SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="surveyor-bench-") as folder:
        directory = Path(folder)
        front = Front.on_free_port(directory / "clickhouse")
        with running_kafka(directory) as broker, Stack([front.process()], directory / "logs"):
            kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
            async with TopicAdmin(kafka) as admin:
                await admin.ensure(TOPICS)
            parts = Installation(directory, kafka, front, process_listening_at(front.port))
            figures: dict[str, float] = {}
            async with parts.database() as store:
                machine_ids = await add_estate(store, max(sizes), seed)
                for size in sorted(sizes):
                    of_size = await _assess(parts, store, machine_ids[:size])
                    figures |= {f"{name}_{size}": value for name, value in of_size.items()}
                peers = await _percentiles(parts, store, machine_ids, figures)
            _report(figures, peers, sizes, seed)


async def _assess(parts: Installation, store: ClickHouse, machine_ids: list[UUID]) -> Figures:
    environment = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": parts.kafka.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": store.settings.url,
        "SURVEYOR_CLICKHOUSE__USERNAME": store.settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": store.settings.password.get_secret_value(),
        "SURVEYOR_CLICKHOUSE__DATABASE": store.database,
    }
    with ServiceProcess("assessor", "ASSESSOR", environment, parts.directory / "assessor.log") as service:
        service.start()
        figures = await run_assessment(
            store,
            parts.kafka,
            machine_ids,
            packaged_catalogue().content_hash,
            psutil.Process(service.pid),
            parts.store_process,
        )
        service.stop()
    return figures


async def _percentiles(
    parts: Installation, store: ClickHouse, machine_ids: list[UUID], figures: dict[str, float]
) -> dict[str, Figures]:
    path = parts.directory / "peaks.parquet"
    await write_parquet(store, machine_ids, path)
    own, found = await ours(store, machine_ids, parts.store_process)
    figures |= own
    peers = {}
    for name, ask in (("duckdb", with_duckdb), ("polars", with_polars)):
        peers[name], theirs = await asyncio.to_thread(ask, path, machine_ids)
        _check_same(name, found, theirs)
    return peers


def _check_same(name: str, ours_found: dict[Any, float], theirs: dict[Any, float]) -> None:
    """Make sure that both did the same work.

    Raises:
        RuntimeError: They disagree.
    """
    different = [key for key in ours_found if abs(ours_found[key] - theirs.get(key, -1.0)) > SAME_TO]
    if different or len(ours_found) != len(theirs):
        raise RuntimeError(f"{name} disagrees about {len(different)} of {len(ours_found)} percentiles")


def _report(figures: Figures, peers: dict[str, Figures], sizes: list[int], seed: int) -> None:
    write_report(
        "assessor",
        figures,
        compared_by="percentiles_per_second",
        peers=peers,
        sizes={
            "machines": sizes,
            "days": DAYS,
            "series_per_machine": SERIES_PER_MACHINE,
            "peaks": max(sizes) * DAYS * SERIES_PER_MACHINE * 144,
            "seed": seed,
            "processors": os.cpu_count(),
        },
        libraries=LIBRARIES,
    )


if __name__ == "__main__":
    asyncio.run(main())
