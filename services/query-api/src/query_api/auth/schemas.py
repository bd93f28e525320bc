"""API keys as the API shows them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from query_api.auth.identity import Role
from surveyor_schemas.base import UtcDatetime


class NewApiKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "nightly report", "role": "reader"}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=260)]
    role: Role


class ApiKeyView(BaseModel):
    """A key, without the key."""

    id: UUID
    name: str
    role: Role
    is_bootstrap: bool
    """True for the key of the installation's settings."""
    created_at: UtcDatetime
    created_by: str
    revoked_at: UtcDatetime | None


class CreatedApiKey(ApiKeyView):
    """A key just made: the only answer that ever holds the key itself."""

    key: str


class AuditView(BaseModel):
    """Who changed what."""

    id: int
    at: UtcDatetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


class CallerView(BaseModel):
    """Whose key this request carries."""

    name: str
    role: Role
