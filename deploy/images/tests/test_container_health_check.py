"""The health check of the images, against servers that are well, ill and absent."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from devstack.ports import free_port

SCRIPT = Path(__file__).resolve().parents[1] / "healthcheck.py"


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (503, 1)])
def test_health_check_ends_as_the_service_is(status: int, exit_code: int) -> None:
    with answering(status) as port:
        assert health_check(port) == exit_code


def test_health_check_fails_where_nothing_listens() -> None:
    assert health_check(free_port()) == 1


def test_health_check_goes_past_a_proxy() -> None:
    with answering(200) as port:
        assert health_check(port, http_proxy=f"http://127.0.0.1:{free_port()}") == 0


def health_check(port: int, **environment: str) -> int:
    variables = {**os.environ, **environment, "SURVEYOR_NORMALIZER__HTTP_PORT": str(port)}
    return subprocess.run([sys.executable, SCRIPT, "NORMALIZER"], env=variables).returncode


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Serve `/healthz` with a status on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
