"""Ends with 0 if the service in this container is alive, for engines that have no probes of their own."""

import http.client
import os
import sys

TIMEOUT_SECONDS = 4


def is_alive(port: int) -> bool:
    """Ask `/healthz` on the loopback address, past any proxy that the environment names."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_alive(int(os.environ[f"SURVEYOR_{sys.argv[1]}__HTTP_PORT"])))
