"""Pages of assessments, in front of an API that answers what a test tells it to."""

from typing import Any

import httpx
import pytest

ASSESSMENT = "/assessments/6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e"
GROUP = "/groups/6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e"
NOW = "2026-01-01T00:00:00Z"


def an_assessment(**given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e",
        "name": "First look",
        "group_id": "00000000-0000-0000-0000-000000000003",
        "group_name": "Web",
        "state": "Running",
        "is_out_of_sync": True,
        "is_outdated": None,
        "machine_count": 3,
        "requested_at": NOW,
        "requested_by": "Ada",
        "run_number": 1,
        "cancel_requested_at": None,
        "progress": None,
        "error": None,
        "catalogue_hash": "0123456789abcdef",
        "settings": {"azure_location": "westeurope", "currency": "EUR", "savings_options": "None"},
        "summary": None,
    }
    return values | given


def a_schedule(**given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "assessment_id": "6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e",
        "assessment_name": "First look",
        "cron": "0 2 * * *",
        "next_run_at": "2026-01-02T02:00:00Z",
        "last_due_at": None,
        "last_outcome": None,
        "created_at": NOW,
        "created_by": "Ada",
    }
    return values | given


def answer_assessment(api: Any, **given: Any) -> None:
    """Answer with an assessment, while the assessor has described no catalogue yet."""
    api.answer("GET", f"/v1{ASSESSMENT}", an_assessment(**given))
    away = {"title": "away", "detail": "The assessor has not described its catalogue yet."}
    api.answer("GET", "/v1/catalogue/contents", away, 503)


