"""The service as a process, on a real broker and store: killed anywhere, a run ends once, the same."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devstack.fixtures.broker import Kafka
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventConsumer, EventPublisher, ReceivedEvent, decode_received
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed

pytestmark = [pytest.mark.parts, pytest.mark.slow]

PATIENCE_SECONDS = 120


@pytest.fixture
async def kafka_settings(kafka: Kafka) -> KafkaSettings:
    return await kafka.with_topics()


@pytest.fixture
def start(kafka_settings: KafkaSettings, clickhouse_settings: ClickHouseSettings, tmp_path: Path) -> Any:
    """Start the service as users do, with the given crash point; ended and waited for afterwards."""

    @asynccontextmanager
    async def run(crash_at: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
        environment = os.environ | {
            "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": kafka_settings.bootstrap_servers,
            "SURVEYOR_CLICKHOUSE__URL": clickhouse_settings.url,
            "SURVEYOR_CLICKHOUSE__DATABASE": clickhouse_settings.database,
            "SURVEYOR_CLICKHOUSE__USERNAME": clickhouse_settings.username,
            "SURVEYOR_CLICKHOUSE__PASSWORD": clickhouse_settings.password.get_secret_value(),
            "SURVEYOR_ASSESSOR__HTTP_PORT": "0",
            "SURVEYOR_ASSESSOR__PAGE_MACHINES": "3",
            "SURVEYOR_ASSESSOR__SESSION_TIMEOUT_SECONDS": "6",
            "SURVEYOR_CRASH_AT": crash_at,
        }
        with (tmp_path / "assessor.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "assessor", env=environment, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)

    return run


@pytest.fixture
async def estate_of_eight(estate: Any, make_machine: Any, make_request: Any) -> Any:
    machines = [make_machine(f"web-{number}", cores=number + 1) for number in range(8)]
    request = make_request(settings={"sizing_criterion": "AsOnPremises"})
    await estate.add(machines)
    await estate.scope(request.run_id, [machine.machine_id for machine in machines])
    return request


async def events_of_run(settings: KafkaSettings, run_id: Any, ended: type[Any]) -> list[Any]:
    """Read a run's events until its end."""
    found: list[Any] = []
    async with EventConsumer(settings, ["assessment-events"], client_id="test") as consumer:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(isinstance(event, ended) for event in found):
                events = [decode_received(received) for received in await consumer.poll()]
                found += [event for event in events if getattr(event, "run_id", None) == run_id]
    return found


async def stored_results(store: ClickHouse, run_id: Any) -> list[str]:
    rows = await store.query_rows(
        "SELECT document FROM assessment_results FINAL WHERE run_id = {run_id:UUID} ORDER BY machine_id",
        {"run_id": str(run_id)},
    )
    return [row["document"] for row in rows]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110  # what is awaited happens in another process
            await asyncio.sleep(0.05)


CRASH_POINTS = (
    "between_results:2",
    "before_complete",
    pytest.param("between_inputs:2", marks=pytest.mark.chaos),
    pytest.param("after_inputs", marks=pytest.mark.chaos),
    pytest.param("after_complete", marks=pytest.mark.chaos),
    pytest.param("before_commit", marks=pytest.mark.chaos),
)


@pytest.mark.parametrize("crash_at", CRASH_POINTS)
async def test_killed_run_completes_after_a_restart_with_the_same_bytes(
    crash_at: str, start: Any, estate_of_eight: Any, kafka_settings: KafkaSettings, store: ClickHouse
) -> None:
    request = estate_of_eight
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        await publisher.publish(request)
        async with start(crash_at) as process:
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        assert process.returncode == -signal.SIGKILL
        before = await stored_results(store, request.run_id)
        has_summary = bool(await store.query_rows("SELECT run_id FROM assessment_summaries"))
        assert has_summary is (crash_at in ("after_complete", "before_commit"))
        async with start():
            await events_of_run(kafka_settings, request.run_id, AssessmentCompleted)
            # A whole new computation of the same request ends with the same bytes.
            again = request.model_copy(update={"run_id": uuid4()})
            after = await stored_results(store, request.run_id)
            scope = [json.loads(document)["machine_id"] for document in after]
            await store.insert_rows(
                "assessment_scope", ["run_id", "machine_id"], [[again.run_id, machine] for machine in scope]
            )
            await publisher.publish(again)
            await events_of_run(kafka_settings, again.run_id, AssessmentCompleted)
    completed = {
        event.summary.model_dump_json()
        for event in await events_of_run(kafka_settings, request.run_id, AssessmentCompleted)
        if isinstance(event, AssessmentCompleted)
    }
    assert len(completed) == 1
    assert len(after) == 8
    assert set(before) <= set(after)
    recomputed = await stored_results(store, again.run_id)
    assert [d.replace(str(again.run_id), str(request.run_id)) for d in recomputed] == after


