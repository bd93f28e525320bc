"""`/v1/catalogue`."""

from fastapi import APIRouter

from query_api.catalogue.schemas import CatalogueView
from query_api.web.dependencies import DepsOf, Reader

router = APIRouter(tags=["catalogue"])


@router.get("/catalogue")
async def read_catalogue(deps: DepsOf, _: Reader) -> CatalogueView:
    """The catalogue that the next assessment will use."""
    return await deps.catalogue.newest()
