"""Faults of pyvmomi, HTTP and sockets become the collector's own errors."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from collector_vmware.errors import (
    CertificateRefused,
    LoginRefused,
    SessionEnded,
    SourceError,
    SourceUnreachable,
)


@contextlib.contextmanager
def translated(address: str) -> Iterator[None]:
    """Raise what the block raises as a `SourceError`.

    Texts of the vendor's faults are not passed on: only their type names are sure to hold no secret.
    """
    try:
        yield
    except (vim.fault.InvalidLogin, vim.fault.NoPermission, vim.fault.NotAuthenticated) as fault:
        raise _session_error(fault, address) from None
    except vmodl.MethodFault as fault:
        raise SourceError("fault", f"{address} answered {type(fault).__name__}") from None
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused(f"certificate of {address}: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ExpatError) as error:
        raise SourceUnreachable(f"{address}: {_words(error)}") from None


def _session_error(fault: Exception, address: str) -> SourceError:
    if isinstance(fault, vim.fault.InvalidLogin):
        return LoginRefused(f"{address} refused user name or password")
    if isinstance(fault, vim.fault.NotAuthenticated):
        return SessionEnded()
    return SourceError("no-permission", f"{address}: the account lacks a right that is needed to read")


def _words(error: Exception) -> str:
    if isinstance(error, socket.gaierror | TimeoutError):
        return "name not found" if isinstance(error, socket.gaierror) else "timed out"
    return getattr(error, "strerror", None) or type(error).__name__
