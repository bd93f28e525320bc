"""How long to leave a source alone after a failure."""

from collector_vmware.errors import LoginRefused, SourceError

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0
LOGIN_SECONDS = 60.0
"""A vCenter locks an account after 5 refused logins in 180 s. Source: VMware, vSphere Authentication."""
JITTER_RATIO = 0.25


def pause_seconds(error: SourceError, failures: int, chance: float) -> float:
    """Return the pause before the next attempt.

    Args:
        error: What went wrong last.
        failures: How many attempts in a row have failed, from 1.
        chance: Uniform in [0, 1): spreads collectors that lost a source at the same moment.
    """
    if isinstance(error, LoginRefused):
        seconds = LOGIN_SECONDS
    else:
        seconds = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(failures - 1, 10))
    return seconds * (1 + JITTER_RATIO * chance)
