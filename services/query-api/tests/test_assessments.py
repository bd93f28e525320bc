from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from query_api.bootstrap import Running
from query_api.testing.builders import (
    NOW,
    a_change,
    a_machine,
    an_assessed_machine,
    store_catalogue,
    store_changes,
    store_machines,
)
from query_api.testing.runs import complete_run
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.results_v1 import AssessedMachine
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = pytest.mark.parts

SETTINGS = {"azure_location": "westeurope"}


@pytest.fixture
async def machines(store: ClickHouse) -> list[Machine]:
    machines = [a_machine(name=f"web-{n:02}") for n in range(2)]
    await store_machines(store, *machines)
    await store_catalogue(store)
    return machines


@pytest.fixture
async def group_id(api: httpx.AsyncClient, machines: list[Machine]) -> str:
    body = {"name": "web", "machine_ids": [str(machine.machine_id) for machine in machines]}
    return str((await api.post("/v1/groups", json=body)).json()["id"])


async def request(api: httpx.AsyncClient, group_id: str, **settings: Any) -> dict[str, Any]:
    body = {"name": "first look", "settings": SETTINGS | settings}
    answer = await api.post(f"/v1/groups/{group_id}/assessments", json=body)
    assert answer.status_code == 202, answer.text
    assessment: dict[str, Any] = answer.json()
    return assessment


async def complete(
    running: Running, store: ClickHouse, assessment: dict[str, Any], machines: list[Machine], **summary: Any
) -> None:
    """Do what the assessor does."""
    assessment_id, run_id = UUID(assessment["id"]), UUID(assessment["run_id"])
    results = [
        an_assessed_machine(assessment_id, run_id, machine_id=m.machine_id, display_name=m.name)
        for m in machines
    ]
    await complete_run(running, store, assessment, results, **summary)


def progressed(assessment: dict[str, Any], step: Any, done: int, at: datetime = NOW) -> AssessmentProgressed:
    return AssessmentProgressed(
        assessment_id=UUID(assessment["id"]),
        run_id=UUID(assessment["run_id"]),
        at=at,
        step=step,
        done=done,
        total=10,
    )


async def test_a_request_pins_all_that_decides_the_outcome(
    api: httpx.AsyncClient,
    running: Running,
    store: ClickHouse,
    publisher: InMemoryPublisher,
    group_id: str,
    machines: list[Machine],
) -> None:
    assessment = await request(api, group_id)
    await running.outbox.publish_waiting()

    (event,) = publisher.events("assessment-requests")
    assert isinstance(event, AssessmentRequested)
    assert event.window_end == NOW.replace(minute=0, second=0)
    assert (event.catalogue_hash, event.group_revision, event.machine_count) == ("catalogue-1", 1, 2)
    assert event.settings.azure_location == "westeurope"
    assert assessment["state"] == "Created"
    rows = await store.query_rows("SELECT run_id, machine_id FROM assessment_scope")
    assert {(row["run_id"], row["machine_id"]) for row in rows} == {
        (event.run_id, machine.machine_id) for machine in machines
    }


async def test_removed_machines_and_templates_are_not_assessed(
    api: httpx.AsyncClient, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    template = a_machine(name="golden", is_template=True)
    await store_machines(store, template, machines[0].model_copy(update={"revision": 2, "removed_at": NOW}))
    body = {"operation": "add", "machine_ids": [str(template.machine_id)]}
    await api.post(f"/v1/groups/{group_id}/members", json=body)

    assert (await request(api, group_id))["machine_count"] == 1


async def test_a_group_without_machines_cannot_be_assessed(
    api: httpx.AsyncClient, machines: list[Machine]
) -> None:
    group = (await api.post("/v1/groups", json={"name": "empty"})).json()

    answer = await api.post(f"/v1/groups/{group['id']}/assessments", json={"name": "a", "settings": SETTINGS})

    assert answer.status_code == 409


async def test_without_a_catalogue_there_is_nothing_to_assess_with(
    api: httpx.AsyncClient, store: ClickHouse, group_id: str
) -> None:
    await store.command("TRUNCATE TABLE catalogues")

    answer = await api.post(f"/v1/groups/{group_id}/assessments", json={"name": "a", "settings": SETTINGS})

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:surveyor:problem:no-catalogue")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "settings.azure_location"),
        (SETTINGS | {"scaling_factor": 2.1}, "settings.scaling_factor"),
        (SETTINGS | {"percentile": "Percentile42"}, "settings.percentile"),
        (SETTINGS | {"colour": "red"}, "settings.colour"),
        (
            SETTINGS | {"savings_options": "RI1Year", "discount_percentage": "5"},
            "settings.discount_percentage",
        ),
        (SETTINGS | {"time_range": "Custom"}, "settings"),
    ],
)
async def test_a_wrong_setting_is_named(
    api: httpx.AsyncClient, group_id: str, settings: dict[str, Any], field: str
) -> None:
    answer = await api.post(f"/v1/groups/{group_id}/assessments", json={"name": "a", "settings": settings})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_repeated_request_under_one_key_asks_for_one_run(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher, group_id: str
) -> None:
    body = {"name": "first look", "settings": SETTINGS}
    headers = {"Idempotency-Key": "k"}
    answers = [
        await api.post(f"/v1/groups/{group_id}/assessments", json=body, headers=headers) for _ in range(2)
    ]
    await running.outbox.publish_waiting()

    assert answers[0].json() == answers[1].json()
    assert len(publisher.events("assessment-requests")) == 1


