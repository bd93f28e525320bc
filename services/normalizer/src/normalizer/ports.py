"""What the handlers need of the outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from normalizer.domain.crashes import Crash, Place, Record
from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.roll_ups import RollUp
from normalizer.domain.performance.series import MachineFacts
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Machine
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost


class IngestedBatch(NamedTuple):
    """One batch of a collector that is in the tables now."""

    source_id: str
    run_id: UUID
    batch_no: int
    values: int


class SampleStore(Protocol):
    """Where samples go. Each call returns when the store has them; repeating it changes nothing."""

    async def insert_samples(self, packed: Sequence[PackedRows]) -> None:
        """Store series, all at once."""

    async def insert_roll_ups(self, roll_ups: Sequence[Mapping[str, RollUp]]) -> None:
        """Store roll-ups by table, each table's at once."""

    async def insert_batches(self, batches: Sequence[IngestedBatch]) -> None:
        """Note which batches are stored."""

    async def insert_lost(self, lost: Sequence[SamplesLost]) -> None:
        """Note what collectors could not keep."""


class MachineStore(Protocol):
    """Machines and their changes."""

    async def states(self, machine_ids: Collection[UUID]) -> dict[UUID, Machine]:
        """Return the stored states; unknown machines are left out."""

    async def facts(self, machine_ids: Collection[UUID]) -> dict[UUID, MachineFacts]:
        """Return cores and memory; unknown machines are left out."""

    async def insert_changes(self, changes: Sequence[EnvironmentChanged]) -> None:
        """Store changes; one with a known id replaces itself."""

    async def insert_states(self, machines: Sequence[Machine]) -> None:
        """Store states; the highest revision of a machine wins."""

    async def without_tombstone(self, removed_until: datetime) -> list[UUID]:
        """Return machines that ended so long ago and have had no tombstone since."""

    async def note_tombstones(self, machine_ids: Collection[UUID], at: datetime) -> None:
        """Note that these machines are off the topic; once noted they are not asked for again."""


class DaySeals(Protocol):
    """Which days have new samples, and which are packed into arrays of peaks."""

    async def touch(self, days: Collection[date]) -> None:
        """Note that samples of these days were stored just now."""

    async def due(self, grace_seconds: int) -> list[date]:
        """Return days that ended at least so long ago and have samples stored since their last seal."""

    async def seal(self, day: date) -> None:
        """Pack the day's peaks; a day can be sealed again at any time."""


class CrashLog(Protocol):
    """Remembers at which messages a consumer's processes ended, across processes."""

    async def records(self) -> Mapping[Place, Record]:
        """Return what is known of messages with a crash."""

    async def record(self, crash: Crash) -> None:
        """Note a crash at each of its messages; a repeated call counts once."""


class WorkMark(Protocol):
    """Outlives the process: says what it worked on when it ended without a word."""

    def begin(self, places: Sequence[Place], *, alone: bool) -> None:
        """Note what is under work from now on; `alone` if it is one message and nothing else is."""

    def end(self) -> None:
        """Note that nothing is."""

    def retire(self) -> None:
        """Note nothing more: the process was asked to end."""
