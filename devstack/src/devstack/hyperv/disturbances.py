"""What goes wrong on demand: faults, slowness, cut connections, missing rights."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from devstack.hyperv import faults
from devstack.hyperv.soap import Request

FAULTS: dict[str, Callable[[], faults.WsmanFault]] = {
    "operations_quota": lambda: faults.operations_quota(1500),
    "timeout": faults.timed_out,
    "access_denied": faults.access_denied,
    "invalid_context": faults.invalid_context,
}


class Disturbances:
    """Counts down what was ordered; safe to use from the connections' threads."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        self._pending: Counter[str] = Counter()
        self._cuts = 0
        self._delay_seconds = 0.0
        self._hides_instances = False

    @property
    def hides_instances(self) -> bool:
        return self._hides_instances

    def order_fault(self, kind: str, times: int) -> None:
        """Refuse the next `times` requests; see FAULTS for the kinds.

        Raises:
            ValueError: no such kind.
        """
        if kind not in FAULTS:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(sorted(FAULTS))}")
        with self._lock:
            self._pending[kind] = times

    def order_cuts(self, times: int) -> None:
        """Cut the connection in the middle of the next `times` answers."""
        with self._lock:
            self._cuts = times

    def slow_down(self, seconds: float) -> None:
        """Delay every answer from now on; 0 ends it."""
        self._delay_seconds = seconds

    def weaken_rights(self, weak: bool) -> None:
        """Find nothing, without an error, as for a caller without Hyper-V rights."""
        self._hides_instances = weak

    def before(self, request: Request) -> None:
        """Delay a request, or refuse it.

        Raises:
            WsmanFault: a fault was ordered, or the delay is beyond the request's own time limit.
        """
        delay = self._delay_seconds
        if delay:
            self._sleep(min(delay, request.timeout_seconds))
            if delay > request.timeout_seconds:
                raise faults.timed_out()
        with self._lock:
            kind = next((name for name, left in self._pending.items() if left > 0), None)
            if kind is None:
                return
            self._pending[kind] -= 1
        raise FAULTS[kind]()

    def take_cut(self) -> bool:
        """Say whether to cut this answer short."""
        with self._lock:
            if self._cuts == 0:
                return False
            self._cuts -= 1
            return True
