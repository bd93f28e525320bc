"""Seeded load with a ledger of what has to come of it, and the checker that compares the two.

The expected values are worked out here from the raw ones, without the normalizer's code.
"""

from devstack.ledger.checker import Findings, check_roll_ups, check_samples
from devstack.ledger.expected import Ledger, SeriesKey
from devstack.ledger.load import LoadPlan, Totals

__all__ = ["Findings", "Ledger", "LoadPlan", "SeriesKey", "Totals", "check_roll_ups", "check_samples"]
