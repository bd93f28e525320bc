"""The store or the broker does not answer: 503 at once, readiness says so, nothing accepted is lost."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from query_api.bootstrap import Parts, Running, prepare, put_together
from query_api.control.database import ControlDatabase
from query_api.settings import QueryApiSettings
from query_api.testing.builders import ADMIN_KEY, a_machine, store_catalogue, store_machines
from query_api.testing.client import client_of
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_kit.testing import FaultProxy, InMemoryPublisher, SettableClock

pytestmark = pytest.mark.parts


@pytest.fixture
async def proxy(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[FaultProxy]:
    address = urlsplit(clickhouse_settings.url)
    async with FaultProxy(address.hostname or "", address.port or 0) as proxy:
        yield proxy


@pytest.fixture
async def behind_proxy(
    proxy: FaultProxy,
    clickhouse_settings: ClickHouseSettings,
    database: ControlDatabase,
    publisher: InMemoryPublisher,
    clock: SettableClock,
) -> AsyncIterator[Running]:
    """The application with a store that can be taken away."""
    through = clickhouse_settings.model_copy(update={"url": f"http://{proxy.address}"})
    settings = QueryApiSettings(bootstrap_key=ADMIN_KEY, store_timeout_seconds=2)
    kafka = KafkaSettings(bootstrap_servers="127.0.0.1:9")
    async with ClickHouse(through) as clickhouse:
        running = put_together(Parts(settings, kafka, clickhouse, database, publisher, clock, Health()))
        await prepare(database, running.deps)
        yield running


@pytest.fixture
async def api(behind_proxy: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(behind_proxy) as client:
        yield client


async def test_a_store_that_refuses_is_a_problem_with_a_time_to_retry(
    api: httpx.AsyncClient, proxy: FaultProxy, store: ClickHouse
) -> None:
    assert (await api.get("/v1/machines")).status_code == 200
    await proxy.refuse()

    away = await api.get("/v1/machines")
    proxy.heal()

    assert (away.status_code, away.json()["type"]) == (503, "urn:surveyor:problem:unavailable")
    assert away.headers["retry-after"] == "5"
    assert "127.0.0.1" not in away.text
    assert (await api.get("/v1/machines")).status_code == 200


async def test_a_store_that_hangs_is_given_up_in_time(
    api: httpx.AsyncClient, proxy: FaultProxy, store: ClickHouse
) -> None:
    assert (await api.get("/v1/machines")).status_code == 200
    proxy.hang()

    away = await api.get("/v1/machines")
    proxy.heal()

    assert away.status_code == 503


async def test_groups_are_read_without_the_store(api: httpx.AsyncClient, proxy: FaultProxy) -> None:
    await proxy.refuse()

    assert (await api.get("/v1/groups")).status_code == 200


async def test_a_request_that_could_not_be_pinned_leaves_nothing(
    api: httpx.AsyncClient, behind_proxy: Running, proxy: FaultProxy, store: ClickHouse
) -> None:
    machine = a_machine()
    await store_machines(store, machine)
    await store_catalogue(store)
    group = (
        await api.post("/v1/groups", json={"name": "web", "machine_ids": [str(machine.machine_id)]})
    ).json()
    await proxy.refuse()

    body = {"name": "a", "settings": {"azure_location": "westeurope"}}
    away = await api.post(f"/v1/groups/{group['id']}/assessments", json=body)
    proxy.heal()

    assert away.status_code == 503
    assert (await api.get("/v1/assessments")).json()["items"] == []


async def test_a_store_without_tables_says_what_to_run(api: httpx.AsyncClient, store: ClickHouse) -> None:
    await store.command("RENAME TABLE machine_state TO machine_state_away")
    try:
        answer = await api.get("/v1/machines")
    finally:
        await store.command("RENAME TABLE machine_state_away TO machine_state")

    assert answer.status_code == 503
    assert "surveyor migrate" in answer.json()["detail"]
