"""How long the tables keep their rows: what `surveyor migrate` makes of the settings.

The migrations create the tables with the defaults; a test holds both together.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["Day", "Month"]


@dataclass(frozen=True, slots=True)
class Retention:
    """One kind of rows that an owner may keep longer or shorter."""

    setting: str
    """The field of the kit's `StoreSettings`, its unit at the end."""
    unit: Unit
    default: int
    tables: dict[str, str]
    """Per table the time that a row's age is counted from."""


RETENTIONS = (
    Retention("raw_samples_days", "Day", 35, {"performance_samples": "last_sampled_at"}),
    Retention(
        "roll_ups_months",
        "Month",
        13,
        {
            "machine_10m": "slot_at",
            "disk_10m": "slot_at",
            "nic_10m": "slot_at",
            "peaks_day": "day",
            "day_seals": "day",
        },
    ),
    Retention(
        "batches_days", "Day", 35, {"ingested_batches": "ingested_at", "published_batches": "heard_at"}
    ),
    Retention("lost_samples_months", "Month", 13, {"lost_samples": "toDateTime(until_at)"}),
    Retention("changes_months", "Month", 13, {"machine_changes": "toDateTime(observed_at)"}),
    Retention(
        "assessments_months",
        "Month",
        25,
        {
            "assessment_scope": "toDateTime(written_at)",
            "assessment_runs": "toDateTime(taken_up_at)",
            "assessment_inputs": "toDateTime(read_at)",
            "assessment_backtests": "toDateTime(counted_at)",
            "assessment_results": "toDateTime(written_at)",
            "assessment_summaries": "toDateTime(completed_at)",
        },
    ),
)
DEFAULTS = {each.setting: each.default for each in RETENTIONS}
