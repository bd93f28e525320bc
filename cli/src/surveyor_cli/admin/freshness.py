"""Whether an observation is newer than what is known of its machine."""

from collections.abc import Iterable
from uuid import UUID

from surveyor_kit.clickhouse import ClickHouse

IDS_PER_STATEMENT = 500
NEWEST = """
SELECT machine_id, max(revision) AS newest FROM machine_state
WHERE machine_id IN {ids:Array(UUID)} GROUP BY machine_id
"""


class RevisionGuard:
    """Knows the revisions of machines in the store, and those it let through since."""

    def __init__(self) -> None:
        self._revisions: dict[UUID, int] = {}

    async def read(self, store: ClickHouse, machine_ids: Iterable[UUID]) -> None:
        """Read the stored revisions of machines."""
        wanted = sorted(set(machine_ids))
        for start in range(0, len(wanted), IDS_PER_STATEMENT):
            ids = [str(machine_id) for machine_id in wanted[start : start + IDS_PER_STATEMENT]]
            rows = await store.query_rows(NEWEST, {"ids": ids})
            self._revisions |= {row["machine_id"]: row["newest"] for row in rows}

    def let_through(self, machine_id: UUID, revision: int) -> bool:
        """Return whether a revision is above the one known, which it then replaces."""
        known = self._revisions.get(machine_id)
        if known is not None and revision <= known:
            return False
        self._revisions[machine_id] = revision
        return True
