"""`/v1/catalogue`: what assessments choose from."""

from typing import Annotated

from fastapi import APIRouter, Query

from query_api.catalogue.schemas import CatalogueSize, CatalogueView, SizesQuery
from query_api.web.dependencies import DepsOf, Reader
from query_api.web.paging import Page
from query_api.web.problems import Problem
from surveyor_schemas.assessments.catalogue_contents_v1 import CatalogueContents

router = APIRouter(tags=["catalogue"])


@router.get("/catalogue")
async def read_catalogue(deps: DepsOf, _: Reader) -> CatalogueView:
    """The catalogue that the next assessment will use."""
    return await deps.catalogue.newest()


@router.get("/catalogue/contents")
async def read_catalogue_contents(deps: DepsOf, _: Reader) -> CatalogueContents:
    """The regions, families and currencies that settings may name, and the sources of all figures."""
    newest = await deps.catalogue.newest()
    contents = await deps.catalogue.contents(newest.hash)
    if contents is None:
        raise Problem(503, "no-catalogue", "The assessor has not described its catalogue yet. Try again.")
    return contents


@router.get("/catalogue/sizes")
async def list_catalogue_sizes(
    query: Annotated[SizesQuery, Query()], deps: DepsOf, _: Reader
) -> Page[CatalogueSize]:
    """The sizes of virtual machines by name."""
    newest = await deps.catalogue.newest()
    items, next_cursor = await deps.catalogue.sizes(newest.hash, query)
    return Page(items=items, next_cursor=next_cursor)
