"""Recalculation by the clock, and runs that are no longer wanted."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from query_api.bootstrap import Running
from query_api.control.database import ControlDatabase
from query_api.schedules.cron import CronRefused, check_cron, next_run_at
from query_api.schedules.runner import ScheduleRunner
from query_api.testing.builders import NOW, a_machine, store_catalogue, store_machines
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.assessments.assessment_cancel_requested_v1 import AssessmentCancelRequested
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled

pytestmark = pytest.mark.parts

HOURLY = "0 * * * *"


@pytest.fixture
async def assessment(api: httpx.AsyncClient, store: ClickHouse) -> dict[str, Any]:
    machine = a_machine(name="web-01")
    await store_machines(store, machine)
    await store_catalogue(store)
    group = {"name": "web", "machine_ids": [str(machine.machine_id)]}
    group_id = (await api.post("/v1/groups", json=group)).json()["id"]
    body = {"name": "weekly", "settings": {"azure_location": "westeurope"}}
    made: dict[str, Any] = (await api.post(f"/v1/groups/{group_id}/assessments", json=body)).json()
    return made


async def end_run(running: Running, assessment: dict[str, Any], at: datetime = NOW) -> None:
    assessment_id, run_id = UUID(assessment["id"]), UUID(assessment["run_id"])
    event = AssessmentCancelled(assessment_id=assessment_id, run_id=run_id, at=at, cancelled_by="somebody")
    await running.deps.assessments.apply(event)


async def put_schedule(api: httpx.AsyncClient, assessment: dict[str, Any], cron: str) -> httpx.Response:
    return await api.put(f"/v1/assessments/{assessment['id']}/schedule", json={"cron": cron})


async def read(api: httpx.AsyncClient, path: str) -> Any:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_schedule_can_be_set_changed_read_and_deleted(
    api: httpx.AsyncClient, assessment: dict[str, Any]
) -> None:
    path = f"/v1/assessments/{assessment['id']}/schedule"
    assert (await api.get(path)).status_code == 404
    assert (await put_schedule(api, assessment, "30 5 * * MON")).status_code == 200
    changed = await put_schedule(api, assessment, HOURLY)
    assert changed.json()["next_run_at"] == (NOW.replace(minute=0, second=0) + timedelta(hours=1)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    assert [one["cron"] for one in await read(api, "/v1/schedules")] == [HOURLY]
    assert (await api.delete(path)).status_code == 204
    assert (await api.delete(path)).status_code == 404


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("every monday", "five fields"),
        ("0 0 31 2 *", "no cron expression"),
        ("61 * * * *", "no cron expression"),
        ("*/5 * * * *", "more often than every 10 minutes"),
    ],
)
async def test_a_schedule_that_cannot_work_is_refused_with_its_field(
    api: httpx.AsyncClient, assessment: dict[str, Any], cron: str, reason: str
) -> None:
    answer = await put_schedule(api, assessment, cron)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cron"
    assert reason in answer.json()["errors"][0]["message"]


async def test_a_due_schedule_asks_for_one_new_run(
    api: httpx.AsyncClient, running: Running, clock: SettableClock, assessment: dict[str, Any]
) -> None:
    await put_schedule(api, assessment, HOURLY)
    await end_run(running, assessment)
    assert await running.scheduler.fire_due() == 0
    clock.set(NOW + timedelta(hours=5))
    assert await running.scheduler.fire_due() == 1
    assert await running.scheduler.fire_due() == 0
    runs = await read(api, f"/v1/assessments/{assessment['id']}/runs")
    assert [run["number"] for run in runs["items"]] == [2, 1], "hours that passed unseen count as one"
    assert runs["items"][0]["requested_by"].startswith("schedule of ")
    schedule = await read(api, f"/v1/assessments/{assessment['id']}/schedule")
    assert schedule["last_outcome"] == "requested"
    assert datetime.fromisoformat(schedule["next_run_at"]) > clock.now()


async def test_a_look_that_was_killed_before_it_moved_on_asks_for_no_second_run(
    api: httpx.AsyncClient,
    running: Running,
    database: ControlDatabase,
    clock: SettableClock,
    assessment: dict[str, Any],
) -> None:
    class Killed(ScheduleRunner):
        async def _move_on(self, *_: Any) -> None:
            raise RuntimeError("killed")

    await put_schedule(api, assessment, HOURLY)
    await end_run(running, assessment)
    clock.set(NOW + timedelta(hours=1))
    with pytest.raises(RuntimeError):
        await Killed(database, running.deps.requests, clock).fire_due()
    await running.scheduler.fire_due()
    assert len((await read(api, f"/v1/assessments/{assessment['id']}/runs"))["items"]) == 2


async def test_a_run_under_way_is_not_overtaken_and_the_schedule_says_so(
    api: httpx.AsyncClient, running: Running, clock: SettableClock, assessment: dict[str, Any]
) -> None:
    await put_schedule(api, assessment, HOURLY)
    clock.set(NOW + timedelta(hours=1))
    await running.scheduler.fire_due()
    schedule = await read(api, f"/v1/assessments/{assessment['id']}/schedule")
    assert "Created" in schedule["last_outcome"]
    assert len((await read(api, f"/v1/assessments/{assessment['id']}/runs"))["items"]) == 1


async def test_a_run_that_waits_can_be_cancelled_once(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher, assessment: dict[str, Any]
) -> None:
    path = f"/v1/assessments/{assessment['id']}"
    first = await api.post(f"{path}/cancel")
    assert first.status_code == 202
    assert first.json()["cancel_requested_at"]
    assert (await api.post(f"{path}/cancel")).status_code == 202
    await running.outbox.publish_waiting()
    asked = [event for event in publisher.events() if isinstance(event, AssessmentCancelRequested)]
    assert [str(event.run_id) for event in asked] == [assessment["run_id"]]
    await end_run(running, assessment)
    cancelled = await read(api, path)
    assert cancelled["state"] == "Cancelled"
    assert (await api.post(f"{path}/cancel")).status_code == 202


def test_expressions_are_read_in_utc() -> None:
    assert next_run_at("0 6 * * *", NOW).hour == 6
    check_cron("0 6 * * MON", NOW)
    with pytest.raises(CronRefused):
        check_cron("* * * * *", NOW)
