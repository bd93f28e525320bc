"""How long the store keeps what; `surveyor migrate` applies it."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from surveyor_kit.settings.base import PartSettings
from surveyor_schemas.retention import DEFAULTS
from surveyor_schemas.topics import DAY_MS, TOPICS

SHORTEST_MONTH_DAYS = 28
LONGEST_WINDOW_MONTHS = 2
"""An assessment's window is up to a month long, and may have ended a while ago."""


class StoreSettings(PartSettings):
    """`SURVEYOR_STORE__…`: read by `surveyor migrate`, and by services whose limits follow from it."""

    part: ClassVar[str] = "STORE"

    raw_samples_days: int = Field(default=DEFAULTS["raw_samples_days"], ge=1)
    """Samples as they were measured; the roll-ups are what assessments read."""
    roll_ups_months: int = Field(default=DEFAULTS["roll_ups_months"], ge=LONGEST_WINDOW_MONTHS)
    """10-minute roll-ups and sealed days."""
    batches_days: int = Field(default=DEFAULTS["batches_days"], ge=1)
    """Which batches were stored: so far back a missing one is found."""
    lost_samples_months: int = Field(default=DEFAULTS["lost_samples_months"], ge=1)
    changes_months: int = Field(default=DEFAULTS["changes_months"], ge=1)
    assessments_months: int = Field(default=DEFAULTS["assessments_months"], ge=1)
    """Results, and what they were computed from, after a run."""

    @model_validator(mode="after")
    def _outlives_what_still_comes(self) -> Self:
        """A row that is repeated must not find the table emptied of the one it replaces."""
        if self.raw_samples_days > self.roll_ups_months * SHORTEST_MONTH_DAYS:
            raise ValueError("RAW_SAMPLES_DAYS: raw samples cannot be kept longer than their roll-ups")
        retained_days = -(-(TOPICS["performance-raw"].retention_ms or 0) // DAY_MS)
        if self.batches_days <= retained_days:
            raise ValueError(f"BATCHES_DAYS: must be more than the {retained_days} days of performance-raw")
        return self
