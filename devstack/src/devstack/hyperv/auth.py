"""Authentication and message sealing, bound to one TCP connection as WinRM binds them.

NTLM comes bare or wrapped in SPNEGO, under `Negotiate`; Basic and client certificates are accepted only over
TLS. Over plain HTTP every message must be sealed: `multipart/encrypted` with tab-indented part headers, then
the length of the signature, the signature and the data.

Source: Microsoft Learn, [MS-WSMV] 2.2.9.1 (encrypted message types); RFC 4559.
"""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass, field

import spnego
from spnego.exceptions import SpnegoError

MUTUAL_TLS = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_BOUNDARY = b"--Encrypted Boundary"
_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
SEALED_TYPE = f'multipart/encrypted;protocol="{_PROTOCOL}";boundary="Encrypted Boundary"'


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str

    def match(self, username: str, password: str) -> bool:
        same_name = self.username.lower() == username.lower()
        return hmac.compare_digest(self.password.encode(), password.encode()) and same_name


@dataclass(frozen=True)
class Outcome:
    """Whether the caller is let in, and the WWW-Authenticate values to send."""

    granted: bool
    challenges: tuple[str, ...] = ()


class SealError(ValueError):
    """A sealed message is malformed or was not sealed by the one who logged in."""


@dataclass
class ConnectionSecurity:
    """Who speaks on one connection, and the keys that were agreed on it."""

    credentials: Credentials
    is_tls: bool
    _context: spnego.ContextProxy | None = None
    _granted: bool = False
    _schemes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._schemes = ("Negotiate", 'Basic realm="WSMAN"') if self.is_tls else ("Negotiate",)

    @property
    def is_logged_in(self) -> bool:
        return self._granted

    def forget(self) -> None:
        """Forget who speaks, as when a login has expired."""
        self._granted, self._context = False, None

    def authenticate(self, authorization: str, *, has_certificate: bool = False) -> Outcome:
        """Take one step of the login with the Authorization header of a request; empty if there is none.

        `has_certificate`: the caller has shown a certificate of an account when the connection was made.
        """
        if authorization == MUTUAL_TLS:
            self._granted, self._context = has_certificate, None
            return Outcome(True) if has_certificate else self._refuse()
        scheme, _, token = authorization.partition(" ")
        if not scheme:
            return Outcome(True) if self._granted else self._refuse()
        try:
            raw = base64.b64decode(token, validate=True)
        except binascii.Error:
            return self._refuse()
        if scheme.lower() == "basic" and self.is_tls:
            return self._basic(raw)
        if scheme.lower() in ("negotiate", "ntlm"):
            return self._negotiate(scheme, raw)
        return self._refuse()

    def unseal(self, body: bytes) -> bytes:
        """Open a `multipart/encrypted` body.

        Raises:
            SealError: it is malformed, was changed on the way, or nobody is logged in.
        """
        if self._context is None or not self._granted:
            raise SealError("nobody is logged in")
        try:
            _, header, rest = body.split(_BOUNDARY + b"\r\n", 2)
            expected = int(header.rsplit(b"Length=", 1)[1])
            payload = rest.split(b"\r\n", 1)[1].removesuffix(_BOUNDARY + b"--\r\n")
            (signature_length,) = struct.unpack_from("<i", payload)
            signature, data = payload[4 : 4 + signature_length], payload[4 + signature_length :]
            message = self._context.unwrap_winrm(signature, data)
        except (ValueError, IndexError, struct.error, SpnegoError) as error:
            raise SealError("malformed") from error
        if len(message) != expected:
            raise SealError("another length than announced")
        return message

    def seal(self, message: bytes) -> bytes:
        """Seal a message for the one who is logged in."""
        if self._context is None:
            raise SealError("nobody is logged in")
        header, data, padding = self._context.wrap_winrm(message)
        part = f"\tContent-Type: {_PROTOCOL}\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;"
        return b"".join(
            (
                _BOUNDARY + b"\r\n",
                part.encode() + f"Length={len(message) + padding}\r\n".encode(),
                _BOUNDARY + b"\r\n\tContent-Type: application/octet-stream\r\n",
                struct.pack("<i", len(header)) + header + data,
                _BOUNDARY + b"--\r\n",
            )
        )

    def _basic(self, raw: bytes) -> Outcome:
        username, _, password = raw.decode("utf-8", "replace").partition(":")
        self._granted = self.credentials.match(username, password)
        self._context = None
        return Outcome(True) if self._granted else self._refuse()

    def _negotiate(self, scheme: str, token: bytes) -> Outcome:
        if self._context is None or self._context.complete:
            self._granted = False
            protocol = "ntlm" if token.startswith(b"NTLMSSP\0") else "negotiate"
            options = spnego.NegotiateOptions.use_ntlm if protocol == "ntlm" else spnego.NegotiateOptions.none
            self._context = spnego.server(protocol=protocol, options=options)
        try:
            answer = self._context.step(token)
        except (SpnegoError, ValueError, LookupError, TypeError, struct.error):
            # The acceptor meets malformed tokens with whatever its parser trips over.
            return self._refuse()
        challenge = (f"{scheme} {base64.b64encode(answer).decode()}",) if answer else ()
        self._granted = self._context.complete
        return Outcome(self._granted, challenge)

    def _refuse(self) -> Outcome:
        self.forget()
        return Outcome(False, self._schemes)
