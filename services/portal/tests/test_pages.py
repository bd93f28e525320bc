from typing import Any

import httpx
import pytest

GROUP = "/groups/6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e"
ASSESSMENT = "/assessments/6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e"
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None, "total": 0}


def a_summary(**given: Any) -> dict[str, Any]:
    values = {
        "machine_id": "00000000-0000-0000-0000-000000000001",
        "name": "web-01",
        "source_kind": "vmware",
        "power_state": "on",
        "is_template": False,
        "os_name": None,
        "cores": None,
        "memory_mib": 0,
        "disk_count": 1,
        "disk_bytes": None,
        "nic_count": 0,
        "host_name": None,
        "removed_at": None,
    }
    return values | given


async def test_machines_are_asked_for_with_the_persons_key(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/machines", {"items": [a_summary()], "next_cursor": "abc", "total": 70})
    page = await visitor.get("/machines?q=web&power_state=&unknown=1")
    assert api.requests[0].headers["Authorization"] == "Bearer key-of-an-operator"
    assert dict(api.requests[0].url.params) == {"limit": "50", "q": "web"}
    assert "/machines?" not in page.text
    assert 'href="?q=web&amp;unknown=1&amp;cursor=abc"' in page.text


async def test_unknown_cores_are_a_dash_and_zero_memory_is_zero(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/machines", {"items": [a_summary()], "next_cursor": None, "total": 1})
    page = (await visitor.get("/machines")).text
    assert '<td class="num"><span class="unknown" title="not known">–</span></td>' in page
    assert '<td class="num">0\u202fB</td>' in page


async def test_name_of_a_machine_is_text_and_never_markup(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    machine = a_summary(name="<script>alert(1)</script>", os_name='"><img src=x onerror=alert(1)>')
    api.answer("GET", "/v1/machines", {"items": [machine], "next_cursor": None, "total": 1})
    page = (await visitor.get('/machines?q="><script>alert(2)</script>')).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("path", "api_path"),
    [("/machines", "/v1/machines"), ("/groups", "/v1/groups"), ("/assessments", "/v1/assessments")],
)
async def test_empty_list_says_what_to_do(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, path: str, api_path: str
) -> None:
    sign_in()
    api.answer("GET", api_path, EMPTY)
    assert "empty-state" in (await visitor.get(path)).text


@pytest.mark.parametrize(
    "path",
    [
        "/sign-out",
        "/groups",
        GROUP,
        f"{GROUP}/members",
        f"{GROUP}/delete",
        f"{GROUP}/new-assessment",
        f"{ASSESSMENT}/recalculate",
        f"{ASSESSMENT}/cancel",
        f"{ASSESSMENT}/schedule",
        f"{ASSESSMENT}/schedule/remove",
    ],
)
async def test_form_without_the_sessions_token_changes_nothing(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, path: str
) -> None:
    sign_in()
    answer = await visitor.post(path, data={"csrf_token": "guessed", "name": "taken over"})
    assert answer.status_code == 403
    assert api.requests == []


async def test_reader_sees_no_forms_for_changes(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    sign_in("reader")
    api.answer("GET", "/v1/groups", EMPTY)
    page = (await visitor.get("/groups")).text
    assert "Create group" not in page
    assert "needs the role operator" in page


async def test_problem_is_shown_with_its_fields(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    sign_in()
    problem = {
        "title": "The request is not valid",
        "detail": "cursor: is not a cursor of this list",
        "errors": [{"field": "cursor", "message": "is not a cursor of this list"}],
    }
    api.answer("GET", "/v1/changes", problem, 422)
    answer = await visitor.get("/changes?cursor=x")
    assert answer.status_code == 422
    assert "<dt>cursor</dt><dd>is not a cursor of this list</dd>" in answer.text


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
async def test_api_that_is_away_is_a_page_that_tries_again(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, error: Exception
) -> None:
    sign_in()
    api.fail("GET", "/v1/machines", error)
    answer = await visitor.get("/machines")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "not available at the moment" in answer.text
    assert 'http-equiv="refresh"' in answer.text


async def test_part_of_the_api_that_is_away_is_said(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/machines", {"title": "away", "detail": "The store does not answer."}, 503)
    answer = await visitor.get("/machines")
    assert answer.status_code == 503
    assert "The store does not answer." in answer.text


async def test_answer_that_is_not_json_is_no_bug_of_the_portal(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answers["GET", "/v1/machines"] = httpx.Response(502, text="<h1>Bad gateway</h1>")
    assert (await visitor.get("/machines")).status_code == 503


async def test_scripts_get_errors_as_json(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    headers = {"Accept": "text/event-stream"}
    assert (await visitor.get("/changes/live", headers=headers)).json()["title"] == "Sign in again"
    sign_in()
    api.fail("GET", "/v1/changes/stream", httpx.ConnectError("refused"))
    answer = await visitor.get("/changes/live", headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (503, "Surveyor is not available at the moment")


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nowhere", "/machines", "/static/surveyor.css", "/machines/not-an-id"]
)
async def test_every_answer_has_the_security_headers(visitor: httpx.AsyncClient, path: str) -> None:
    headers = (await visitor.get(path)).headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static/") else "no-store")


async def test_bug_is_a_page_with_the_security_headers_too(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/machines", {"unexpected": True})
    answer = await visitor.get("/machines")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_no_page_has_scripts_or_styles_in_it(visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get("/sign-in")).text
    assert "style=" not in page
    assert "<script>" not in page


async def test_event_stream_is_handed_on_from_where_it_was_cut(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    events = b"event: change\ndata: {}\nid: 0:7\n\n"
    api.answers["GET", "/v1/changes/stream"] = httpx.Response(200, content=events)
    answer = await visitor.get("/changes/live?machine_id=", headers={"Last-Event-ID": "0:6"})
    assert answer.content == events
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert api.requests[0].headers["Last-Event-ID"] == "0:6"
    assert dict(api.requests[0].url.params) == {}


async def test_adding_all_that_match_reads_every_page(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    pages = [
        {"items": [{"machine_id": "1"}], "next_cursor": "more"},
        {"items": [{"machine_id": "2"}], "next_cursor": None},
    ]

    def page_of(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=pages[1 if "cursor" in request.url.params else 0])

    api.answers["GET", "/v1/machines"] = page_of
    api.answer("POST", f"/v1{GROUP}/members", {})
    form = {"csrf_token": session.csrf_token, "operation": "add-matching", "os_family": "linux"}
    answer = await visitor.post(f"{GROUP}/members", data=form)
    assert answer.headers["Location"] == f"{GROUP}?os_family=linux"
    assert api.requests[-1].content == b'{"operation":"add","machine_ids":["1","2"]}'


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (None, "–</span>"),
        (4, "</span> 4</td>"),
        (False, "</span> No</td>"),
        ("<b>moved</b>", "&lt;b&gt;moved&lt;/b&gt;"),
        (["10.0.0.1", "10.0.0.2"], "10.0.0.1, 10.0.0.2"),
        ([], "</span> none</td>"),
        ({"name": "scsi0:1", "size_bytes": 5}, "<summary>scsi0:1</summary>"),
        ({"kind": "vmxnet3"}, "<summary>details</summary>"),
    ],
)
async def test_change_to_any_value_can_be_shown(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, after: Any, shown: str
) -> None:
    sign_in()
    change = {
        "machine_id": "00000000-0000-0000-0000-000000000001",
        "machine_name": "web-01",
        "kind": "configuration",
        "field_path": "field",
        "before": 1.5,
        "after": after,
        "recorded_at": "2026-01-01T00:00:00Z",
    }
    api.answer("GET", "/v1/changes", {"items": [change], "next_cursor": None})
    answer = await visitor.get("/changes")
    assert answer.status_code == 200
    assert shown in answer.text


async def test_form_that_is_too_large_is_refused(visitor: httpx.AsyncClient, sign_in: Any) -> None:
    sign_in()
    answer = await visitor.post("/groups", data={"description": "x" * 3_000_000})
    assert answer.status_code == 413


async def test_an_added_machine_is_told_in_words(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    sign_in()
    change = {
        "machine_id": "00000000-0000-0000-0000-000000000001",
        "machine_name": "web-01",
        "kind": "machine-added",
        "field_path": "machine",
        "before": None,
        "after": {"name": "web-01", "cores": 1, "memory_mib": 1536, "os_name": "Debian 12"},
        "recorded_at": "2026-01-01T00:00:00Z",
    }
    api.answer("GET", "/v1/changes", {"items": [change], "next_cursor": None})
    assert "1 core, 1.5\u202fGiB, Debian 12" in (await visitor.get("/changes")).text


@pytest.mark.parametrize(("machines", "is_said"), [(0, True), (1, False)])
async def test_overview_without_machines_says_where_they_come_from(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, machines: int, is_said: bool
) -> None:
    sign_in()
    counts: dict[str, Any] = dict.fromkeys(("cores", "memory_mib", "disk_bytes", "sampled_in_last_hour"), 0)
    none: dict[str, Any] = {"by_source_kind": {}, "by_power_state": {}, "by_os_family": {}, "coverage": []}
    unseen = {"removed_count": 0, "template_count": 1, "newest_sample_at": None}
    api.answer("GET", "/v1/summary", {"machine_count": machines} | counts | none | unseen)
    api.answer("GET", "/v1/collectors", [])
    for path in ("changes", "assessments"):
        api.answer("GET", f"/v1/{path}", {"items": [], "next_cursor": None})
    page = (await visitor.get("/")).text
    assert ("No machines yet." in page) is is_said
    assert "Not counted: 1 template." in page
