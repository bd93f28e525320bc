"""pypsrp's WSMan client: the same queries, rows as its parser gives them, nothing converted."""

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from bench.collector_hyperv.cycles import Read, measure
from bench.collector_hyperv.reading import Host
from pypsrp.wsman import WSMan

from collector_hyperv.adapters.wsman.client import MAX_ELEMENTS

WSMEN = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"


def connect(host: Host, queries: Sequence[tuple[str, str]]) -> Read:
    """Return a reader of one host."""
    client = WSMan(
        host.address,
        port=host.port,
        username=host.username,
        password=host.password,
        auth="ntlm",
        ssl=False,
        no_proxy=True,
    )
    return lambda: sum(_count(client, f"{WMI}{namespace}/*", wql) for namespace, wql in queries)


def _count(client: WSMan, uri: str, wql: str) -> int:
    most = f"<w:MaxElements>{MAX_ELEMENTS}</w:MaxElements>"
    query = f'<w:OptimizeEnumeration/>{most}<w:Filter Dialect="{WQL}">{escape(wql)}</w:Filter>'
    body = client.enumerate(uri, _element("Enumerate", query))
    count = _items(body)
    while not _is_end(body):
        context = body.findtext(f".//{{{WSMEN}}}EnumerationContext", "")
        inner = f"<n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        inner += f"<n:MaxElements>{MAX_ELEMENTS}</n:MaxElements>"
        body = client.pull(uri, _element("Pull", inner))
        count += _items(body)
    return count


def _items(body: ElementTree.Element) -> int:
    return sum(len(items) for items in [*body.iter(f"{{{WSMAN}}}Items"), *body.iter(f"{{{WSMEN}}}Items")])


def _is_end(body: ElementTree.Element) -> bool:
    return any(body.find(f".//{{{namespace}}}EndOfSequence") is not None for namespace in (WSMAN, WSMEN))


def _element(name: str, inner: str) -> ElementTree.Element:
    return ElementTree.fromstring(f'<n:{name} xmlns:n="{WSMEN}" xmlns:w="{WSMAN}">{inner}</n:{name}>')


if __name__ == "__main__":
    measure(connect)
