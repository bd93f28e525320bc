"""The performance history of a run, in 10-minute slots.

Source: Azure Migrate, "General assessment properties" (2025-03-26). Slots start on UTC multiples of ten
minutes, and the window ends with the slot that holds the run's end (ADR 0011).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

SLOT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Window:
    """From the start of the first slot up to, but without, `end_at`."""

    start_at: datetime
    end_at: datetime

    @property
    def points(self) -> int:
        """Slots from start to end."""
        return (self.end_at - self.start_at) // SLOT


def performance_window(settings: AssessmentSettings, run_end_at: datetime) -> Window:
    """Return the slots that a run looks at; a custom range does not depend on the run's end."""
    end_at = _ceiling(settings.perf_data_end_time or run_end_at)
    return Window(start_at=end_at - settings.window_points * SLOT, end_at=end_at)


def _ceiling(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 10, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + SLOT
