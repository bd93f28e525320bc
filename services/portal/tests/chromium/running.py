"""The portal and the query API as processes, on a real broker and store."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from devstack.ports import free_port
from devstack.supervise import Process, Stack
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.inventory.machine_v1 import Machine

from .estate import fill

API_KEY = "portal-test-key-of-an-administrator-0123456789"


@dataclass(frozen=True)
class Surveyor:
    """The running parts and what is in them."""

    portal_url: str
    api_url: str
    kafka: KafkaSettings
    store: ClickHouseSettings
    machines: list[Machine]

    @asynccontextmanager
    async def api(self) -> AsyncIterator[httpx.AsyncClient]:
        """Give a client of the API with the administrator's key."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with httpx.AsyncClient(base_url=self.api_url, headers=headers, timeout=60) as client:
            yield client


@contextmanager
def running_surveyor(broker: KafkaSettings, store: ClickHouseSettings, directory: Path) -> Iterator[Surveyor]:
    """Fill broker and store, and start the portal in front of the query API."""
    machines = asyncio.run(fill(broker, store))
    api_port, portal_port = free_port(), free_port()
    with Stack(_processes(broker, store, api_port, portal_port, directory), directory / "logs"):
        yield Surveyor(_local(portal_port), _local(api_port), broker, store, machines)


def _local(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _processes(
    broker: KafkaSettings, store: ClickHouseSettings, api_port: int, portal_port: int, directory: Path
) -> list[Process]:
    api = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": store.url,
        "SURVEYOR_CLICKHOUSE__DATABASE": store.database,
        "SURVEYOR_CLICKHOUSE__USERNAME": store.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": store.password.get_secret_value(),
        "SURVEYOR_QUERY_API__HTTP_PORT": str(api_port),
        "SURVEYOR_QUERY_API__GROUP": "query-api-of-the-portal",  # it runs on beside other tests' query APIs
        "SURVEYOR_QUERY_API__DATABASE_URL": f"sqlite:///{directory / 'control.db'}",
        "SURVEYOR_QUERY_API__BOOTSTRAP_KEY": API_KEY,
    }
    portal = {
        "SURVEYOR_PORTAL__HTTP_PORT": str(portal_port),
        "SURVEYOR_PORTAL__API_URL": _local(api_port),
        "SURVEYOR_PORTAL__SESSION_SECRET": "a secret of the tests, long enough to be taken",
    }
    return [
        _service("query_api", api, _local(api_port), stage=0),
        _service("portal", portal, _local(portal_port), stage=1),
    ]


def _service(name: str, environment: dict[str, str], url: str, stage: int) -> Process:
    def ready() -> bool:
        try:
            return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    command = [sys.executable, "-m", name]
    return Process(name, command, ready, environment, stage=stage, start_timeout_seconds=120)
