"""Use case: count a page's checks, unless they have been counted before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from assessor.domain.backtest import Check
from assessor.domain.backtest_counts import BacktestCounts
from assessor.domain.window import Window

Plans = Mapping[UUID, Sequence[Check]]
"""All checks of each machine, machines in the store's key order."""


class Backtests(Protocol):
    """Counts of a run's checks. Every call repeats itself until the store answers."""

    async def stored(self, run_id: UUID, page: Sequence[UUID]) -> dict[UUID, BacktestCounts]:
        """Return what has been counted for machines between the page's first and last."""

    async def store(self, run_id: UUID, counts: Mapping[UUID, BacktestCounts], counted_at: datetime) -> None:
        """Keep what was counted. Writing a row again replaces it."""

    async def count(
        self, run_id: UUID, checks: Mapping[UUID, Mapping[int, Check]], window: Window
    ) -> dict[UUID, BacktestCounts]:
        """Count the given checks, by machine in key order and number, over the peaks of a window."""


async def backtest_page(
    run_id: UUID, plans: Plans, window: Window, counted_at: datetime, backtests: Backtests
) -> dict[UUID, BacktestCounts]:
    """Return the counts of every machine of the page that has checks to count.

    What an earlier attempt at the run counted is taken up, so that the run's result stays the same
    though late samples may have come in since.
    """
    wanted = {
        machine_id: numbered
        for machine_id, checks in plans.items()
        if (numbered := {number: check for number, check in enumerate(checks) if check.needs_counting})
    }
    if not wanted:
        return {}
    known = await backtests.stored(run_id, list(plans))
    missing = {machine_id: checks for machine_id, checks in wanted.items() if machine_id not in known}
    if missing:
        counts = await backtests.count(run_id, missing, window)
        await backtests.store(run_id, counts, counted_at)
        known |= counts
    return known
