"""Broker, store and workers of one round; everything in it may be killed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from devstack.fixtures.broker import Kafka
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.store import ClickHouse as StorePart
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_kit.testing import FaultProxy

GROUP = "normalizer-chaos"
SESSION_SECONDS = 3
MOST_WORKERS = 4
USUAL_WORKERS = 2


@dataclass
class Installation:
    """What a round works on.

    Attributes:
        proxy: Stands between the workers and the store.
        store: The test's own way to the store, past the proxy.
        workers: All of them; some do not run.
    """

    kafka: KafkaSettings
    group: str
    broker: Kafka
    store_part: StorePart
    store: ClickHouse
    proxy: FaultProxy
    workers: list[ServiceProcess] = field(default_factory=list)

    def running(self) -> list[ServiceProcess]:
        return [worker for worker in self.workers if worker.is_running]

    def run_workers(self, count: int) -> None:
        """Start or stop workers until so many run.

        It waits for the processes: call it in a thread, for the proxy needs the event loop.
        """
        running = self.running()
        with ThreadPoolExecutor(MOST_WORKERS) as at_once:
            list(at_once.map(ServiceProcess.stop, running[count:]))
        idle = [worker for worker in self.workers if worker not in running]
        for worker in idle[: max(0, count - len(running))]:
            worker.spawn()

    async def keep_repeats(self) -> None:
        """Stop merges until the store's next start: reading has to cope with all repeats."""
        await self.store.command("SYSTEM STOP MERGES")

    def log_tails(self) -> str:
        return "\n".join(worker.log_tail() for worker in self.workers if worker.log.exists())


@asynccontextmanager
async def installed(
    broker: Kafka,
    store_part: StorePart,
    directory: Path,
    *,
    keep_repeats: bool = True,
    **normalizer_settings: str,
) -> AsyncIterator[Installation]:
    """Give topics, an empty database behind a proxy, and workers that are not started yet.

    Args:
        broker: Where the topics are.
        store_part: Where the database is.
        directory: For the workers' data and logs.
        keep_repeats: Whether merges stand still.
        normalizer_settings: Settings of the workers, such as `PERFORMANCE_BATCH_EVENTS`.
    """
    kafka = await broker.with_topics()
    settings = store_part.settings()
    address = urlsplit(store_part.url)
    async with (
        ClickHouse(settings) as store,
        FaultProxy(address.hostname or "127.0.0.1", address.port or 8123) as proxy,
    ):
        await migrate(store)
        installation = Installation(kafka, GROUP, broker, store_part, store, proxy)
        if keep_repeats:
            await installation.keep_repeats()
        with ExitStack() as processes:
            for number in range(MOST_WORKERS):
                worker = _worker(installation, settings, number, directory, normalizer_settings)
                installation.workers.append(processes.enter_context(worker))
            yield installation
            await asyncio.to_thread(installation.run_workers, 0)


def _worker(
    installation: Installation,
    settings: ClickHouseSettings,
    number: int,
    directory: Path,
    more: Mapping[str, str],
) -> ServiceProcess:
    environment = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": installation.kafka.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": f"http://{installation.proxy.address}",
        "SURVEYOR_CLICKHOUSE__USERNAME": settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": settings.password.get_secret_value(),
        "SURVEYOR_CLICKHOUSE__DATABASE": settings.database,
        "SURVEYOR_NORMALIZER__GROUP": installation.group,
        "SURVEYOR_NORMALIZER__DATA_DIR": str(directory / f"faust-{number}"),
        "SURVEYOR_NORMALIZER__SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
        "SURVEYOR_NORMALIZER__COMMIT_INTERVAL_SECONDS": "0.2",
        # Small steps, so that faults fall between them.
        "SURVEYOR_NORMALIZER__PERFORMANCE_BATCH_EVENTS": "3",
        "SURVEYOR_NORMALIZER__BATCH_WAIT_SECONDS": "0.1",
    }
    environment |= {f"SURVEYOR_NORMALIZER__{name}": value for name, value in more.items()}
    return ServiceProcess("normalizer", "NORMALIZER", environment, directory / f"worker-{number}.log")
