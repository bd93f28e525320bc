"""One logged-in connection to a host: pywinrm's transport, its errors mapped.

Sealing with NTLM belongs to one TCP connection, so a connection serves one thread at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import requests
from pydantic import SecretStr
from winrm.exceptions import AuthenticationError, WinRMError, WinRMTransportError
from winrm.transport import HAVE_CREDSSP, HAVE_KERBEROS, Transport

from collector_hyperv.adapters.wsman.errors import (
    CertificateRefused,
    CredentialsUnreadable,
    HostUnreachable,
    LoginRefused,
    LoginUnavailable,
    MalformedAnswer,
    NoAnswer,
    UnsealedAnswer,
    WsmanError,
)

LoginMethod = Literal["ntlm", "kerberos", "basic", "credssp", "certificate"]
Credentials = Callable[[], tuple[str | None, SecretStr | None]]

CONNECT_TIMEOUT_SECONDS = 10
READ_TIMEOUT_SECONDS = 60
_HTTP_UNAUTHORIZED = 401
_HTTP_FAULT = 500


@dataclass(frozen=True)
class Login:
    """How to reach a host and who we are there.

    Attributes:
        endpoint: The host's WS-Management address.
        method: How to log in.
        credentials: Returns user name and password, asked at each login; a ValueError says that it cannot.
    """

    endpoint: str
    method: LoginMethod
    credentials: Credentials = lambda: (None, None)
    verify_certificate: bool = True
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether messages are encrypted by the login itself, since nothing below does it."""
        return self.endpoint.startswith("http://")


class Connection(Protocol):
    """Sends a request and returns the answer's envelope, whether it is a fault or not."""

    def send(self, message: bytes) -> bytes:
        """Send one request.

        Raises:
            WsmanError: there is no envelope to return.
        """

    def close(self) -> None:
        """Close the TCP connection."""


class _SealedTransport(Transport):
    """pywinrm's transport takes a plain answer on a sealed connection for good; this one does not."""

    def build_session(self) -> requests.Session:
        session: requests.Session = super().build_session()
        # Or every request looks through the environment for a proxy, which there is none of.
        session.trust_env = False
        return session

    def _get_message_response_text(self, response: requests.Response) -> bytes:
        if (
            self.encryption
            and response.content
            and "encrypted" not in response.headers.get("Content-Type", "")
        ):
            raise UnsealedAnswer("the host answered without encryption")
        text: bytes = super()._get_message_response_text(response)
        return text


def unavailable_reason(method: LoginMethod) -> str | None:
    """Say what a login method lacks in this installation; None if it can be used."""
    if method == "kerberos" and not HAVE_KERBEROS:
        return "auth kerberos needs the extra collector-hyperv[kerberos]"
    if method == "credssp" and not HAVE_CREDSSP:
        return "auth credssp needs the extra collector-hyperv[credssp]"
    return None


_MAY_BE_A_LOST_LOGIN = (HostUnreachable, LoginRefused, MalformedAnswer)
"""How it shows that an idle connection was dropped: the next one is made without a word and without a login,
so the host cannot open what was sealed for the old one, or we cannot open its answer."""


class WinrmConnection:
    """A connection that logs in at its first message, and once more where it was dropped."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._transport: Transport | None = None

    def send(self, message: bytes) -> bytes:
        """Send one request; see `Connection`."""
        is_fresh = self._transport is None
        try:
            return self._send(message)
        except _MAY_BE_A_LOST_LOGIN:
            self.close()
            if is_fresh:
                raise
        return self._send(message)

    def close(self) -> None:
        """Close the TCP connection; the next message logs in again."""
        if self._transport is not None:
            self._transport.close_session()
            self._transport = None

    def _send(self, message: bytes) -> bytes:
        try:
            if self._transport is None:
                self._transport = _transport(self._login)
            return self._transport.send_message(message)
        except WinRMTransportError as error:
            return _fault_body(error)
        except Exception as error:
            is_logged_in = self._transport is not None and self._transport.session is not None
            self.close()
            raise _mapped(error, is_logged_in) from error


class FirstReachable:
    """One of several ways to a host: the first on which a connection comes about.

    A way where a certificate or the account is refused is not avoided: what is wrong there has to be seen.
    """

    def __init__(self, ways: Sequence[WinrmConnection]) -> None:
        self._ways = tuple(ways)
        self._chosen: WinrmConnection | None = None

    def send(self, message: bytes) -> bytes:
        """Send one request; see `Connection`."""
        error: HostUnreachable | None = None
        for way in (self._chosen,) if self._chosen else self._ways:
            try:
                answer = way.send(message)
            except HostUnreachable as unreachable:
                # The next request tries all ways again; the first failure is that of the preferred one.
                self._chosen, error = None, error or unreachable
            else:
                self._chosen = way
                return answer
        raise error or HostUnreachable("no way to the host")

    def close(self) -> None:
        """Close the TCP connections."""
        for way in self._ways:
            way.close()


def _transport(login: Login) -> Transport:
    try:
        username, password = login.credentials()
    except ValueError as error:
        raise CredentialsUnreadable(str(error)) from error
    return _SealedTransport(
        endpoint=login.endpoint,
        username=username,
        password=password.get_secret_value() if password else None,
        auth_method=login.method,
        cert_pem=_text(login.client_certificate),
        cert_key_pem=_text(login.client_key),
        server_cert_validation="validate" if login.verify_certificate else "ignore",
        ca_trust_path=_text(login.ca_file),  # type: ignore[arg-type]  # None: the library's own
        message_encryption="always" if login.is_sealed else "never",
        read_timeout_sec=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),  # type: ignore[arg-type]  # requests takes both
        proxy=None,
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _fault_body(error: WinRMTransportError) -> bytes:
    """Return the envelope of a fault: it comes with HTTP status 500."""
    text = error.response_text
    if error.code == _HTTP_FAULT and text:
        return text.encode()
    if error.code == _HTTP_UNAUTHORIZED:
        raise LoginRefused("the host does not accept the account") from error
    raise MalformedAnswer(f"HTTP status {error.code}") from error


def _mapped(error: Exception, is_logged_in: bool) -> WsmanError:
    """Return our error for a library's; texts of our own, since theirs may quote what we sent."""
    match error:
        case WsmanError():
            return error
        case AuthenticationError():
            return LoginRefused("the host does not accept the account")
        case requests.exceptions.SSLError() if "_ALERT_" in str(error):
            # The host's word, not ours: it does not take the certificate that we show.
            return LoginRefused("the host does not accept the TLS connection, or the account's certificate")
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return CertificateRefused("the host's certificate is not trusted, or does not name the host")
        case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
            return MalformedAnswer("the answer was cut short")
        case requests.exceptions.ReadTimeout():
            return NoAnswer(f"no answer within {READ_TIMEOUT_SECONDS} s")
        case requests.exceptions.RequestException() | OSError():
            return HostUnreachable(f"no connection ({_root_cause(error)})")
        case WinRMError() if not is_logged_in:
            return LoginUnavailable(str(error))
        case _:
            return MalformedAnswer(f"the answer could not be opened ({type(error).__name__})")


def _root_cause(error: BaseException) -> str:
    """Name the system's error at the bottom of a library's stack of exceptions."""
    seen = error
    while (below := seen.__cause__ or seen.__context__) is not None:
        seen = below
    return seen.strerror or type(seen).__name__ if isinstance(seen, OSError) else type(seen).__name__
