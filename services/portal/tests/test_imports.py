"""The pages of imports."""

from typing import Any

import httpx
import pytest

IMPORT_ID = "6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e"
PATH = f"/v1/imports/{IMPORT_ID}"
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None, "total": 0}


def an_import(**given: Any) -> dict[str, Any]:
    values = {
        "id": IMPORT_ID,
        "source": "default",
        "source_id": "import:default",
        "format": "rvtools",
        "file_name": "<b>estate</b>.xlsx",
        "size_bytes": 2048,
        "sha256": "ab" * 32,
        "state": "Completed",
        "progress": {"done": 2, "total": 2},
        "rows": {"accepted": 2, "warning": 0, "error": 1, "skipped": 0},
        "machines": {"new": 2, "changed": 0, "unchanged": 0},
        "notes": ["Sheets that are not there: vDisk."],
        "created_at": "2026-01-31T12:00:00Z",
        "created_by": "Ada",
        "finished_at": "2026-01-31T12:00:02Z",
    }
    return values | given


def a_row(**given: Any) -> dict[str, Any]:
    finding = {
        "severity": "error",
        "sheet": "vInfo",
        "row": 4,
        "column": "CPUs",
        "message": "is empty",
        "fix": "fill it in",
    }
    return {"sheet": "vInfo", "row": 4, "name": "bad-01", "outcome": "error", "findings": [finding]} | given


async def send(visitor: httpx.AsyncClient, token: str, content: bytes = b"file") -> httpx.Response:
    fields = {"csrf_token": token, "source": " factory "}
    return await visitor.post("/imports", data=fields, files={"file": ("estate.xlsx", content)})


async def test_without_imports_the_page_says_what_they_are(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/imports", EMPTY)
    page = (await visitor.get("/imports")).text
    assert "No file has been imported yet" in page
    assert 'enctype="multipart/form-data"' in page


async def test_readers_get_no_form(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    sign_in("reader")
    api.answer("GET", "/v1/imports", {"items": [an_import()], "next_cursor": None})
    page = (await visitor.get("/imports")).text
    assert "multipart/form-data" not in page
    assert "&lt;b&gt;estate&lt;/b&gt;.xlsx" in page


async def test_a_file_is_sent_on_and_its_report_shown(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    api.answer("POST", "/v1/imports", an_import(), 202)
    answer = await send(visitor, session.csrf_token, b"x" * 3_000_000)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/imports/{IMPORT_ID}")
    (request,) = api.requests
    assert b'name="file"; filename="estate.xlsx"' in request.content
    assert b"factory" in request.content
    assert request.headers["Authorization"] == "Bearer key-of-an-operator"


async def test_a_file_from_another_site_is_not_sent_on(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    assert (await send(visitor, "wrong")).status_code == 403
    assert api.requests == []


async def test_a_refused_file_names_the_column_beside_the_form(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    errors = [{"field": "*Cores", "message": "the column is missing"}]
    api.answer("POST", "/v1/imports", {"title": "Not valid", "detail": "x", "errors": errors}, 422)
    api.answer("GET", "/v1/imports", EMPTY)
    answer = await send(visitor, session.csrf_token)
    assert answer.status_code == 422
    assert "*Cores: the column is missing" in answer.text
    assert 'value="factory"' in answer.text


async def test_rows_that_were_left_out_come_first(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    sign_in()
    api.answer("GET", PATH, an_import())
    api.answer("GET", f"{PATH}/rows", {"items": [a_row()], "next_cursor": None, "total": 1})
    page = (await visitor.get(f"/imports/{IMPORT_ID}")).text
    assert dict(api.requests[-1].url.params) == {"outcome": "error"}
    assert all(text in page for text in ("bad-01", "CPUs", "is empty", "fill it in"))
    assert 'href="/machines?source_id=import%3Adefault"' in page
    assert "Remove its machines" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_reports_are_handed_on(visitor: httpx.AsyncClient, api: Any, sign_in: Any, kind: str) -> None:
    sign_in()
    headers = {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="r"'}
    api.answers["GET", f"{PATH}/report.{kind}"] = httpx.Response(200, headers=headers, content=b"report")
    answer = await visitor.get(f"/imports/{IMPORT_ID}/report.{kind}")
    assert (answer.content, answer.headers["Content-Disposition"]) == (
        b"report",
        headers["Content-Disposition"],
    )


async def test_the_machines_of_an_import_are_removed(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    session = sign_in()
    api.answer("DELETE", PATH, an_import(state="Removing"), 202)
    answer = await visitor.post(f"/imports/{IMPORT_ID}/remove", data={"csrf_token": session.csrf_token})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/imports/{IMPORT_ID}")
