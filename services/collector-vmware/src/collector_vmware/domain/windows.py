"""Which time to ask for: the live window of each machine, and what is left to fill in behind it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from collector_vmware.domain.samples import SampleTarget
from collector_vmware.domain.taken_samples import SOURCE_KEEPS_SECONDS

LOOK_BACK_INTERVALS = 3
"""Read again each time: values come late."""
LIVE_INTERVALS = 15
"""A live query spans no more; what is older is filled in at low priority."""
MAX_MACHINES_PER_QUERY = 50
"""Larger queries have taken vCenters down."""


@dataclass(frozen=True, slots=True)
class Window:
    """A machine and the time (start, end] to ask for, epoch seconds of the source's clock."""

    machine_id: UUID
    moref: str
    metric_count: int
    start: int
    end: int


def live_window(target: SampleTarget, covered_until: int | None, now: int, interval: int) -> Window:
    """Return what a poll asks of one machine.

    Args:
        target: The machine.
        covered_until: The end of its last answered window, None when there was none.
        now: The source's clock.
        interval: The source's sampling interval.
    """
    recent = now - (LOOK_BACK_INTERVALS + 1) * interval
    start = recent if covered_until is None else covered_until - LOOK_BACK_INTERVALS * interval
    if start < now - LIVE_INTERVALS * interval:
        start = recent
    return Window(target.machine_id, target.moref, target.metric_count, min(start, recent), now)


def window_behind(live: Window, covered_until: int | None) -> Window | None:
    """Return what lies unread between a machine's last answered window and its live one.

    At most the hour that the source keeps; None when the live window leaves no gap.
    """
    oldest = live.end - SOURCE_KEEPS_SECONDS
    start = oldest if covered_until is None else max(covered_until, oldest)
    if start >= live.start:
        return None
    return Window(live.machine_id, live.moref, live.metric_count, start, live.start)


def query_batches(
    windows: Iterable[Window], max_machines: int, max_metrics: int | None
) -> Iterator[list[Window]]:
    """Split windows into queries that the source will bear.

    Args:
        windows: What to ask for.
        max_machines: Machines in one query, at most.
        max_metrics: Counter instances in one query, at most; None for no limit. A machine that alone
            has more is asked for alone.
    """
    batch: list[Window] = []
    metrics = 0
    for window in windows:
        too_many = max_metrics is not None and metrics + window.metric_count > max_metrics
        if batch and (len(batch) >= max_machines or too_many):
            yield batch
            batch, metrics = [], 0
        batch.append(window)
        metrics += window.metric_count
    if batch:
        yield batch


def halves(batch: Sequence[Window]) -> list[Sequence[Window]]:
    """Split a query in two; a query for one machine stays one."""
    middle = len(batch) // 2
    return [part for part in (batch[:middle], batch[middle:]) if part]
