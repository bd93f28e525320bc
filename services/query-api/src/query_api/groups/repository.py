"""Groups in the control database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.tables import Group, GroupMember

IDS_PER_STATEMENT = 500
"""SQLite and PostgreSQL both limit the parameters of a statement."""


class GroupRepository:
    """Reads and writes within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, group_id: UUID, *, for_update: bool = False) -> Group | None:
        """Return a group that was not deleted."""
        found = select(Group).where(Group.id == group_id, Group.deleted_at.is_(None))
        if for_update:
            found = found.with_for_update()
        return (await self._session.scalars(found)).one_or_none()

    async def by_name_key(self, name_key: str) -> Group | None:
        """Return the group of this name that was not deleted."""
        found = select(Group).where(Group.name_key == name_key, Group.deleted_at.is_(None))
        return (await self._session.scalars(found)).one_or_none()

    def add(self, group: Group) -> None:
        """Add a group."""
        self._session.add(group)

    async def page(self, q: str | None, after: tuple[str, UUID] | None, limit: int) -> list[Group]:
        """Return groups by name."""
        groups = select(Group).where(Group.deleted_at.is_(None)).order_by(Group.name_key, Group.id)
        if q:
            groups = groups.where(Group.name_key.contains(q.casefold(), autoescape=True))
        if after is not None:
            groups = groups.where(tuple_(Group.name_key, Group.id) > after)
        return list(await self._session.scalars(groups.limit(limit)))

    async def members(self, group_id: UUID, after: UUID | None, limit: int) -> list[GroupMember]:
        """Return members in the order of their ids."""
        members = select(GroupMember).where(GroupMember.group_id == group_id)
        if after is not None:
            members = members.where(GroupMember.machine_id > after)
        return list(await self._session.scalars(members.order_by(GroupMember.machine_id).limit(limit)))

    async def member_ids(self, group_id: UUID) -> list[UUID]:
        """Return all members' machine ids, in order."""
        ids = select(GroupMember.machine_id).where(GroupMember.group_id == group_id)
        return list(await self._session.scalars(ids.order_by(GroupMember.machine_id)))

    async def add_members(self, group_id: UUID, machine_ids: Sequence[UUID], at: datetime) -> int:
        """Add machines; return how many were not members before."""
        members = set(await self.member_ids(group_id))
        new = [machine_id for machine_id in dict.fromkeys(machine_ids) if machine_id not in members]
        self._session.add_all(GroupMember(group_id=group_id, machine_id=one, added_at=at) for one in new)
        await self._session.flush()
        return len(new)

    async def remove_members(self, group_id: UUID, machine_ids: Sequence[UUID]) -> int:
        """Remove machines; return how many were members."""
        before = await self._count(group_id)
        for start in range(0, len(machine_ids), IDS_PER_STATEMENT):
            some = machine_ids[start : start + IDS_PER_STATEMENT]
            await self._session.execute(
                delete(GroupMember).where(GroupMember.group_id == group_id, GroupMember.machine_id.in_(some))
            )
        return before - await self._count(group_id)

    async def _count(self, group_id: UUID) -> int:
        counted = select(func.count()).select_from(GroupMember).where(GroupMember.group_id == group_id)
        return (await self._session.scalar(counted)) or 0