def is_shared(log: Path) -> bool:
    """Whether two processes hold all partitions between them."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    shares = [line["partitions"] for line in lines if line.get("event") == "partitions_held"]
    return len(shares) > 1 and all(shares[-2:]) and sorted(shares[-2] + shares[-1]) == [0, 1, 2]


async def test_assessors_share_the_requests(
    start: Any, estate_of_eight: Any, kafka_settings: KafkaSettings, store: ClickHouse, tmp_path: Path
) -> None:
    machines = [row["machine_id"] for row in await store.query_rows("SELECT machine_id FROM machine_state")]
    requests = [
        estate_of_eight.model_copy(update={"run_id": uuid4(), "assessment_id": uuid4()}) for _ in range(12)
    ]
    for request in requests:
        rows = [[request.run_id, machine] for machine in machines]
        await store.insert_rows("assessment_scope", ["run_id", "machine_id"], rows)
    async with (
        start() as one,
        start() as other,
        EventPublisher(kafka_settings, client_id="test") as publisher,
    ):
        await until(lambda: is_shared(tmp_path / "assessor.log"))
        await publisher.publish_many(requests)
        for request in requests:
            events = await events_of_run(kafka_settings, request.run_id, AssessmentCompleted)
            assert [type(event) for event in events].count(AssessmentCompleted) == 1
    assert (one.returncode, other.returncode) == (0, 0)


async def test_broken_request_is_dead_lettered_and_the_next_one_handled(
    start: Any, make_request: Any, kafka_settings: KafkaSettings, store: ClickHouse
) -> None:
    request = make_request()
    key = str(request.assessment_id).encode()
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        headers = [("ce_type", b"surveyor.assessment-requested.v1")]
        await publisher.publish_raw("assessment-requests", key, b'{"name": 1}', headers)
        await publisher.publish(request)
    async with start():
        await events_of_run(kafka_settings, request.run_id, AssessmentFailed)
    async with EventConsumer(kafka_settings, ["assessment-requests-dlq"], client_id="test") as consumer:
        async with asyncio.timeout(PATIENCE_SECONDS):
            letters: list[ReceivedEvent] = []
            while not letters:
                letters = [letter for letter in await consumer.poll() if letter.key == key]
    headers_by_name = dict(letters[0].headers)
    assert (headers_by_name["dl_reason"], letters[0].value) == (b"schema", b'{"name": 1}')


async def test_service_is_ready_once_broker_and_store_answer_and_stops_when_asked(
    start: Any, store: ClickHouse, tmp_path: Path
) -> None:
    log = tmp_path / "assessor.log"

    def listening() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("event") == "http_listening"]

    async with start() as process:
        await until(lambda: bool(listening()))
        url = f"http://127.0.0.1:{listening()[0]['port']}"
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(PATIENCE_SECONDS):
            while (await client.get(f"{url}/readyz")).status_code != 200:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.05)
            assert "surveyor_machines_assessed_total" in (await client.get(f"{url}/metrics")).text
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0


def test_wrong_setting_ends_the_service_with_its_name() -> None:

    environment = os.environ | {"SURVEYOR_ASSESSOR__PAGE_MACHINES": "0"}
    ended = subprocess.run(
        [sys.executable, "-m", "assessor"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("SURVEYOR_ASSESSOR__PAGE_MACHINES: ")
    assert len(ended.stderr.splitlines()) == 1
