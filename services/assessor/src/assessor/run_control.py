"""How a run ends before its result is there."""

from collections.abc import Callable
from typing import Literal

FailureCode = Literal["catalogue-unknown", "no-machines", "settings-not-supported", "internal"]


class RunFailed(Exception):
    """A run that cannot have a result; the message is for the person who asked for it."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class RunCancelled(Exception):
    """Somebody asked to stop the run."""

    def __init__(self, cancelled_by: str) -> None:
        super().__init__(cancelled_by)
        self.cancelled_by = cancelled_by


class RunGivenAway(Exception):
    """Another assessor has the run now: this one neither ends nor announces it."""


CheckIn = Callable[[], None]
"""Called between the steps of a run; raises `RunCancelled` or `RunGivenAway` when it is to end there."""


def carry_on() -> None:
    """Let a run go on: the check for runs that nobody can stop."""
