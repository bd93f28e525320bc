"""What the store counted for a machine's back-test: one row of `assessment_backtests`.

With the machine's inputs it is all that the back-test in a result follows from, so that a result can be
computed again when the peaks are gone.
"""

from surveyor_inventory.exceedance import Exceedance
from surveyor_schemas.base import NonNegativeInt, Record


class NumberedCount(Record):
    """The count of one check; `check_no` is its position in `planned_checks`."""

    check_no: NonNegativeInt
    measured: NonNegativeInt
    above: NonNegativeInt
    longest_above: NonNegativeInt


class BacktestCounts(Record):
    """Every check of a machine that needed counting, in the order of its number."""

    counts: list[NumberedCount]

    def by_number(self) -> dict[int, Exceedance]:
        return {c.check_no: Exceedance(c.measured, c.above, c.longest_above) for c in self.counts}
