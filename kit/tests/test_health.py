import httpx
import pytest

from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving


def client(health: Health) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(health_app(health)), base_url="http://part")


async def test_not_ready_until_every_expected_check_was_set() -> None:
    health = Health("kafka", "store")
    health.set("kafka", True)
    async with client(health) as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["failing"]) == (503, {"store": "not checked yet"})
        health.set("store", True)
        assert (await http.get("/readyz")).status_code == 200


async def test_failing_check_is_named_with_its_detail() -> None:
    health = Health()
    health.set("kafka", False, "no broker answered")
    async with client(health) as http:
        answer = await http.get("/readyz")
    assert answer.json() == {"ready": False, "failing": {"kafka": "no broker answered"}}


async def test_component_that_is_gone_counts_no_more() -> None:
    health = Health()
    health.set("source dc1", False, "unreachable")
    health.forget("source dc1")
    health.forget("never there")
    assert health.ready()


async def test_stuck_process_is_not_alive() -> None:
    async with client(Health(alive=lambda: False)) as http:
        assert (await http.get("/healthz")).status_code == 503


async def test_metrics_are_served() -> None:
    async with client(Health()) as http:
        assert "surveyor_retries_total" in (await http.get("/metrics")).text


async def test_serving_takes_a_free_port_and_gives_it_back() -> None:
    async with serving(health_app(Health()), "127.0.0.1", 0) as port, httpx.AsyncClient() as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).text == "alive\n"
    async with serving(health_app(Health()), "127.0.0.1", port):
        pass


async def test_taken_port_is_an_error() -> None:
    async with serving(health_app(Health()), "127.0.0.1", 0) as port:
        with pytest.raises(OSError, match="in use"):
            async with serving(health_app(Health()), "127.0.0.1", port):
                pass
