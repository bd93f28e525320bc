"""The control endpoint: `POST /<change>` with a JSON object of arguments, on a port of its own.

`POST /<host>/<change>` where the process has several hosts; the first one needs no name.

For demos and tests outside the simulator's process; it listens on the loopback address only.
"""

import inspect
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from devstack.hyperv.changes import Changes
from devstack.hyperv.host import UnknownMachine
from devstack.hyperv.moves import ChangeRefused
from devstack.hyperv.site import SimulatedSite, UnknownHost

_MAX_BODY_BYTES = 1024 * 1024


class ControlServer(ThreadingHTTPServer):
    """Serves the changes of a site's hosts; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, site: SimulatedSite, port: int = 0) -> None:
        self.changes = {host.name.lower(): Changes(host, site) for host in site.hosts}
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ControlServer

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the process's output is its ready line."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MAX_BODY_BYTES:
            self._reply(413, {"error": "too long"})
            return
        raw = self.rfile.read(length)
        change = self._change()
        if change is None:
            self._reply(404, {"error": f"no such change: {self.path}"})
            return
        try:
            arguments = json.loads(raw or b"{}")
            inspect.signature(change).bind(**arguments)
            self._reply(200, change(**arguments))
        except UnknownMachine as error:
            self._reply(404, {"error": f"no such machine: {error}"})
        except UnknownHost as error:
            self._reply(404, {"error": f"no such host: {error}"})
        except (ChangeRefused, TypeError, ValueError) as error:
            self._reply(400, {"error": str(error)})

    def _change(self) -> Callable[..., Any] | None:
        host, _, name = self.path.strip("/").rpartition("/")
        all_changes = self.server.changes
        changes = all_changes.get(host.lower()) if host else next(iter(all_changes.values()))
        name = name.replace("-", "_")
        return None if name.startswith("_") else getattr(changes, name, None)

    def _reply(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class ControlError(RuntimeError):
    """The control endpoint refused a change; the message says why."""


class ControlClient:
    """Makes the changes of `devstack.hyperv.changes.Changes` over the control endpoint.

    `control.call("rename_machine", machine="hv-web-01", name="hv-web-99")`, or as a method of the same name:
    `control.rename_machine(machine="hv-web-01", name="hv-web-99")`. Arguments are given by name.
    """

    def __init__(self, url: str) -> None:
        # trust_env: a proxy in the environment must not come between us and the loopback address.
        self._http = httpx.Client(base_url=url, timeout=30.0, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def call(self, change: str, /, **arguments: Any) -> Any:
        """Make one change and return its result.

        Raises:
            ControlError: it was refused.
        """
        response = self._http.post(f"/{change}", json=arguments)
        if response.status_code != httpx.codes.OK:
            raise ControlError(response.json()["error"])
        return response.json()

    def __getattr__(self, change: str) -> Any:
        if not callable(getattr(Changes, change, None)) or change.startswith("_"):
            raise AttributeError(change)

        def call(**arguments: Any) -> Any:
            return self.call(change, **arguments)

        return call
