"""What the process does when its settings or its surroundings are wrong."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from devstack.fixtures.service import ServiceProcess
from devstack.ports import free_port

pytestmark = pytest.mark.parts

Eventually = Callable[..., Awaitable[Any]]


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        (
            {"SURVEYOR_NORMALIZER__PERFORMANCE_BATCH_EVENTS": "0"},
            "SURVEYOR_NORMALIZER__PERFORMANCE_BATCH_EVENTS: ",
        ),
        (
            {"SURVEYOR_NORMALIZER__CLOCK_PAST_DAYS": "20", "SURVEYOR_STORE__RAW_SAMPLES_DAYS": "10"},
            "SURVEYOR_NORMALIZER__CLOCK_PAST_DAYS: the store keeps samples for 10 days",
        ),
        ({"SURVEYOR_NORMALIZER__GRUOP": "x"}, "SURVEYOR_NORMALIZER__GRUOP: is not a setting"),
        ({}, "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS: must be set"),
    ],
)
def test_wrong_settings_end_the_process_with_one_line_that_names_the_setting(
    environment: dict[str, str], line: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "normalizer"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("part", "check"),
    [("SURVEYOR_KAFKA__BOOTSTRAP_SERVERS", "kafka"), ("SURVEYOR_CLICKHOUSE__URL", "clickhouse")],
)
async def test_an_unreachable_part_is_waited_for_and_shows_in_readiness(
    normalizer: ServiceProcess, eventually: Eventually, part: str, check: str
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    normalizer.spawn(**{part: f"http://{nowhere}" if check == "clickhouse" else nowhere})

    async with httpx.AsyncClient(base_url=normalizer.url, trust_env=False) as client:

        async def failing() -> list[str]:
            try:
                answer = await client.get("/readyz")
            except httpx.ConnectError:
                return []
            assert answer.status_code == 503
            details = answer.json()["failing"]
            return [name for name, detail in details.items() if detail != "not checked yet"]

        found = await eventually(failing)
        assert any(name.startswith(check) for name in found)
        assert (await client.get("/healthz")).status_code == 200
    assert normalizer.stop() == 0
