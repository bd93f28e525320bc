"""Pages of the runs of an assessment, in front of an API that answers what a test tells it to."""

from typing import Any

import httpx
import pytest

ID = "6f8d5b1e-53b5-4a2c-b5a8-7a4f3f1c2d3e"
FIRST, SECOND = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
MACHINE = "00000000-0000-0000-0000-00000000000a"
PAGE = f"/assessments/{ID}"
NOW = "2026-01-01T00:00:00Z"


def a_run(number: int, run_id: str, **given: Any) -> dict[str, Any]:
    figures = {
        "suitability_counts": {"Suitable": 1, "ConditionallySuitable": 1, "NotSuitable": 1},
        "monthly_compute_cost": f"{100 * number}.5",
        "monthly_storage_cost": "20",
        "monthly_security_cost": None,
        "currency": "EUR",
        "confidence_percent": 62.5,
        "confidence_stars": 4,
    }
    values = {
        "run_id": run_id,
        "number": number,
        "state": "Completed",
        "requested_at": NOW,
        "requested_by": "schedule of Ada",
        "error": None,
        "machine_count": 3,
        "catalogue_hash": "0123456789abcdef",
        "window_end": NOW,
        "figures": figures,
    }
    return values | given


def an_assessment(run_id: str = SECOND, number: int = 2) -> dict[str, Any]:
    return {
        "id": ID,
        "name": "First look",
        "group_id": "00000000-0000-0000-0000-000000000003",
        "group_name": "Web",
        "run_id": run_id,
        "run_number": number,
        "state": "Completed",
        "is_out_of_sync": True,
        "is_outdated": None,
        "machine_count": 3,
        "requested_at": NOW,
        "requested_by": "Ada",
        "cancel_requested_at": None,
        "progress": None,
        "error": None,
        "catalogue_hash": "0123456789abcdef",
        "settings": {"azure_location": "westeurope", "currency": "EUR", "savings_options": "None"},
        "summary": None,
    }


def figures_of(size: str) -> dict[str, Any]:
    return {
        "suitability": "Suitable",
        "recommended_size": size,
        "monthly_compute_cost": "1",
        "monthly_storage_cost": "1",
    }


def a_comparison(*items: dict[str, Any], **counts: int) -> dict[str, Any]:
    zero = dict.fromkeys(("added", "removed", "readiness", "size", "cost", "same"), 0)
    return {
        "before": a_run(1, FIRST),
        "after": a_run(2, SECOND),
        "counts": zero | counts,
        "items": list(items),
        "next_cursor": None,
    }


async def test_runs_are_listed_and_two_can_be_chosen(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", f"/v1{PAGE}", an_assessment())
    failed = a_run(3, ID, state="Failed", figures=None, error={"code": "internal", "message": "It broke."})
    runs = [failed, a_run(2, SECOND), a_run(1, FIRST)]
    api.answer("GET", f"/v1{PAGE}/runs", {"items": runs, "next_cursor": "abc"})

    page = (await visitor.get(f"{PAGE}/runs")).text

    assert "It broke." in page
    assert f'href="{PAGE}?run={FIRST}"' in page
    assert f'href="{PAGE}">2</a>' in page, "the latest run has the assessment's own address"
    assert f'name="before" value="{FIRST}" aria-label="From run 1" checked' in page
    assert f'name="after" value="{SECOND}" aria-label="To run 2" checked' in page
    assert 'href="?cursor=abc"' in page


async def test_an_only_run_offers_no_comparison(visitor: httpx.AsyncClient, api: Any, sign_in: Any) -> None:
    sign_in()
    api.answer("GET", f"/v1{PAGE}", an_assessment(FIRST, 1))
    api.answer("GET", f"/v1{PAGE}/runs", {"items": [a_run(1, FIRST)], "next_cursor": None})

    page = (await visitor.get(f"{PAGE}/runs")).text

    assert "Compare</button>" not in page
    assert "With a second completed run" in page


async def test_an_earlier_run_is_shown_and_cannot_be_recalculated(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", f"/v1{PAGE}/runs/{FIRST}", an_assessment(FIRST, 1))
    api.answer("GET", "/v1/catalogue/contents", {"title": "away", "detail": "away"}, 503)

    page = (await visitor.get(f"{PAGE}?run={FIRST}")).text

    assert "This is what run 1 said" in page
    assert "recalculate" not in page


async def test_the_excel_file_of_an_earlier_run_is_asked_for(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answers["GET", f"/v1{PAGE}/export.xlsx"] = httpx.Response(200, content=b"PK")
    await visitor.get(f"{PAGE}/export.xlsx?run={FIRST}&details=true")
    assert dict(api.requests[-1].url.params) == {"details": "true", "run_id": FIRST}


async def test_what_cannot_be_a_run_is_not_asked_for(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    assert (await visitor.get(f"{PAGE}?run=../../keys")).status_code == 404
    assert not api.requests


async def test_a_comparison_says_what_became_of_machines(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", f"/v1{PAGE}", an_assessment())
    dearer = {
        "machine_id": MACHINE,
        "name": "web-01",
        "differences": ["size", "cost"],
        "before": figures_of("Standard_D2s_v5"),
        "after": figures_of("Standard_D4s_v5"),
        "monthly_cost_difference": "70.005",
    }
    gone = dearer | {"name": "web-02", "differences": ["removed"], "after": None}
    gone["monthly_cost_difference"] = "-12.5"
    api.answer("GET", f"/v1{PAGE}/comparison", a_comparison(dearer, gone, size=1, cost=1, removed=1, same=7))

    page = (await visitor.get(f"{PAGE}/comparison")).text

    assert "+100.00\u202fEUR" in page, "the totals"
    assert "+70.01\u202fEUR" in page
    assert "\u221212.50\u202fEUR" in page
    assert "Standard_D2s_v5 <span" in page
    assert "only in run 1" in page
    assert f"{PAGE}/machines/{MACHINE}?run={FIRST}" in page
    assert "7 machines are the same" in page


async def test_without_two_runs_the_reason_is_said(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", f"/v1{PAGE}", an_assessment())
    problem = {"title": "conflict", "detail": "No run before run 1 was completed."}
    api.answer("GET", f"/v1{PAGE}/comparison", problem, 409)

    answer = await visitor.get(f"{PAGE}/comparison")

    assert answer.status_code == 200
    assert "No run before run 1" in answer.text


@pytest.mark.parametrize("chosen", ["", "cost"])
async def test_runs_that_agree_say_so(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any, chosen: str
) -> None:
    sign_in()
    api.answer("GET", f"/v1{PAGE}", an_assessment())
    api.answer("GET", f"/v1{PAGE}/comparison", a_comparison(same=9))

    page = (await visitor.get(f"{PAGE}/comparison?difference={chosen}")).text

    assert ("No machine differs in this way." if chosen else "the same of all 9 machines") in page