async def test_assessments_are_listed_page_by_page(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/assessments", {"items": [an_assessment()], "next_cursor": "abc"})
    page = (await visitor.get("/assessments")).text
    assert "First look" in page
    assert "Out of sync" in page
    assert 'href="?cursor=abc"' in page


async def test_excel_file_is_handed_on_with_its_name(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    headers = {"Content-Type": "application/x-excel", "Content-Disposition": 'attachment; filename="a.xlsx"'}
    api.answers["GET", f"/v1{ASSESSMENT}/export.xlsx"] = httpx.Response(200, headers=headers, content=b"PK")
    answer = await visitor.get(f"{ASSESSMENT}/export.xlsx")
    assert answer.content == b"PK"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.xlsx"'


@pytest.mark.parametrize(("query", "asked"), [("", {}), ("?details=true", {"details": "true"})])
async def test_excel_file_has_two_layouts(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, query: str, asked: dict[str, str]
) -> None:
    sign_in()
    api.answers["GET", f"/v1{ASSESSMENT}/export.xlsx"] = httpx.Response(200, content=b"PK")
    await visitor.get(f"{ASSESSMENT}/export.xlsx{query}")
    assert dict(api.requests[-1].url.params) == asked


async def test_second_click_asks_for_nothing_more(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    session = sign_in()
    api.answer("POST", f"/v1{ASSESSMENT}/recalculate", {}, 202)
    keys = []
    for attempt in ("first", "first", "second"):
        form = {"csrf_token": session.csrf_token, "attempt": attempt}
        await visitor.post(f"{ASSESSMENT}/recalculate", data=form)
        keys.append(api.requests[-1].headers["Idempotency-Key"])
    assert keys[0] == keys[1] != keys[2]


async def test_run_under_way_can_be_cancelled(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    session = sign_in()
    answer_assessment(api)
    assert f'action="{ASSESSMENT}/cancel"' in (await visitor.get(ASSESSMENT)).text
    api.answer("POST", f"/v1{ASSESSMENT}/cancel", an_assessment(cancel_requested_at=NOW), 202)
    answer = await visitor.post(f"{ASSESSMENT}/cancel", data={"csrf_token": session.csrf_token})
    assert (answer.status_code, answer.headers["Location"]) == (303, ASSESSMENT)


async def test_run_that_is_being_cancelled_says_so(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    answer_assessment(api, cancel_requested_at=NOW)
    page = (await visitor.get(ASSESSMENT)).text
    assert "Cancelling</span>" in page
    assert f'action="{ASSESSMENT}/cancel"' not in page


async def test_cancel_that_comes_too_late_shows_the_result(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    api.answer("POST", f"/v1{ASSESSMENT}/cancel", {"title": "conflict", "detail": "It is Completed."}, 409)
    answer = await visitor.post(f"{ASSESSMENT}/cancel", data={"csrf_token": session.csrf_token})
    assert answer.headers["Location"] == ASSESSMENT


async def test_reader_can_neither_cancel_nor_schedule(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in("reader")
    answer_assessment(api)
    api.answer("GET", f"/v1{ASSESSMENT}/schedule", a_schedule())
    page = (await visitor.get(ASSESSMENT)).text
    assert "0 2 * * *" in page
    assert 'method="post" action="/assessments' not in page


async def test_schedule_is_set_and_removed(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    session = sign_in()
    api.answer("PUT", f"/v1{ASSESSMENT}/schedule", a_schedule())
    form = {"csrf_token": session.csrf_token, "cron": " 0 2 * * * "}
    answer = await visitor.post(f"{ASSESSMENT}/schedule", data=form)
    assert answer.headers["Location"] == f"{ASSESSMENT}#schedule"
    assert api.requests[-1].content == b'{"cron":"0 2 * * *"}'
    api.answers["DELETE", f"/v1{ASSESSMENT}/schedule"] = httpx.Response(204)
    answer = await visitor.post(f"{ASSESSMENT}/schedule/remove", data=form)
    assert answer.headers["Location"] == f"{ASSESSMENT}#schedule"


async def test_wrong_cron_expression_is_said_at_its_field(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    answer_assessment(api)
    problem = {
        "title": "wrong",
        "detail": "cron: needs five fields",
        "errors": [{"field": "cron", "message": "needs five fields"}],
    }
    api.answer("PUT", f"/v1{ASSESSMENT}/schedule", problem, 422)
    form = {"csrf_token": session.csrf_token, "cron": "* *"}
    answer = await visitor.post(f"{ASSESSMENT}/schedule", data=form)
    assert answer.status_code == 422
    assert '<p class="field-error" id="error-cron">needs five fields</p>' in answer.text
    assert 'value="* *"' in answer.text


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        ({}, "nothing yet"),
        ({"last_due_at": NOW, "last_outcome": "requested"}, "Run requested</span>"),
        ({"last_due_at": NOW, "last_outcome": "The group is deleted."}, "The group is deleted."),
    ],
)
async def test_schedules_say_what_came_of_the_last_time(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, last: dict[str, str], shown: str
) -> None:
    sign_in()
    api.answer("GET", "/v1/schedules", [a_schedule(**last)])
    page = (await visitor.get("/schedules")).text
    assert f'href="{ASSESSMENT}#schedule"' in page
    assert shown in page


async def test_name_that_the_catalogue_lacks_is_said_at_its_field(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    group = {"id": "6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e", "name": "Web", "machine_count": 3}
    api.answer("GET", f"/v1{GROUP}", group)
    contents = {"sizes": 9, "oldest_price": "2026-01-01", "newest_price": "2026-02-01"}
    api.answer(
        "GET", "/v1/catalogue/contents", contents | {"regions": [], "currencies": [], "families": ["Dsv5"]}
    )
    error = {"field": "settings.azure_vm_families.0", "message": "the catalogue has no 'Dsv5'"}
    problem = {"title": "wrong", "detail": "wrong", "errors": [error]}
    api.answer("POST", f"/v1{GROUP}/assessments", problem, 422)
    form = {"csrf_token": session.csrf_token, "name": "x", "azure_location": "westeurope"}
    answer = await visitor.post(f"{GROUP}/new-assessment", data=form | {"azure_vm_families": "Dsv5"})
    assert answer.status_code == 422
    shown = '<p class="field-error" id="error-azure_vm_families">the catalogue has no &#39;Dsv5&#39;</p>'
    assert shown in answer.text
    assert '<details class="card more" open>' in answer.text
