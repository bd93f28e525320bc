"""API keys and the audit in the control database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.tables import ApiKey, AuditEntry


class KeyRepository:
    """Reads and writes within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, key: ApiKey) -> None:
        """Add a key."""
        self._session.add(key)

    async def valid_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, None if there is none or it was revoked."""
        found = select(ApiKey).where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None))
        return (await self._session.scalars(found)).one_or_none()

    async def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, revoked or not."""
        return (await self._session.scalars(select(ApiKey).where(ApiKey.key_hash == key_hash))).one_or_none()

    async def by_id(self, key_id: UUID) -> ApiKey | None:
        """Return one key."""
        return await self._session.get(ApiKey, key_id)

    async def all(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        return (await self._session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id))).all()

    async def revoke_other_bootstrap_keys(self, key_hash: str | None, at: datetime) -> None:
        """Revoke every key that came from the settings, but the one with this hash."""
        others = update(ApiKey).where(ApiKey.is_bootstrap, ApiKey.revoked_at.is_(None))
        if key_hash is not None:
            others = others.where(ApiKey.key_hash != key_hash)
        await self._session.execute(others.values(revoked_at=at))

    async def audit(self, before_id: int | None, limit: int) -> list[AuditEntry]:
        """Return entries, newest first, older than `before_id`."""
        entries = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
        if before_id is not None:
            entries = entries.where(AuditEntry.id < before_id)
        return list(await self._session.scalars(entries))
