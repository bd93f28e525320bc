"""At which messages a consumer's processes ended, and what follows from it for a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

Place = tuple[str, int, int]
"""Topic, partition, offset."""

CRASHES_ALLOWED = 3


class CrashKind(StrEnum):
    """How a process ended."""

    EXCEPTION = "exception"
    """Its handler raised what nobody foresaw."""
    DEATH = "death"
    """It was killed, or a library took it down: no code of ours ran any more."""


@dataclass(frozen=True)
class Crash:
    """One end of a process.

    Attributes:
        places: The messages that were under work.
        alone: Whether the one message was all that the process worked on.
        at: When the work began for a death, when it failed for an exception; tells crashes apart.
    """

    places: Sequence[Place]
    kind: CrashKind
    alone: bool
    error: str
    at: datetime


class Record(NamedTuple):
    """How many crashes a message was part of."""

    exceptions: int = 0
    deaths: int = 0
    alone: int = 0
    """Of both kinds, those that happened while it was alone under work."""

    @property
    def suspected(self) -> bool:
        """Whether it is to be handled alone from now on.

        An exception comes from what was handed to the handler. A death may have been the machine's or the
        operator's doing, and costs its neighbours nothing until it comes again and again.
        """
        return self.exceptions > 0 or self.deaths >= CRASHES_ALLOWED

    @property
    def convicted(self) -> bool:
        """Whether it is never to be handled again: neighbours and chance are ruled out."""
        return self.alone >= CRASHES_ALLOWED


NOTHING_KNOWN = Record()
