"""What goes wrong on demand: faults, slowness, cut connections, lost logins, missing rights and classes."""

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
        self._http_errors = self._garbage = self._lost_logins = 0
        self._hides_instances = False
        self._denied_namespaces: set[str] = set()
        self._hidden_classes: set[str] = set()

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

    def order_http_errors(self, times: int) -> None:
        """Answer the next `times` requests with a bare HTTP 500."""
        with self._lock:
            self._http_errors = times

    def order_garbage(self, times: int) -> None:
        """Make the rows of the next `times` queries senseless."""
        with self._lock:
            self._garbage = times

    def order_lost_logins(self, times: int) -> None:
        """Refuse the next `times` requests on connections that are logged in."""
        with self._lock:
            self._lost_logins = times

    def deny_namespace(self, namespace: str, denied: bool) -> None:
        """Refuse every request to a namespace, or no longer."""
        change = self._denied_namespaces.add if denied else self._denied_namespaces.discard
        change(namespace.lower())

    def hide_class(self, class_name: str, hidden: bool) -> None:
        """Let queries of a class find that there is none, or no longer."""
        change = self._hidden_classes.add if hidden else self._hidden_classes.discard
        change(class_name.lower())

    def denies(self, namespace: str) -> bool:
        return namespace.lower() in self._denied_namespaces

    def hides(self, class_name: str) -> bool:
        return class_name.lower() in self._hidden_classes

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
        return self._take("_cuts")

    def take_http_error(self) -> bool:
        """Say whether to answer this request with a bare error."""
        return self._take("_http_errors")

    def take_garbage(self) -> bool:
        """Say whether to answer this query with nonsense."""
        return self._take("_garbage")

    def take_lost_login(self) -> bool:
        """Say whether to forget who speaks on this connection."""
        return self._take("_lost_logins")

    def _take(self, counter: str) -> bool:
        with self._lock:
            left: int = getattr(self, counter)
            setattr(self, counter, max(0, left - 1))
            return left > 0
