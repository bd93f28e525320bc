"""Free TCP ports on the loopback interface."""

import random
import socket

# Below the kernel's ephemeral range (32768 on Linux, 49152 elsewhere): no outgoing connection of another
# program can take the port between our look and the part's own bind.
_LOWEST, _HIGHEST = 20_000, 32_700
_handed_out: set[int] = set()
_random = random.SystemRandom()


class NoFreePort(Exception):
    """No port of the range could be bound."""


def free_port() -> int:
    """Return a port nobody listens on and that this process has not handed out before."""
    for _ in range(1_000):
        port = _random.randint(_LOWEST, _HIGHEST)
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port
    raise NoFreePort(f"no free port between {_LOWEST} and {_HIGHEST}")


def is_free(port: int) -> bool:
    """Say whether a server could bind the port now; a connection in TIME_WAIT does not count as taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Say whether a server accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
