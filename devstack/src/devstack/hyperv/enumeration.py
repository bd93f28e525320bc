"""Open enumerations: what was found, cut into batches as the client pulls."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devstack.hyperv.faults import encoding_limit, invalid_context, operations_quota
from devstack.hyperv.soap import new_id


@dataclass
class Limits:
    """WinRM's quotas, as `winrm get winrm/config` names them, and one habit of optimised Enumerate.

    `first_batch_items` bounds the items in the answer to Enumerate itself: real hosts often send just one.
    """

    max_envelope_kib: int = 500
    max_batch_items: int = 32_000
    max_concurrent_operations_per_user: int = 1_500
    enumeration_timeout_seconds: float = 60.0
    first_batch_items: int = 1


@dataclass
class Enumeration:
    """The items not yet pulled, already in XML, and the element that they stand in."""

    items: Sequence[str]
    position: int = 0
    used_at: float = 0.0

    @property
    def is_drained(self) -> bool:
        return self.position >= len(self.items)

    def take(self, max_items: int, max_characters: int) -> Sequence[str]:
        """The next items within both bounds.

        Raises:
            WsmanFault: not even one item fits.
        """
        end, characters = self.position, 0
        while end < len(self.items) and end - self.position < max_items:
            characters += len(self.items[end])
            if characters > max_characters:
                break
            end += 1
        if end == self.position and not self.is_drained and max_items > 0:
            raise encoding_limit()
        batch, self.position = self.items[self.position : end], end
        return batch


class EnumerationContexts:
    """The open enumerations of all clients; each Pull gets a new context id, idle ones expire."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._open: dict[str, Enumeration] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            self._expire()
            return len(self._open)

    def keep(self, enumeration: Enumeration) -> str:
        """Keep an enumeration for later Pulls and name its context.

        Raises:
            WsmanFault: the user has too many open operations.
        """
        with self._lock:
            self._expire()
            if len(self._open) >= self._limits.max_concurrent_operations_per_user:
                raise operations_quota(self._limits.max_concurrent_operations_per_user)
            enumeration.used_at = self._clock()
            context = new_id()
            self._open[context] = enumeration
            return context

    def take_out(self, context: str | None) -> Enumeration:
        """Take an enumeration out by its context, which is then used up.

        Raises:
            WsmanFault: there is none of that name, or it has expired.
        """
        with self._lock:
            self._expire()
            enumeration = self._open.pop(context or "", None)
        if enumeration is None:
            raise invalid_context()
        return enumeration

    def _expire(self) -> None:
        oldest = self._clock() - self._limits.enumeration_timeout_seconds
        for context in [name for name, found in self._open.items() if found.used_at < oldest]:
            del self._open[context]
