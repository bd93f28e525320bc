"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class SettableClock:
    """Tells the time that it was set to."""

    def __init__(self, now: datetime = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time set, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Set an aware time."""
        self._now = now.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move on, or back when negative."""
        self._now += timedelta(seconds=seconds)
