"""Faults of pyvmomi, HTTP and sockets become the collector's own errors."""

import contextlib
import http.client
import socket
import ssl
import traceback
from collections.abc import Iterator
from pathlib import Path
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from collector_vmware.errors import (
    AnswerUnreadable,
    CertificateRefused,
    LoginRefused,
    SessionEnded,
    SourceError,
    SourceUnreachable,
)


@contextlib.contextmanager
def translated(address: str) -> Iterator[None]:
    """Raise what the block raises as a `SourceError`.

    Texts of faults and errors are not passed on: only type names and places in the code are sure to hold no
    secret. What the client library stumbles over in an answer costs a connection, not the process.
    """
    try:
        yield
    except SourceError:
        raise
    except (vim.fault.InvalidLogin, vim.fault.NoPermission, vim.fault.NotAuthenticated) as fault:
        raise _session_error(fault, address) from None
    except vmodl.MethodFault as fault:
        raise SourceError("fault", f"{address} answered {type(fault).__name__}") from None
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused(f"certificate of {address}: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ExpatError) as error:
        raise SourceUnreachable(f"{address}: {_words(error)}") from None
    except Exception as error:  # noqa: BLE001  # the client library raises even bare ones
        raise AnswerUnreadable(f"{address}: {_place(error)}") from None


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


def _place(error: Exception) -> str:
    """Name an error and the line that it came from."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
