"""SOAP calls as text over HTTP connections that share a session's cookie.

For what is asked often or answered at length: a client library spends ten times as much on objects.
"""

import contextlib
import http.client
import threading
from collections.abc import Iterator

from collector_vmware.adapters.vsphere_session import VsphereSession

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)


class UnexpectedStatus(Exception):
    """The answer is neither a result nor a SOAP fault."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def envelope(call: str) -> bytes:
    """Return a request around the element of a method."""
    return _ENVELOPE.format(call).encode()


class SoapChannel:
    """Connections of one session; threads may share it."""

    def __init__(self, session: VsphereSession, timeout_seconds: float) -> None:
        self._session = session
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPSConnection] = []
        self._closed = False

    @contextlib.contextmanager
    def ask(self, body: bytes) -> Iterator[http.client.HTTPResponse]:
        """Send a request and give its answer, a result or a SOAP fault, to be read to its end.

        Raises:
            UnexpectedStatus: Neither of the two came.
            OSError, http.client.HTTPException: As they come.
        """
        connection, response = self._send(body)
        try:
            yield _checked(response)
        except BaseException:
            response.close()  # it holds the socket open until it is read to its end
            connection.close()
            raise
        self._keep(connection)

    def close(self) -> None:
        """Close idle connections, and each one that is in use when its answer has come."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _keep(self, connection: http.client.HTTPSConnection) -> None:
        with self._lock:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def _send(self, body: bytes) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        """Send on an idle connection or, where the source has closed it meanwhile, on a new one."""
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle is not None:
            with contextlib.suppress(ConnectionError):
                return idle, self._post(idle, body)
        fresh = self._new_connection()
        return fresh, self._post(fresh, body)

    def _post(self, connection: http.client.HTTPSConnection, body: bytes) -> http.client.HTTPResponse:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": str(self._session.stub.versionId),
            "Cookie": self._session.cookie,
        }
        try:
            connection.request("POST", "/sdk", body, headers)
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def _new_connection(self) -> http.client.HTTPSConnection:
        source = self._session.source
        return http.client.HTTPSConnection(
            source.host, source.port, context=self._session.context, timeout=self._timeout_seconds
        )


def _checked(response: http.client.HTTPResponse) -> http.client.HTTPResponse:
    """A SOAP fault comes as HTTP 500 with XML; anything else unusual is no answer."""
    is_xml = "xml" in response.headers.get("Content-Type", "")
    if response.status != http.client.OK and not (
        response.status == http.client.INTERNAL_SERVER_ERROR and is_xml
    ):
        raise UnexpectedStatus(response.status)
    return response
