"""The service's own process on a real broker and store."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest

from devstack.fixtures.service import ServiceProcess
from query_api.testing.builders import (
    a_change,
    a_machine,
    a_summary,
    an_assessed_machine,
    store_catalogue,
    store_machines,
    store_results,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import SystemClock
from surveyor_kit.kafka import EventConsumer, EventPublisher, ReceivedEvent, decode_received
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.groups.group_changed_v1 import GroupChanged
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, SourceStatus

pytestmark = [pytest.mark.parts, pytest.mark.slow]

DEADLINE_SECONDS = 60
E = TypeVar("E")


@pytest.fixture
async def broker(kafka_settings: KafkaSettings) -> AsyncIterator[EventPublisher]:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        yield publisher


async def assess(remote: httpx.AsyncClient, store: ClickHouse) -> tuple[dict[str, Any], UUID]:
    machine = a_machine()
    await store_machines(store, machine)
    await store_catalogue(store)
    group = (
        await remote.post(
            "/v1/groups", json={"name": f"g {uuid4()}", "machine_ids": [str(machine.machine_id)]}
        )
    ).json()
    body = {"name": "first look", "settings": {"azure_location": "westeurope"}}
    answer = await remote.post(f"/v1/groups/{group['id']}/assessments", json=body)
    assert answer.status_code == 202, answer.text
    assessment: dict[str, Any] = answer.json()
    return assessment, machine.machine_id


async def first_message(settings: KafkaSettings, topic: str, key: str) -> ReceivedEvent:
    """Wait for the first message of a key."""
    async with (
        asyncio.timeout(DEADLINE_SECONDS),
        EventConsumer(settings, [topic], client_id="test") as consumer,
    ):
        async for batch in consumer:
            for received in batch:
                if received.key == key.encode():
                    return received
    raise AssertionError("unreachable")


async def first_event(settings: KafkaSettings, topic: str, kind: type[E], key: str) -> E:
    """Wait for the first event of a key."""
    event = decode_received(await first_message(settings, topic, key))
    assert isinstance(event, kind)
    return event


async def server_sent_events(
    client: httpx.AsyncClient, path: str, **headers: str
) -> AsyncGenerator[tuple[str, Any, str], None]:
    """Yield the name, data and id of each event of a stream."""
    async with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        event: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(":")
            if line:
                event[name] = value.strip()
            elif "event" in event:
                yield event["event"], json.loads(event["data"]), event.get("id", "")
                event = {}


async def test_a_request_reaches_the_assessor_and_its_answers_reach_the_caller(
    remote: httpx.AsyncClient, store: ClickHouse, kafka_settings: KafkaSettings, broker: EventPublisher
) -> None:
    assessment, machine_id = await assess(remote, store)
    asked = await first_event(kafka_settings, "assessment-requests", AssessmentRequested, assessment["id"])
    told = await first_event(kafka_settings, "groups", GroupChanged, assessment["group_id"])
    assert (asked.machine_count, told.machine_count) == (1, 1)

    events = server_sent_events(remote, f"/v1/assessments/{assessment['id']}/events")
    seen = [(await anext(events))[1]["state"]]
    ids: dict[str, Any] = {
        "assessment_id": asked.assessment_id,
        "run_id": asked.run_id,
        "at": SystemClock().now(),
    }
    summary = a_summary(asked.assessment_id, asked.run_id)
    await store_results(
        store, summary, [an_assessed_machine(asked.assessment_id, asked.run_id, machine_id=machine_id)]
    )
    await broker.publish_many(
        [
            AssessmentStarted(**ids, machine_count=1),
            AssessmentProgressed(**ids, step="assessing", done=1, total=1),
            AssessmentCompleted(**ids, summary=summary),
        ]
    )
    async for name, data, _ in events:
        seen.append(data["state"] if name == "assessment" else data["percent"])

    assert (seen[0], seen[-1]) == ("Created", "Completed")
    shown = (await remote.get(f"/v1/assessments/{assessment['id']}")).json()
    assert shown["state"] == "Completed"
    export = await remote.get(f"/v1/assessments/{assessment['id']}/export.xlsx")
    assert export.headers["content-disposition"] == 'attachment; filename="first-look.xlsx"'


async def test_a_change_is_streamed_and_a_reader_that_comes_back_misses_nothing(
    remote: httpx.AsyncClient, broker: EventPublisher
) -> None:
    machine_id = uuid4()
    path = f"/v1/changes/stream?machine_id={machine_id}"
    events = server_sent_events(remote, path)
    assert (await anext(events))[0] == "open"
    await broker.publish(a_change(machine_id=machine_id, revision=2, after=4))
    _, change, place = await anext(events)
    await events.aclose()
    await broker.publish(a_change(machine_id=machine_id, revision=3, after=8))

    back = server_sent_events(remote, path, **{"Last-Event-ID": place})
    assert (await anext(back))[0] == "open"
    _, missed, _ = await anext(back)
    await back.aclose()

    assert (change["after"], missed["after"]) == (4, 8)


async def test_collectors_and_sources_follow_the_heartbeats(
    remote: httpx.AsyncClient, broker: EventPublisher
) -> None:
    collector_id = f"collector-{uuid4()}"
    await broker.publish(a_heartbeat(collector_id))

    shown = await eventually(remote, "/v1/collectors", lambda one: one["collector_id"] == collector_id)
    source = await eventually(remote, "/v1/sources", lambda one: one["collector_id"] == collector_id)

    assert (shown["is_stale"], shown["sources"][0]["state"]) == (False, "connected")
    assert source["source_id"] == "vcenter-1"


async def test_a_message_that_breaks_its_contract_does_not_stop_the_next(
    remote: httpx.AsyncClient, store: ClickHouse, broker: EventPublisher, kafka_settings: KafkaSettings
) -> None:
    assessment, _ = await assess(remote, store)
    await broker.publish_raw("assessment-events", assessment["id"].encode(), b"{", [])
    await broker.publish(
        AssessmentStarted(
            assessment_id=UUID(assessment["id"]),
            run_id=UUID(assessment["run_id"]),
            at=SystemClock().now(),
            machine_count=1,
        )
    )

    path = "/v1/assessments?limit=100"
    shown = await eventually(
        remote, path, lambda one: one["id"] == assessment["id"] and one["state"] == "Running"
    )

    letter = await first_message(kafka_settings, "assessment-events-dlq", assessment["id"])
    assert shown["started_at"] is not None
    assert (letter.value, dict(letter.headers)["dl_reason"]) == (b"{", b"unknown-type")


async def test_asked_to_stop_it_ends_live_streams_and_itself(
    service: ServiceProcess, remote: httpx.AsyncClient
) -> None:
    events = server_sent_events(remote, "/v1/changes/stream")
    assert (await anext(events))[0] == "open"

    code = await asyncio.to_thread(service.stop)

    assert [name async for name, _, _ in events] == []
    assert code == 0


async def test_a_killed_service_publishes_what_it_had_accepted(
    service: ServiceProcess, remote: httpx.AsyncClient, store: ClickHouse, kafka_settings: KafkaSettings
) -> None:
    assessment, _ = await assess(remote, store)
    service.kill()
    service.start()

    asked = await first_event(kafka_settings, "assessment-requests", AssessmentRequested, assessment["id"])

    assert str(asked.run_id) == assessment["run_id"]
    assert await asyncio.to_thread(service.stop) == 0


async def eventually(client: httpx.AsyncClient, path: str, wanted: Any) -> dict[str, Any]:
    """Read a list until it holds what is wanted."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        answer = (await client.get(path)).json()
        items: list[dict[str, Any]] = answer["items"] if isinstance(answer, dict) else answer
        if found := [item for item in items if wanted(item)]:
            return found[0]
    raise AssertionError(f"not within {DEADLINE_SECONDS} s: {answer}")


def a_heartbeat(collector_id: str) -> CollectorHeartbeat:
    now = SystemClock().now()
    source = SourceStatus(
        source_id="vcenter-1",
        kind="vcenter",
        address="vcenter.example:443",
        state="connected",
        product=None,
        capabilities={},
        machine_count=1,
        powered_on_count=1,
        inventory_read_at=now,
        newest_sample_at=None,
        performance_lag_seconds=None,
        clock_skew_seconds=None,
        last_batch_no=0,
        values_published=0,
        polls_skipped=0,
        last_error=None,
    )
    return CollectorHeartbeat(
        collector_id=collector_id,
        kind="vmware",
        version="0.1.0",
        run_id=uuid4(),
        started_at=now,
        sent_at=now,
        stopping=False,
        spool_bytes=0,
        sources=[source],
    )
