"""WS-Management faults, with the codes Windows sends.

Codes and subcodes: Microsoft Learn, [MS-WSMV] and the Windows SDK's wsmerror.h; DMTF DSP0226, faults.
"""

from dataclasses import dataclass

WSMAN_FAULT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
ENUMERATION_FAULT = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault"
ADDRESSING_FAULT = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"


@dataclass
class WsmanFault(Exception):
    """A request that is answered with a SOAP fault.

    `provider_message` is what the WMI provider says, inside a `ProviderFault`, where the provider refused.
    """

    code: int
    subcode: str
    reason: str
    action: str = WSMAN_FAULT
    provider_message: str | None = None
    role: str = "Sender"


def resource_not_found(what: str) -> WsmanFault:
    return WsmanFault(
        2150858752,
        "a:DestinationUnreachable",
        "The WS-Management service cannot process the request. The service cannot find the resource "
        f"identified by the resource URI and selectors: {what}.",
        ADDRESSING_FAULT,
    )


def cannot_process_filter(provider_message: str) -> WsmanFault:
    return WsmanFault(
        2150858778,
        "n:CannotProcessFilter",
        "The data source could not process the filter. The filter might be missing or it might be invalid. "
        "Change the filter and try the request again.",
        ENUMERATION_FAULT,
        provider_message,
    )


def dialect_unavailable(dialect: str) -> WsmanFault:
    return WsmanFault(
        2150858777,
        "n:FilterDialectRequestedUnavailable",
        f"The requested filtering dialect is not supported: {dialect}.",
        ENUMERATION_FAULT,
    )


def invalid_context() -> WsmanFault:
    return WsmanFault(
        2150858779,
        "n:InvalidEnumerationContext",
        "The supplied enumeration context is invalid.",
        ENUMERATION_FAULT,
        role="Receiver",
    )


def timed_out() -> WsmanFault:
    return WsmanFault(
        2150858793,
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in "
        "OperationTimeout.",
        role="Receiver",
    )


def operations_quota(limit: int) -> WsmanFault:
    return WsmanFault(
        2150859174,
        "w:QuotaLimit",
        f"This user is allowed a maximum number of {limit} concurrent operations, which has been exceeded. "
        "Close existing operations for this user, or raise the quota for this user.",
    )


def encoding_limit() -> WsmanFault:
    return WsmanFault(
        2150858805,
        "w:EncodingLimit",
        "An item in the response exceeds the maximum envelope size.",
        role="Receiver",
    )


def action_not_supported(action: str) -> WsmanFault:
    return WsmanFault(
        2150858771,
        "a:ActionNotSupported",
        f"The action is not supported by the service: {action}.",
        ADDRESSING_FAULT,
    )


def missing_header(name: str) -> WsmanFault:
    return WsmanFault(
        2150858769,
        "a:MessageInformationHeaderRequired",
        f"The request lacks a required header: {name}.",
        ADDRESSING_FAULT,
    )


def schema_validation() -> WsmanFault:
    return WsmanFault(2150858817, "w:SchemaValidationError", "The SOAP XML in the message is not valid.")


def insufficient_selectors() -> WsmanFault:
    return WsmanFault(
        2150858842, "w:InvalidSelectors", "The request does not name all the keys of the resource."
    )


def unexpected_selectors(name: str) -> WsmanFault:
    return WsmanFault(2150858843, "w:InvalidSelectors", f"The resource has no key {name}.")


def invalid_parameter(name: str) -> WsmanFault:
    return WsmanFault(2150858810, "w:InvalidParameter", f"The method has no valid parameter {name}.")


def access_denied() -> WsmanFault:
    return WsmanFault(5, "w:AccessDenied", "Access is denied.")
