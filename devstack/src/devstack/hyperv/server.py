"""The HTTP side: one thread per connection, login, sealing, and the WS-Management service behind them."""

import socket
import ssl
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from devstack.hyperv.auth import SEALED_TYPE, ConnectionSecurity, Credentials, SealError

_SOAP_TYPE = "application/soap+xml;charset=UTF-8"
_MAX_BODY_BYTES = 4 * 1024 * 1024

Answer = Callable[[bytes], tuple[int, bytes]]


class LineFault(Protocol):
    """Disturbs connections on demand."""

    def take_cut(self) -> bool:
        """Say whether to cut the connection in the middle of this response."""

    def take_http_error(self) -> bool:
        """Say whether to answer with a bare HTTP 500."""

    def take_lost_login(self) -> bool:
        """Say whether to forget who speaks on this connection."""


class WsmanServer(ThreadingHTTPServer):
    """Listens for WS-Management on `/wsman`; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        answer: Answer,
        credentials: Credentials,
        line_fault: LineFault,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answer = answer
        self.credentials = credentials
        self.line_fault = line_fault
        self.is_tls = tls is not None
        super().__init__(address, _Handler)
        if tls is not None:
            # The handshake happens in the connection's own thread, at its first read.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        scheme = "https" if self.is_tls else "http"
        return f"{scheme}://{self.server_address[0]!s}:{self.port}/wsman"

    def start(self) -> threading.Thread:
        """Serve in a background thread until the process ends."""
        # Waking often to see whether to stop would cost more than the work, with hundreds of hosts.
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 5.0}, daemon=True)
        thread.start()
        return thread

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that clients break off; anything else is a bug worth a traceback."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ssl.SSLError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # one write per response: headers and body go out in one segment
    server: WsmanServer

    def setup(self) -> None:
        super().setup()
        self.security = ConnectionSecurity(self.server.credentials, self.server.is_tls)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the process's output is its ready line."""

    def do_POST(self) -> None:
        body = self._read_body()
        if body is None:
            return
        if self.path.rstrip("/").lower() != "/wsman":
            self._reply(404, b"")
            return
        if self.security.is_logged_in and self.server.line_fault.take_lost_login():
            self.security.forget()
        outcome = self.security.authenticate(
            self.headers.get("Authorization", "").strip(), has_certificate=self._has_certificate()
        )
        if not outcome.granted:
            self._reply(401, b"", challenges=outcome.challenges)
        elif not body:
            self._reply(200, b"", challenges=outcome.challenges)
        else:
            self._serve(body, outcome.challenges)

    def _has_certificate(self) -> bool:
        return isinstance(self.connection, ssl.SSLSocket) and bool(self.connection.getpeercert())

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _MAX_BODY_BYTES:
            self.close_connection = True
            self._reply(413, b"")
            return None
        return self.rfile.read(int(length))

    def _serve(self, body: bytes, challenges: tuple[str, ...]) -> None:
        if self.server.line_fault.take_http_error():
            self._reply(500, b"")
            return
        is_sealed = "session-encrypted" in self.headers.get("Content-Type", "")
        if not is_sealed and not self.server.is_tls:
            self._reply(500, b"")  # AllowUnencrypted is false
            return
        try:
            message = self.security.unseal(body) if is_sealed else body
        except SealError:
            self._reply(400, b"")
            return
        status, answer = self.server.answer(message)
        if is_sealed:
            self._reply(status, self.security.seal(answer), SEALED_TYPE, challenges)
        else:
            self._reply(status, answer, challenges=challenges)

    def _reply(
        self, status: int, body: bytes, content_type: str = _SOAP_TYPE, challenges: tuple[str, ...] = ()
    ) -> None:
        self.send_response(status)
        if body:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for challenge in challenges:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        if body and self.server.line_fault.take_cut():
            self._cut(body)
            return
        self.wfile.write(body)

    def _cut(self, body: bytes) -> None:
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
