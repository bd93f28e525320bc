"""SOAP envelopes: the request as the service reads it, and the responses."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from devstack.hyperv.faults import WsmanFault, missing_header, schema_validation

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
IDENTIFY = "http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd"

_DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if prefix != "f")
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_DEFAULT_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request; `body` is the first element in the SOAP body, None where there is none."""

    action: str
    message_id: str
    resource_uri: str
    selectors: Mapping[str, str]
    timeout_seconds: float
    max_envelope_characters: int | None
    body: etree._Element | None

    @property
    def operation(self) -> str:
        return self.action.rsplit("/", 1)[-1]

    def text(self, path: str) -> str | None:
        """The text of an element below the body, by a path with the prefixes of NAMESPACES."""
        if self.body is None:
            return None
        found = self.body.find(path, NAMESPACES)
        return None if found is None else (found.text or "").strip()


def parse_request(message: bytes) -> Request:
    """Parse a SOAP request.

    Raises:
        WsmanFault: it is not well-formed, is no envelope, or lacks the action.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(message, parser)
    except etree.XMLSyntaxError as error:
        raise schema_validation() from error
    if root.tag != f"{{{NAMESPACES['s']}}}Envelope":
        raise schema_validation()
    action = _text(root, "s:Header/a:Action")
    body = root.find("s:Body", NAMESPACES)
    first = None if body is None or len(body) == 0 else body[0]
    if not action and not (first is not None and first.tag == f"{{{IDENTIFY}}}Identify"):
        raise missing_header("Action")
    size = _text(root, "s:Header/w:MaxEnvelopeSize")
    return Request(
        action=action or "Identify",
        message_id=_text(root, "s:Header/a:MessageID"),
        resource_uri=_text(root, "s:Header/w:ResourceURI"),
        selectors={
            selector.get("Name", ""): (selector.text or "")
            for selector in root.iterfind("s:Header/w:SelectorSet/w:Selector", NAMESPACES)
        },
        timeout_seconds=parse_duration(_text(root, "s:Header/w:OperationTimeout")),
        max_envelope_characters=int(size) if size.isdigit() else None,
        body=first,
    )


def parse_duration(text: str) -> float:
    """Seconds of an XML duration such as `PT60.000S`; WinRM's default of 60 where the text is none."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return _DEFAULT_TIMEOUT_SECONDS
    days, hours, minutes, seconds = (
        float(match[part] or 0) for part in ("days", "hours", "minutes", "seconds")
    )
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def envelope(action: str, relates_to: str, body: str) -> str:
    """Write a response envelope around the XML text of its body."""
    return (
        f'<s:Envelope xml:lang="en-US" {_DECLARATIONS}><s:Header><a:Action>{escape(action)}</a:Action>'
        f"<a:MessageID>{new_id()}</a:MessageID><a:To>{ANONYMOUS}</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


def new_id() -> str:
    return f"uuid:{str(uuid.uuid4()).upper()}"


def fault_envelope(fault: WsmanFault, relates_to: str, *, machine: str) -> str:
    """Write a fault, with what the provider said inside a `ProviderFault` where it was the provider's."""
    message = escape(fault.reason) if fault.provider_message is None else _provider_fault(fault, machine)
    return envelope(
        fault.action,
        relates_to,
        f"<s:Fault><s:Code><s:Value>s:{fault.role}</s:Value><s:Subcode><s:Value>{fault.subcode}</s:Value>"
        f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{escape(fault.reason)}</s:Text></s:Reason>'
        f"<s:Detail>{_wsman_fault(fault.code, machine, message)}</s:Detail></s:Fault>",
    )


def _wsman_fault(code: int, machine: str, message: str) -> str:
    return (
        f'<f:WSManFault xmlns:f="{NAMESPACES["f"]}" Code="{code}" Machine={quoteattr(machine)}>'
        f"<f:Message>{message}</f:Message></f:WSManFault>"
    )


def _provider_fault(fault: WsmanFault, machine: str) -> str:
    inner = _wsman_fault(fault.code, machine, escape(fault.provider_message or ""))
    return (
        '<f:ProviderFault provider="WMI Provider" path="%systemroot%\\system32\\WsmWmiPl.dll">'
        f"{inner}</f:ProviderFault>"
    )


def _text(root: etree._Element, path: str) -> str:
    found = root.find(path, NAMESPACES)
    return "" if found is None else (found.text or "").strip()
