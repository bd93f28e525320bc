"""Surveyor's own process, from its start to everything committed."""

import asyncio
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from bench.normalizer.installation import Installation, cpu_seconds
from bench.report import Figures

from devstack.fixtures.service import ServiceProcess
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import client_options
from surveyor_schemas.topics import TOPICS

TIMEOUT_SECONDS = 600.0
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Used:
    """What a run of the process took."""

    python_cpu_seconds: float
    store_cpu_seconds: float
    seconds: float
    resident_mib: float


async def run_surveyor(parts: Installation) -> Figures:
    """Measure one round: a run over the whole topic, less a run with nothing to read."""
    idle = await _run(parts, f"bench-{secrets.token_hex(4)}", at_end=True)
    busy = await _run(parts, f"bench-{secrets.token_hex(4)}", at_end=False)
    own = busy.python_cpu_seconds - idle.python_cpu_seconds
    stores = busy.store_cpu_seconds - idle.store_cpu_seconds
    seconds = busy.seconds - idle.seconds
    return {
        "samples_per_cpu_second_with_store": parts.samples / (own + stores),
        "samples_per_cpu_second_python": parts.samples / own,
        "samples_per_second": parts.samples / seconds,
        "python_cpu_seconds": own,
        "store_cpu_seconds": stores,
        "seconds": seconds,
        "resident_mib": busy.resident_mib,
    }


async def _run(parts: Installation, group: str, *, at_end: bool) -> Used:
    """Start the process and let it read to the end; `at_end` puts its group there before."""
    if at_end:
        await put_at_end(parts, group)
    async with parts.database() as store:
        began_at, store_began = time.monotonic(), parts.store_cpu_seconds()
        with ServiceProcess(
            "normalizer", "NORMALIZER", environment(parts, store, group), parts.directory / "normalizer.log"
        ) as process:
            process.start()
            await until_committed(parts, group, process)
            running = psutil.Process(process.pid)
            used = Used(
                python_cpu_seconds=cpu_seconds(running),
                store_cpu_seconds=parts.store_cpu_seconds() - store_began,
                seconds=time.monotonic() - began_at,
                resident_mib=peak_resident_mib(running.pid),
            )
            process.stop()
        if not at_end:
            await _check_complete(parts, store)
    return used


async def _check_complete(parts: Installation, store: ClickHouse) -> None:
    (read,) = await store.query_rows("SELECT sum(length(sampled_at)) AS samples FROM performance_samples")
    if read["samples"] < parts.samples:
        raise RuntimeError(f"{read['samples']} of {parts.samples} samples are stored")


async def put_at_end(parts: Installation, group: str) -> None:
    """Let a group begin behind all that the topic has."""
    consumer = AIOKafkaConsumer(**client_options(parts.kafka), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        numbers = range(TOPICS["performance-raw"].partitions)
        partitions = [TopicPartition("performance-raw", number) for number in numbers]
        consumer.assign(partitions)
        await consumer.commit(await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()


def environment(parts: Installation, store: ClickHouse, group: str) -> dict[str, str]:
    """Return the settings of a normalizer between this broker and this database."""
    return {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": parts.kafka.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": store.settings.url,
        "SURVEYOR_CLICKHOUSE__USERNAME": store.settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": store.settings.password.get_secret_value(),
        "SURVEYOR_CLICKHOUSE__DATABASE": store.database,
        "SURVEYOR_NORMALIZER__GROUP": group,
        "SURVEYOR_NORMALIZER__DATA_DIR": str(parts.directory / "faust"),
    }


def peak_resident_mib(pid: int) -> float:
    """Return the most memory that a process ever had (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no peak of process {pid}")


async def until_committed(
    parts: Installation, group: str, process: ServiceProcess, timeout_seconds: float = TIMEOUT_SECONDS
) -> None:
    """Wait until the group has read all of the topic."""
    admin = AIOKafkaAdminClient(**client_options(parts.kafka))
    await admin.start()
    try:
        deadline = time.monotonic() + timeout_seconds
        while await _committed(admin, group) < parts.events:
            if time.monotonic() > deadline or not process.is_running:
                raise TimeoutError(f"the normalizer did not finish in {timeout_seconds} s, see {process.log}")
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await admin.close()


async def _committed(admin: AIOKafkaAdminClient, group: str) -> int:
    places = await admin.list_consumer_group_offsets(group)
    return sum(max(0, place.offset) for place in places.values())
