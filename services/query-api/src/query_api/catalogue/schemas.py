"""The catalogue as the API shows it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit
from surveyor_schemas.base import UtcDatetime


class CatalogueView(BaseModel):
    """One snapshot of Azure's sizes and prices."""

    hash: str
    """Of its content: results name the catalogue they were computed with."""
    prices_at: UtcDatetime | None
    """The date of its newest price; `/v1/catalogue/contents` has the oldest as well."""
    published_at: UtcDatetime


class SizesQuery(BaseModel):
    """One page of a catalogue's sizes."""

    model_config = ConfigDict(extra="forbid")

    region: Annotated[str | None, Field(max_length=60, description="Only those listed in a region.")] = None
    q: Annotated[str | None, Field(max_length=100, description="Part of the name, in any case.")] = None
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class CatalogueSize(BaseModel):
    """A size of virtual machine."""

    name: str
    series: str
    vcpus: int
    memory_gib: float | None
    """Null where the catalogue does not know it; such a size is never recommended."""
