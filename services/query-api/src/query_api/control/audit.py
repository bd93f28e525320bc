"""Who changed what."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.tables import AuditEntry


def record(
    session: AsyncSession, *, at: datetime, actor: str, action: str, subject: object, **detail: Any
) -> None:
    """Note a change, in its own transaction; `detail` holds no secret."""
    session.add(AuditEntry(at=at, actor=actor, action=action, subject=str(subject), detail=detail))
