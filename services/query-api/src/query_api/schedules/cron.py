"""When a cron expression fires, in UTC."""

from datetime import datetime, timedelta
from itertools import islice, pairwise

from cronsim import CronSim, CronSimError

SHORTEST_INTERVAL = timedelta(minutes=10)
"""A result's data window moves in steps of ten minutes: more often would calculate the same again."""
_LOOKED_AT = 50


class CronRefused(ValueError):
    """An expression that is none, never fires, or fires too often; the message says which."""


def next_run_at(cron: str, after: datetime) -> datetime:
    """Return the first time after `after` (UTC) that `cron` names.

    Raises:
        CronRefused: The expression is none, or never fires.
    """
    return _upcoming(cron, after, 1)[0]


def check_cron(cron: str, now: datetime) -> None:
    """Check that an expression fires, and not more often than a result can change.

    Raises:
        CronRefused: It does not, or it does.
    """
    upcoming = _upcoming(cron, now, _LOOKED_AT)
    gaps = [later - earlier for earlier, later in pairwise(upcoming)]
    if gaps and min(gaps) < SHORTEST_INTERVAL:
        raise CronRefused("fires more often than every 10 minutes; results change no faster than that")


def _upcoming(cron: str, after: datetime, count: int) -> list[datetime]:
    if len(cron.split()) != 5:
        raise CronRefused("needs five fields: minute, hour, day of month, month, day of week")
    try:
        upcoming = list(islice(CronSim(cron, after), count))
    except CronSimError as error:
        raise CronRefused(f"is no cron expression: {error}") from error
    if not upcoming:
        raise CronRefused("names no time that ever comes")
    return upcoming
