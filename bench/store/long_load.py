"""A long load through the normalizer: does a sample cost the same at the end as at the beginning?"""

import asyncio
import time
from dataclasses import dataclass

import numpy as np
import psutil
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from bench.normalizer.installation import cpu_seconds
from bench.store.parts import Parts

from devstack.fixtures.service import ServiceProcess
from surveyor_kit.kafka import client_options

GROUP = "normalizer-bench"
TENTHS = 10
POLL_SECONDS = 0.25
TIMEOUT_SECONDS = 3 * 3600.0


@dataclass(frozen=True)
class Mark:
    """How far the normalizer was, and what it and the store had taken by then."""

    events: int
    cpu_seconds: float
    seconds: float


@dataclass(frozen=True)
class LongLoad:
    """A finished load."""

    marks: list[Mark]
    """From the start to the end, a few a second."""
    samples: int
    resident_mib: float

    def samples_per_cpu_second(self, tenth: int) -> float:
        """Return the rate in one tenth of the messages, 0 to 9; between two marks it is taken as constant."""
        events = [mark.events for mark in self.marks]
        borders = np.array([tenth, tenth + 1]) / TENTHS * events[-1]
        began, ended = np.interp(borders, events, [mark.cpu_seconds for mark in self.marks])
        return float(self.samples / TENTHS / (ended - began))


async def run_long_load(parts: Parts, events: int, samples: int) -> LongLoad:
    """Let the normalizer read a topic of `events` messages to its end."""
    admin = AIOKafkaAdminClient(**client_options(parts.kafka))
    await admin.start()
    with ServiceProcess(
        "normalizer", "NORMALIZER", _environment(parts), parts.directory / "normalizer.log"
    ) as process:
        process.spawn()
        try:
            marks, most = await _watch(parts, psutil.Process(process.pid), admin, events)
        finally:
            await admin.close()
        process.stop()
    return LongLoad(marks, samples, most / 2**20)


async def _watch(
    parts: Parts, running: psutil.Process, admin: AIOKafkaAdminClient, events: int
) -> tuple[list[Mark], float]:
    began_at, most, committed = time.monotonic(), 0.0, 0
    marks: list[Mark] = []
    while committed < events:
        committed = await _committed(admin)
        most = max(most, running.memory_info().rss)
        used = cpu_seconds(running) + parts.store_cpu_seconds()
        if marks and marks[-1].events == committed:  # the last moment before more was committed counts
            marks.pop()
        marks.append(Mark(committed, used, time.monotonic() - began_at))
        if time.monotonic() - began_at > TIMEOUT_SECONDS:
            raise TimeoutError(f"the normalizer did not finish in {TIMEOUT_SECONDS} s")
        await asyncio.sleep(POLL_SECONDS)
    return marks, most


async def _committed(admin: AIOKafkaAdminClient) -> int:
    try:
        places = await admin.list_consumer_group_offsets(GROUP)
    except GroupCoordinatorNotAvailableError:  # nobody has had a group on this broker yet
        return 0
    return sum(max(0, place.offset) for part, place in places.items() if part.topic == "performance-raw")


def _environment(parts: Parts) -> dict[str, str]:
    clickhouse = parts.clickhouse
    return {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": parts.kafka.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": clickhouse.url,
        "SURVEYOR_CLICKHOUSE__USERNAME": clickhouse.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": clickhouse.password.get_secret_value(),
        "SURVEYOR_CLICKHOUSE__DATABASE": clickhouse.database,
        "SURVEYOR_NORMALIZER__GROUP": GROUP,
        "SURVEYOR_NORMALIZER__DATA_DIR": str(parts.directory / "faust"),
    }
