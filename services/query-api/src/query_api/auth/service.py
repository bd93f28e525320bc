"""Make, check and revoke API keys."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from query_api.auth.identity import Identity, Role
from query_api.auth.keys import hash_key, new_key
from query_api.auth.repository import KeyRepository
from query_api.control import audit
from query_api.control.database import ControlDatabase
from query_api.control.tables import ApiKey, AuditEntry
from query_api.web.problems import conflict, not_found
from surveyor_kit.clock import Clock

BOOTSTRAP_NAME = "bootstrap"


class KeyService:
    """The API's keys."""

    def __init__(self, database: ControlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def identify(self, key: str) -> Identity | None:
        """Return whose key this is, None when it is nobody's."""
        async with self._database.reading() as session:
            found = await KeyRepository(session).valid_by_hash(hash_key(key))
        return Identity(found.id, found.name, Role(found.role)) if found else None

    async def create(self, name: str, role: Role, caller: Identity) -> tuple[ApiKey, str]:
        """Make a key; return it and the secret itself, which is not kept."""
        secret = new_key()
        key = self._key(name, role, secret, created_by=caller.name)
        async with self._database.writing() as session:
            KeyRepository(session).add(key)
            audit.record(
                session,
                at=key.created_at,
                actor=caller.name,
                action="api-key.create",
                subject=key.id,
                name=name,
                role=role,
            )
        return key, secret

    async def revoke(self, key_id: UUID, caller: Identity) -> None:
        """Let a key no longer work."""
        now = self._clock.now()
        async with self._database.writing() as session:
            key = await KeyRepository(session).by_id(key_id)
            if key is None:
                raise not_found("API key", key_id)
            if key.is_bootstrap:
                raise conflict("The bootstrap key comes from the settings; take it out there.")
            if key.revoked_at is None:
                key.revoked_at = now
                audit.record(session, at=now, actor=caller.name, action="api-key.revoke", subject=key_id)

    async def keys(self) -> Sequence[ApiKey]:
        """Return all keys, revoked ones too."""
        async with self._database.reading() as session:
            return await KeyRepository(session).all()

    async def audit(self, before_id: int | None, limit: int) -> list[AuditEntry]:
        """Return what was changed, newest first."""
        async with self._database.reading() as session:
            return await KeyRepository(session).audit(before_id, limit)

    async def install_bootstrap_key(self, secret: str | None) -> None:
        """Make the settings' key work as an administrator's, and earlier ones no longer."""
        key_hash = hash_key(secret) if secret else None
        async with self._database.writing() as session:
            keys = KeyRepository(session)
            await keys.revoke_other_bootstrap_keys(key_hash, self._clock.now())
            if secret is None or key_hash is None:
                return
            known = await keys.by_hash(key_hash)
            if known is None:
                key = self._key(BOOTSTRAP_NAME, Role.ADMIN, secret, created_by="settings")
                key.is_bootstrap = True
                keys.add(key)
            else:
                known.revoked_at = None

    def _key(self, name: str, role: Role, secret: str, *, created_by: str) -> ApiKey:
        return ApiKey(
            id=uuid4(),
            name=name,
            role=role.value,
            key_hash=hash_key(secret),
            is_bootstrap=False,
            created_at=self._clock.now(),
            created_by=created_by,
            revoked_at=None,
        )
