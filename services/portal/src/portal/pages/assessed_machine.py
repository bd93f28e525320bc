"""One machine's result: which size, why, and what else would do."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiProblem
from portal.pages.assessment import api_path, asked_run, page_of_run, run_path
from portal.visit import Visit, signed_in

RAW = "raw"


async def show(request: Request) -> Response:
    """The result of one machine in a run, its back-test counted on raw samples if asked."""
    visit = signed_in(request)
    own = f"{api_path(request)}/machines/{request.path_params['machine_id']}"
    run = asked_run(request)
    assessment, machine = await asyncio.gather(visit.api.get(run_path(request)), visit.api.get(own, run))
    is_raw = request.query_params.get("backtest") == RAW
    backtest, problem = await _on_raw_samples(visit, own, run) if is_raw else (machine["backtest"], "")
    summary = assessment["summary"] or {}
    return visit.render(
        "assessed-machine.html",
        assessment=assessment,
        machine=machine,
        run=page_of_run(run),
        currency=summary.get("currency", assessment["settings"]["currency"]),
        notes={note["code"]: note for note in summary.get("notes", [])},
        disk_names={disk["disk_id"]: disk["name"] for disk in machine["disks"]},
        backtest=backtest,
        backtest_is_raw=is_raw,
        backtest_problem=problem,
    )


async def _on_raw_samples(visit: Visit, own: str, run: dict[str, str]) -> tuple[Any, str]:
    """The back-test on raw samples, or why there is none."""
    try:
        return await visit.api.get(f"{own}/backtest", {"resolution": RAW} | run), ""
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return None, problem.detail
