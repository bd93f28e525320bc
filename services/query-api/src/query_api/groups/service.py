"""Make, change and delete groups; each change is told on the topic `groups`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from query_api.auth.identity import Identity
from query_api.control import audit
from query_api.control.database import ControlDatabase
from query_api.control.idempotency import Attempt, earlier_subject, remember
from query_api.control.outbox import Outbox
from query_api.control.tables import Group
from query_api.groups.repository import GroupRepository
from query_api.groups.schemas import (
    GroupChange,
    GroupsQuery,
    MembersChange,
    MembersQuery,
    MemberView,
    NewGroup,
)
from query_api.inventory.repository import MachineRepository
from query_api.web.paging import cut_page, decode_cursor
from query_api.web.problems import Problem, conflict, not_found
from surveyor_kit.clock import Clock
from surveyor_schemas.groups.group_changed_v1 import GroupChanged


class GroupService:
    """Groups and their members."""

    def __init__(
        self, database: ControlDatabase, machines: MachineRepository, outbox: Outbox, clock: Clock
    ) -> None:
        self._database = database
        self._machines = machines
        self._outbox = outbox
        self._clock = clock

    async def page(self, query: GroupsQuery) -> tuple[list[Group], str | None]:
        """Return one page of groups, and the cursor of the next."""
        place = decode_cursor(query.cursor, str, UUID)
        after = (place[0], place[1]) if place else None
        async with self._database.reading() as session:
            groups = await GroupRepository(session).page(query.q, after, query.limit + 1)
        return cut_page(groups, query.limit, lambda group: (group.name_key, group.id))

    async def group(self, group_id: UUID) -> Group:
        """Return one group.

        Raises:
            Problem: There is none, or it was deleted.
        """
        async with self._database.reading() as session:
            return _found(await GroupRepository(session).by_id(group_id), group_id)

    async def create(self, new: NewGroup, caller: Identity, attempt: Attempt | None) -> Group:
        """Make a group; the same attempt again returns the one it made."""
        await self._check_known(new.machine_ids)
        now = self._clock.now()
        async with self._writing() as session:
            groups = GroupRepository(session)
            if made := await earlier_subject(session, attempt):
                return _found(await groups.by_id(made), made)
            group = _new_group(new, now)
            await _check_name_is_free(groups, new.name, group.id)
            groups.add(group)
            await session.flush()
            group.machine_count = await groups.add_members(group.id, new.machine_ids, now)
            await remember(session, attempt, group.id, now)
            self._tell(session, group, caller, "group.create", machines=group.machine_count)
        return group

    async def change(self, group_id: UUID, change: GroupChange, caller: Identity) -> Group:
        """Rename or describe a group."""
        async with self._writing() as session:
            groups = GroupRepository(session)
            group = _found(await groups.by_id(group_id, for_update=True), group_id)
            if change.name is not None:
                await _check_name_is_free(groups, change.name, group_id)
                group.name, group.name_key = change.name, change.name.casefold()
            if "description" in change.model_fields_set:
                group.description = change.description
            group.revision += 1
            group.updated_at = self._clock.now()
            self._tell(session, group, caller, "group.change")
        return group

    async def delete(self, group_id: UUID, caller: Identity) -> None:
        """Delete a group; its assessments stay readable."""
        async with self._writing() as session:
            group = _found(await GroupRepository(session).by_id(group_id, for_update=True), group_id)
            group.revision += 1
            group.updated_at = group.deleted_at = self._clock.now()
            self._tell(session, group, caller, "group.delete")

    async def change_members(self, group_id: UUID, change: MembersChange, caller: Identity) -> Group:
        """Add or remove machines; what changes nothing makes no new revision."""
        if change.operation == "add":
            await self._check_known(change.machine_ids)
        now = self._clock.now()
        async with self._writing() as session:
            groups = GroupRepository(session)
            group = _found(await groups.by_id(group_id, for_update=True), group_id)
            if change.operation == "add":
                difference = await groups.add_members(group_id, change.machine_ids, now)
            else:
                difference = -await groups.remove_members(group_id, change.machine_ids)
            if difference:
                group.machine_count += difference
                group.revision += 1
                group.members_revision = group.revision
                group.updated_at = now
                self._tell(session, group, caller, f"group.{change.operation}", machines=abs(difference))
        return group

    async def members(self, group_id: UUID, query: MembersQuery) -> tuple[list[MemberView], str | None]:
        """Return one page of members with what is known of their machines, in the order of their ids."""
        place = decode_cursor(query.cursor, UUID)
        async with self._database.reading() as session:
            groups = GroupRepository(session)
            _found(await groups.by_id(group_id), group_id)
            members = await groups.members(group_id, place[0] if place else None, query.limit + 1)
        members, next_cursor = cut_page(members, query.limit, lambda member: (member.machine_id,))
        machines = await self._machines.summaries([member.machine_id for member in members])
        views = [
            MemberView(machine_id=m.machine_id, added_at=m.added_at, machine=machines.get(m.machine_id))
            for m in members
        ]
        return views, next_cursor

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        async with self._database.writing() as session:
            yield session
        self._outbox.wake()

    async def _check_known(self, machine_ids: Sequence[UUID]) -> None:
        known = await self._machines.known(machine_ids)
        unknown = [
            (f"machine_ids.{index}", f"there is no machine {machine_id}")
            for index, machine_id in enumerate(machine_ids)
            if machine_id not in known
        ]
        if unknown:
            raise Problem(422, "validation", f"{len(unknown)} machine_ids name no machine.", unknown[:100])

    def _tell(
        self, session: AsyncSession, group: Group, caller: Identity, action: str, **detail: int
    ) -> None:
        audit.record(
            session, at=group.updated_at, actor=caller.name, action=action, subject=group.id, **detail
        )
        self._outbox.put(
            session,
            GroupChanged(
                group_id=group.id,
                revision=group.revision,
                name=group.name,
                machine_count=group.machine_count,
                deleted=group.deleted_at is not None,
                changed_at=group.updated_at,
            ),
        )


def _new_group(new: NewGroup, now: datetime) -> Group:
    return Group(
        id=uuid4(),
        name=new.name,
        name_key=new.name.casefold(),
        description=new.description,
        revision=1,
        members_revision=1,
        machine_count=0,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


async def _check_name_is_free(groups: GroupRepository, name: str, group_id: UUID) -> None:
    other = await groups.by_name_key(name.casefold())
    if other is not None and other.id != group_id:
        raise conflict(f"There is a group {other.name!r} already.")


def _found(group: Group | None, group_id: UUID) -> Group:
    if group is None:
        raise not_found("group", group_id)
    return group
