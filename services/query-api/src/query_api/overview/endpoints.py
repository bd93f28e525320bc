"""`/v1/summary`."""

from fastapi import APIRouter

from query_api.overview.schemas import Overview
from query_api.web.dependencies import DepsOf, Reader

router = APIRouter(tags=["machines"])


@router.get("/summary")
async def read_summary(deps: DepsOf, _: Reader) -> Overview:
    """The estate in a few numbers."""
    return await deps.overview.read()
