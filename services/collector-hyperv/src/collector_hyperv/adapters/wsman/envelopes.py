"""Requests: SOAP envelopes with the headers that WinRM asks for."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
WMI_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi"
WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
ANY_CLASS = "*"

_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if prefix != "f")


@dataclass(frozen=True)
class RequestOptions:
    """What every request to one host carries.

    Attributes:
        endpoint: The address that the request is for.
        operation_timeout_seconds: After this long the host gives up; keep it below the read timeout.
        max_envelope_bytes: Answers larger than this come in pages; 500 KiB is WinRM's own default.
    """

    endpoint: str
    operation_timeout_seconds: int = 40
    max_envelope_bytes: int = 512_000


@dataclass(frozen=True)
class Resource:
    """What a request is about: a class in a namespace, or one instance of it by its keys."""

    namespace: str
    class_name: str = ANY_CLASS
    selectors: Mapping[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The resource URI."""
        return f"{WMI_URI}/{self.namespace}/{self.class_name}"


def enumerate_request(options: RequestOptions, resource: Resource, wql: str, max_elements: int) -> bytes:
    """Ask for the first batch of a query's result, with the items already in the answer."""
    body = (
        f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>{max_elements}</w:MaxElements>"
        f'<w:Filter Dialect="{WQL_DIALECT}">{escape(wql)}</w:Filter></n:Enumerate>'
    )
    return _envelope(options, resource, f"{NAMESPACES['n']}/Enumerate", body)


def pull_request(options: RequestOptions, resource: Resource, context: str, max_elements: int) -> bytes:
    """Ask for the next batch."""
    body = (
        f"<n:Pull><n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        f"<n:MaxElements>{max_elements}</n:MaxElements></n:Pull>"
    )
    return _envelope(options, resource, f"{NAMESPACES['n']}/Pull", body)


def release_request(options: RequestOptions, resource: Resource, context: str) -> bytes:
    """Give back an enumeration that was not read to its end."""
    body = f"<n:Release><n:EnumerationContext>{escape(context)}</n:EnumerationContext></n:Release>"
    return _envelope(options, resource, f"{NAMESPACES['n']}/Release", body)


def get_request(options: RequestOptions, resource: Resource) -> bytes:
    """Ask for one instance by its keys."""
    return _envelope(options, resource, f"{NAMESPACES['x']}/Get", "")


def invoke_request(
    options: RequestOptions, resource: Resource, method: str, parameters: Mapping[str, str]
) -> bytes:
    """Call a method; parameters are scalars in the order that the method declares them."""
    inner = "".join(f"<p:{name}>{escape(value)}</p:{name}>" for name, value in parameters.items())
    body = f'<p:{method}_INPUT xmlns:p="{resource.uri}">{inner}</p:{method}_INPUT>'
    return _envelope(options, resource, f"{resource.uri}/{method}", body)


def _envelope(options: RequestOptions, resource: Resource, action: str, body: str) -> bytes:
    understand = 's:mustUnderstand="true"'
    header = (
        f"<a:To>{escape(options.endpoint)}</a:To>"
        f"<w:ResourceURI {understand}>{escape(resource.uri)}</w:ResourceURI>"
        f"<a:ReplyTo><a:Address {understand}>{_ANONYMOUS}</a:Address></a:ReplyTo>"
        f"<a:Action {understand}>{escape(action)}</a:Action>"
        f"<w:MaxEnvelopeSize {understand}>{options.max_envelope_bytes}</w:MaxEnvelopeSize>"
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        '<w:Locale xml:lang="en-US" s:mustUnderstand="false"/>'
        f"<w:OperationTimeout>PT{options.operation_timeout_seconds}S</w:OperationTimeout>"
        f"{_selector_set(resource.selectors)}"
    )
    return (
        f"<s:Envelope {_DECLARATIONS}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _selector_set(selectors: Mapping[str, str]) -> str:
    if not selectors:
        return ""
    inner = "".join(
        f"<w:Selector Name={quoteattr(name)}>{escape(value)}</w:Selector>"
        for name, value in selectors.items()
    )
    return f"<w:SelectorSet>{inner}</w:SelectorSet>"
