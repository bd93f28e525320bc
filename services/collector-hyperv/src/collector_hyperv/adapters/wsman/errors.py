"""What can go wrong between us and a host; every error of the libraries below becomes one of these.

WsmanError
├── HostUnreachable      no connection, or it broke
├── NoAnswer             connected, but no answer in time
├── CertificateRefused   the host's certificate is not one we trust
├── LoginRefused         the host does not accept the account
├── LoginUnavailable     this installation lacks what the login method needs
├── CredentialsUnreadable  a file with the user name or the password cannot be read
├── UnsealedAnswer       an answer without encryption where encryption was agreed
├── MalformedAnswer      not the answer that was asked for, or cut short
└── HostFault            the host answered with a fault
    ├── OperationsQuota  too many operations at a time: wait, then come again
    ├── TimedOut         the host gave up
    ├── QueryRefused     the class or a property does not exist
    ├── NotFound         the namespace, class or instance does not exist
    ├── AccessDenied     the account may not
    └── ContextLost      an enumeration that the host no longer knows
"""

from typing import ClassVar


class WsmanError(Exception):
    """Base of the client's errors; `code` is a stable word for status and metrics."""

    code: ClassVar[str] = "wsman"


class HostUnreachable(WsmanError):
    code = "unreachable"


class NoAnswer(WsmanError):
    code = "no-answer"


class CertificateRefused(WsmanError):
    code = "certificate-refused"


class LoginRefused(WsmanError):
    code = "login-refused"


class LoginUnavailable(WsmanError):
    code = "login-unavailable"


class CredentialsUnreadable(WsmanError):
    code = "credentials-unreadable"


class UnsealedAnswer(WsmanError):
    code = "unsealed-answer"


class MalformedAnswer(WsmanError):
    code = "malformed-answer"


class HostFault(WsmanError):
    """A SOAP fault.

    Attributes:
        fault_code: `WSManFault/@Code`, None where the fault has none.
        subcode: The SOAP subcode without its prefix, such as `CannotProcessFilter`.
    """

    code = "host-fault"

    def __init__(self, fault_code: int | None, subcode: str, reason: str) -> None:
        super().__init__(f"{reason} (fault {fault_code or subcode})")
        self.fault_code = fault_code
        self.subcode = subcode


class OperationsQuota(HostFault):
    code = "operations-quota"


class TimedOut(HostFault):
    code = "timed-out"


class QueryRefused(HostFault):
    code = "query-refused"


class NotFound(HostFault):
    code = "not-found"


class AccessDenied(HostFault):
    code = "access-denied"


class ContextLost(HostFault):
    code = "context-lost"


# Source: Windows SDK, wsmerror.h; Microsoft Learn, "WMI error constants" (some hosts hand WMI's through).
_BY_FAULT_CODE: dict[int, type[HostFault]] = {
    5: AccessDenied,
    0x80070005: AccessDenied,
    0x80041002: NotFound,
    0x80041003: AccessDenied,
    0x8004100E: NotFound,
    0x80041010: QueryRefused,
    0x80041017: QueryRefused,
    2150858752: NotFound,
    2150858778: QueryRefused,
    2150858779: ContextLost,
    2150858793: TimedOut,
    2150859173: OperationsQuota,
    2150859174: OperationsQuota,
    2150859175: OperationsQuota,
}
_BY_SUBCODE: dict[str, type[HostFault]] = {
    "AccessDenied": AccessDenied,
    "DestinationUnreachable": NotFound,
    "CannotProcessFilter": QueryRefused,
    "InvalidEnumerationContext": ContextLost,
    "TimedOut": TimedOut,
    "QuotaLimit": OperationsQuota,
}


def host_fault(fault_code: int | None, subcode: str, reason: str) -> HostFault:
    """Return the error for a fault, by its code or else by its subcode."""
    kind = _BY_FAULT_CODE.get(fault_code or 0) or _BY_SUBCODE.get(subcode, HostFault)
    return kind(fault_code, subcode, reason)