async def test_progress_is_shown_and_never_goes_back(
    api: httpx.AsyncClient, running: Running, group_id: str
) -> None:
    assessment = await request(api, group_id)
    for step, done in (("assessing", 5), ("assessing", 3), ("reading-inputs", 9)):
        await running.deps.assessments.apply(progressed(assessment, step, done))

    shown = (await api.get(f"/v1/assessments/{assessment['id']}")).json()

    assert shown["state"] == "Running"
    assert shown["progress"] == {"step": "assessing", "done": 5, "total": 10, "percent": 75.0}


async def test_a_completed_run_stays_completed(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    await complete(running, store, assessment, machines)
    ids: dict[str, Any] = {
        "assessment_id": UUID(assessment["id"]),
        "run_id": UUID(assessment["run_id"]),
        "at": NOW,
    }
    await running.deps.assessments.apply(AssessmentStarted(**ids, machine_count=2))
    await running.deps.assessments.apply(AssessmentFailed(**ids, code="internal", message="late"))

    shown = (await api.get(f"/v1/assessments/{assessment['id']}")).json()

    assert (shown["state"], shown["error"], shown["progress"]) == ("Completed", None, None)
    assert shown["summary"]["monthly_compute_cost"] == "71.425"


async def test_a_failed_run_says_why(api: httpx.AsyncClient, running: Running, group_id: str) -> None:
    assessment = await request(api, group_id)
    await running.deps.assessments.apply(
        AssessmentFailed(
            assessment_id=UUID(assessment["id"]),
            run_id=UUID(assessment["run_id"]),
            at=NOW,
            code="settings-not-supported",
            message="azure_offer_code: only pay-as-you-go prices are known",
        )
    )

    shown = (await api.get(f"/v1/assessments/{assessment['id']}")).json()

    assert shown["state"] == "Failed"
    assert shown["error"]["code"] == "settings-not-supported"


async def test_results_are_those_that_the_assessor_wrote(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    await complete(running, store, assessment, machines)
    path = f"/v1/assessments/{assessment['id']}/machines"

    first = (await api.get(path, params={"limit": 1})).json()
    second = (await api.get(path, params={"cursor": first["next_cursor"]})).json()
    one = await api.get(f"{path}/{machines[1].machine_id}")

    assert [m["display_name"] for m in first["items"] + second["items"]] == ["web-00", "web-01"]
    assert AssessedMachine.model_validate_json(one.content).monthly_compute_cost == Decimal("71.425")
    assert (await api.get(f"{path}/{uuid4()}")).status_code == 404
    assert (await api.get(path, params={"suitability": "NotSuitable"})).json()["items"] == []


async def test_no_result_shows_before_the_run_is_complete(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    path = f"/v1/assessments/{assessment['id']}"
    assert (await api.get(f"{path}/machines")).status_code == 409

    await complete(running, store, assessment, machines)
    await store.command("TRUNCATE TABLE assessment_summaries")

    assert (await api.get(f"{path}/machines")).status_code == 409
    assert (await api.get(f"{path}/export.xlsx")).status_code == 409


async def test_changed_members_make_it_out_of_sync_and_a_new_name_does_not(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    path = f"/v1/assessments/{assessment['id']}"

    await api.patch(f"/v1/groups/{group_id}", json={"name": "frontend"})
    renamed = (await api.get(path)).json()
    body = {"operation": "remove", "machine_ids": [str(machines[0].machine_id)]}
    await api.post(f"/v1/groups/{group_id}/members", json=body)
    changed = (await api.get(path)).json()

    assert (renamed["is_out_of_sync"], changed["is_out_of_sync"]) == (False, True)


@pytest.mark.parametrize(
    ("seconds_later", "outdates", "expected"), [(1, True, True), (1, False, False), (-1, True, False)]
)
async def test_a_deciding_change_after_the_inputs_were_read_makes_it_outdated(
    api: httpx.AsyncClient,
    running: Running,
    store: ClickHouse,
    group_id: str,
    machines: list[Machine],
    seconds_later: int,
    outdates: bool,
    expected: bool,
) -> None:
    assessment = await request(api, group_id)
    await complete(running, store, assessment, machines, inputs_read_at=NOW)
    recorded_at = NOW + timedelta(seconds=seconds_later)
    await store_changes(
        store,
        a_change(machine_id=machines[0].machine_id, recorded_at=recorded_at, outdates_assessments=outdates),
        a_change(recorded_at=NOW + timedelta(seconds=9)),
    )

    shown = (await api.get(f"/v1/assessments/{assessment['id']}")).json()

    assert shown["is_outdated"] is expected


async def test_recalculating_is_a_new_run_of_the_same_assessment(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    path = f"/v1/assessments/{assessment['id']}"
    assert (await api.post(f"{path}/recalculate")).status_code == 409
    await complete(running, store, assessment, machines)

    again = (await api.post(f"{path}/recalculate")).json()
    runs = (await api.get(f"{path}/runs")).json()["items"]
    earlier = await api.get(f"{path}/machines", params={"run_id": assessment["run_id"]})

    assert (again["state"], again["run_number"]) == ("Created", 2)
    assert [run["state"] for run in runs] == ["Created", "Completed"]
    assert len(earlier.json()["items"]) == 2


async def test_events_of_an_older_run_do_not_touch_the_newer(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    await complete(running, store, assessment, machines)
    await api.post(f"/v1/assessments/{assessment['id']}/recalculate")
    await running.deps.assessments.apply(progressed(assessment, "assessing", 5))

    shown = (await api.get(f"/v1/assessments/{assessment['id']}")).json()

    assert (shown["state"], shown["progress"]) == ("Created", None)


async def test_assessments_of_a_deleted_group_stay_readable(
    api: httpx.AsyncClient, running: Running, store: ClickHouse, group_id: str, machines: list[Machine]
) -> None:
    assessment = await request(api, group_id)
    await complete(running, store, assessment, machines)
    await api.delete(f"/v1/groups/{group_id}")

    shown = (await api.get(f"/v1/assessments/{assessment['id']}")).json()

    assert (shown["group_name"], shown["is_out_of_sync"]) == ("web", True)
    assert (await api.post(f"/v1/assessments/{assessment['id']}/recalculate")).status_code == 404


async def test_assessments_are_listed_newest_first(
    api: httpx.AsyncClient, running: Running, group_id: str, clock: Any
) -> None:
    made = []
    for _ in range(3):
        clock.advance(1)
        made.append((await request(api, group_id))["id"])

    first = (await api.get("/v1/assessments", params={"limit": 2})).json()
    second = (await api.get("/v1/assessments", params={"cursor": first["next_cursor"]})).json()
    of_group = (await api.get(f"/v1/groups/{group_id}/assessments")).json()

    assert [a["id"] for a in first["items"] + second["items"]] == made[::-1]
    assert [a["id"] for a in of_group["items"]] == made[::-1]


@pytest.mark.parametrize(
    ("end", "expected"),
    [("2026-01-20T10:05:00Z", "2026-01-20T10:00:00Z"), (None, f"{NOW:%Y-%m-%d}T12:00:00Z")],
)
async def test_the_window_ends_at_whole_ten_minutes(
    api: httpx.AsyncClient, group_id: str, end: str | None, expected: str
) -> None:
    custom = {
        "time_range": "Custom",
        "perf_data_start_time": "2026-01-19T10:00:00Z",
        "perf_data_end_time": end,
    }

    assessment = await request(api, group_id, **(custom if end else {}))

    assert assessment["window_end"] == expected
