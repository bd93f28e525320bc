"""The catalogue as the API shows it."""

from pydantic import BaseModel

from surveyor_schemas.base import UtcDatetime


class CatalogueView(BaseModel):
    """One snapshot of Azure's sizes and prices."""

    hash: str
    """Of its content: results name the catalogue they were computed with."""
    prices_at: UtcDatetime | None
    """The date of its oldest price."""
    published_at: UtcDatetime
