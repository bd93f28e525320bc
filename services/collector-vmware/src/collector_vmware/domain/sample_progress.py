"""How far the reading of a source's samples has come; it outlives connections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.samples import Samples
from collector_vmware.domain.taken_samples import SOURCE_KEEPS_SECONDS, TakenSamples
from collector_vmware.domain.windows import Window

REALTIME_INTERVAL_SECONDS = 20
GapReason = Literal["source-unreachable", "collector-stopped"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Time for which the source does not hold samples any more and nobody has read them."""

    start: int
    end: int
    machine_count: int | None
    reason: GapReason


@dataclass
class SampleProgress:
    """What was taken of a source's samples, what is still to be read, and what is lost."""

    taken: TakenSamples
    buffer: SampleBuffer
    covered_until: dict[UUID, int] = field(default_factory=dict)
    """Per machine the end of its last answered live window."""
    behind: dict[UUID, Window] = field(default_factory=dict)
    """Per machine what is still to be filled in."""
    seen_on_at: dict[UUID, int] = field(default_factory=dict)
    """Per machine when it was last powered on, by the source's clock."""
    interval_seconds: int = REALTIME_INTERVAL_SECONDS
    stopped_at: int | None = None
    """Newest sample of the run before, until it was compared with what the source still holds."""
    gaps: list[Gap] = field(default_factory=list)
    """Lost for good and not reported yet."""

    def take(self, windows: Sequence[Window], found: Mapping[str, Samples]) -> None:
        """Buffer what is new in an answer."""
        for window in windows:
            samples = found.get(window.moref)
            new = samples and self.taken.take_new(window.machine_id, samples)
            if new:
                self.buffer.add(window.machine_id, new)

    def note_gaps(self, machine_ids: Iterable[UUID], now: int) -> None:
        """Find what the source no longer holds although it was not read in time."""
        held_from = now - SOURCE_KEEPS_SECONDS
        if self.stopped_at is not None and self.stopped_at < held_from:
            self.gaps.append(Gap(self.stopped_at, held_from, None, "collector-stopped"))
        self.stopped_at = None
        known = {key: self.covered_until[key] for key in machine_ids if key in self.covered_until}
        late = {key: covered for key, covered in known.items() if covered < held_from}
        if late:
            self.gaps.append(Gap(min(late.values()), held_from, len(late), "source-unreachable"))
            self.covered_until.update(dict.fromkeys(late, held_from))

    def forget(self, machine_id: UUID) -> None:
        """Drop a machine that has no samples any more."""
        self.taken.forget(machine_id)
        for known in (self.covered_until, self.behind, self.seen_on_at):
            known.pop(machine_id, None)
