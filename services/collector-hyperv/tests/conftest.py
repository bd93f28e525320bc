"""Simulated hosts, and clients, readers and settings for them."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from collector_hyperv.adapters.host import CounterReader, InventoryReader, connect
from collector_hyperv.adapters.wsman.client import WsmanClient
from collector_hyperv.adapters.wsman.connection import Login
from devstack.fixtures.broker import Kafka
from devstack.hyperv.fixture import RunningHost, start_host
from surveyor_kit.settings import KafkaSettings


@pytest.fixture(scope="session")
def shared_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host of eight machines: all kinds of disks; tests leave it as it is."""
    host = start_host(tmp_path_factory.mktemp("shared-host"), vms=8, seed=3)
    yield host
    host.stop()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    """A host of six machines to change and disturb."""
    started = start_host(tmp_path, vms=6, seed=5)
    yield started
    started.stop()


@pytest.fixture
def tls_host(tmp_path: Path) -> Iterator[RunningHost]:
    """A host that speaks TLS with a certificate of its own."""
    started = start_host(tmp_path, vms=2, seed=5, tls=True)
    yield started
    started.stop()


@pytest.fixture
def old_host(tmp_path: Path) -> Iterator[RunningHost]:
    """A host of Windows Server 2012 R2, whose classes have fewer properties."""
    started = start_host(tmp_path, vms=4, seed=5, build=9600)
    yield started
    started.stop()


@pytest.fixture
async def broker(kafka: Kafka) -> KafkaSettings:
    return await kafka.with_topics()


@pytest.fixture
def source_id() -> str:
    return f"hyperv-{uuid.uuid4().hex[:8]}"


def login_to(host: RunningHost, *, password: str | None = None, **changes: Any) -> Login:
    """Return the login of a simulated host."""
    credentials = (host.username, SecretStr(password or host.password))
    settings = {
        "endpoint": host.url,
        "method": "ntlm",
        "credentials": lambda: credentials,
        "ca_file": host.certificate,
        **changes,
    }
    return Login(**settings)


@pytest.fixture
def client_of() -> Iterator[Callable[..., WsmanClient]]:
    """Make clients of hosts; all are closed at the end."""
    made: list[WsmanClient] = []

    def make(host: RunningHost, **changes: Any) -> WsmanClient:
        made.append(connect([login_to(host, **changes)]))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def inventory_of(client_of: Callable[..., WsmanClient]) -> Callable[..., InventoryReader]:
    """Make inventory readers of hosts."""

    def make(host: RunningHost, image_refresh_seconds: float = 0.0) -> InventoryReader:
        return InventoryReader(client_of(host), image_refresh_seconds=image_refresh_seconds)

    return make


@pytest.fixture
def counters_of(client_of: Callable[..., WsmanClient]) -> Callable[[RunningHost], CounterReader]:
    """Make counter readers of hosts."""
    return lambda host: CounterReader(client_of(host))
