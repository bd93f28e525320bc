"""One effect for a request that a client sends again because it lost the answer.

Source: IETF HTTPAPI working group, "The Idempotency-Key HTTP Header Field" (draft 07, 2025).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.tables import IdempotencyKey
from query_api.web.problems import invalid_field

KEPT_FOR = timedelta(days=7)

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Chosen by the client. The same key with the same request has one effect for 7 days.",
    ),
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request under a client's key.

    Attributes:
        caller_id: Whose key it is: two callers may choose the same.
        key: What the client chose.
        fingerprint: A hash of what is asked; another request under a used key is refused.
    """

    caller_id: UUID
    key: str
    fingerprint: str

    @classmethod
    def of(cls, caller_id: UUID, key: str | None, action: str, body: BaseModel | None) -> "Attempt | None":
        """The attempt that a request is, None when it has no key."""
        if key is None:
            return None
        asked = action + (body.model_dump_json() if body is not None else "")
        return cls(caller_id, key, hashlib.sha256(asked.encode()).hexdigest())


async def earlier_subject(session: AsyncSession, attempt: Attempt | None) -> UUID | None:
    """Return what the same request made before, None when it is new.

    Raises:
        Problem: Another request used the key.
    """
    if attempt is None:
        return None
    known = await session.get(IdempotencyKey, (attempt.caller_id, attempt.key))
    if known is None:
        return None
    if known.fingerprint != attempt.fingerprint:
        raise invalid_field("idempotency-key", "was used for another request")
    return known.subject_id


async def remember(session: AsyncSession, attempt: Attempt | None, subject_id: UUID, now: datetime) -> None:
    """Keep what this request made, in its own transaction, and forget what is old."""
    if attempt is None:
        return
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_FOR))
    session.add(
        IdempotencyKey(
            caller_id=attempt.caller_id,
            key=attempt.key,
            fingerprint=attempt.fingerprint,
            subject_id=subject_id,
            created_at=now,
        )
    )
