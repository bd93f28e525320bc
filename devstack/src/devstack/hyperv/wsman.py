"""The WS-Management operations: Enumerate, Pull, Release, Get, Invoke, Identify.

Source: DMTF DSP0226; Microsoft Learn, [MS-WSMV].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from lxml import etree

from devstack.hyperv import faults, wire
from devstack.hyperv.cim import Instance
from devstack.hyperv.enumeration import Enumeration, EnumerationContexts, Limits
from devstack.hyperv.resources import Resources, Rights
from devstack.hyperv.soap import IDENTIFY, NAMESPACES, Request, envelope, fault_envelope, parse_request
from devstack.hyperv.store import CimStore
from devstack.hyperv.wql_filter import Selection

_ENUMERATION = NAMESPACES["n"]
_TRANSFER = NAMESPACES["x"]
_CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"
_ENVELOPE_ALLOWANCE = 2_000  # characters of headers and of the elements around the items

MethodParameters = Mapping[str, Sequence[str]]
Method = Callable[[Instance, MethodParameters], str]


class Disturbance(Rights, Protocol):
    """What may be wrong with the host just now; see `devstack.hyperv.disturbances`."""

    def before(self, request: Request) -> None:
        """Delay the request or refuse it with a fault."""

    def take_garbage(self) -> bool:
        """Say whether to answer this query with nonsense."""


class WsmanService:
    """Answers SOAP requests from a store; knows nothing of HTTP or of who calls.

    `methods` maps (class, method) in lower case to what runs it and writes its out parameters.
    """

    def __init__(
        self,
        store: CimStore,
        methods: Mapping[tuple[str, str], Method],
        limits: Limits,
        disturbance: Disturbance,
        machine: str,
    ) -> None:
        self._resources = Resources(store, disturbance)
        self._methods = methods
        self._limits = limits
        self._disturbance = disturbance
        self._machine = machine
        self._contexts = EnumerationContexts(limits)
        self._operations: dict[str, Callable[[Request], tuple[str, str]]] = {
            f"{_ENUMERATION}/Enumerate": self._enumerate,
            f"{_ENUMERATION}/Pull": self._pull,
            f"{_ENUMERATION}/Release": self._release,
            f"{_TRANSFER}/Get": self._get,
            "Identify": self._identify,
        }

    @property
    def open_enumerations(self) -> int:
        return len(self._contexts)

    def answer(self, message: bytes) -> tuple[int, bytes]:
        """Answer one request with an HTTP status and an envelope."""
        relates_to = ""
        try:
            request = parse_request(message)
            relates_to = request.message_id
            self._disturbance.before(request)
            action, body = self._operation(request)(request)
        except faults.WsmanFault as fault:
            return 500, fault_envelope(fault, relates_to, machine=self._machine).encode()
        return 200, envelope(action, relates_to, body).encode()

    def _operation(self, request: Request) -> Callable[[Request], tuple[str, str]]:
        known = self._operations.get(request.action)
        if known is not None:
            return known
        if request.resource_uri and request.action.lower().startswith(request.resource_uri.lower() + "/"):
            return self._invoke
        raise faults.action_not_supported(request.action)

    def _enumerate(self, request: Request) -> tuple[str, str]:
        namespace, selection = self._resources.select(request)
        enumeration = Enumeration(self._items(request, selection, namespace.name))
        items: Sequence[str] = ()
        optimised = (
            request.body is not None and request.body.find("w:OptimizeEnumeration", NAMESPACES) is not None
        )
        if optimised:
            bound = min(self._max_items(request, "w:MaxElements"), self._limits.first_batch_items)
            items = enumeration.take(bound, self._max_characters(request))
        ended = optimised and enumeration.is_drained
        context = "" if ended else self._contexts.keep(enumeration)
        inner = f"<w:Items>{''.join(items)}</w:Items>" if optimised else ""
        body = (
            f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext>{inner}"
            f"{'<w:EndOfSequence/>' if ended else ''}</n:EnumerateResponse>"
        )
        return f"{_ENUMERATION}/EnumerateResponse", body

    def _pull(self, request: Request) -> tuple[str, str]:
        enumeration = self._contexts.take_out(request.text("n:EnumerationContext"))
        items = enumeration.take(self._max_items(request, "n:MaxElements"), self._max_characters(request))
        ended = enumeration.is_drained
        context = "" if ended else self._contexts.keep(enumeration)
        body = (
            f"<n:PullResponse><n:EnumerationContext>{context}</n:EnumerationContext>"
            f"<n:Items>{''.join(items)}</n:Items>{'<n:EndOfSequence/>' if ended else ''}</n:PullResponse>"
        )
        return f"{_ENUMERATION}/PullResponse", body

    def _release(self, request: Request) -> tuple[str, str]:
        self._contexts.take_out(request.text("n:EnumerationContext"))
        return f"{_ENUMERATION}/ReleaseResponse", ""

    def _get(self, request: Request) -> tuple[str, str]:
        if request.resource_uri.rstrip("/") == _CONFIG_URI:
            return f"{_TRANSFER}/GetResponse", self._config()
        namespace, instance = self._resources.one(request)
        return f"{_TRANSFER}/GetResponse", wire.instance_element(instance, namespace.name)

    def _invoke(self, request: Request) -> tuple[str, str]:
        _, class_name = self._resources.locate(request)
        method = self._methods.get((class_name.lower(), request.operation.lower()))
        if method is None:
            raise faults.action_not_supported(request.action)
        namespace, instance = self._resources.service(request)
        output = method(instance, _parameters(request.body))
        body = wire.method_output(namespace.name, instance.cim_class.name, request.operation, output)
        return f"{request.action}Response", body

    def _identify(self, _: Request) -> tuple[str, str]:
        return "Identify", (
            f'<wsmid:IdentifyResponse xmlns:wsmid="{IDENTIFY}">'
            "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>"
            "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
            "<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>"
            "</wsmid:IdentifyResponse>"
        )

    def _config(self) -> str:
        limits = self._limits
        return (
            f'<cfg:Config xmlns:cfg="{_CONFIG_URI}"><cfg:MaxEnvelopeSizekb>{limits.max_envelope_kib}'
            f"</cfg:MaxEnvelopeSizekb><cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms>"
            f"<cfg:MaxBatchItems>{limits.max_batch_items}</cfg:MaxBatchItems></cfg:Config>"
        )

    def _items(self, request: Request, selection: Selection, namespace: str) -> list[str]:
        mode = request.text("w:EnumerationMode") or ""
        if mode == "EnumerateEPR":
            return [wire.reference_element(found, namespace) for found in selection.instances]
        columns = selection.columns
        if self._disturbance.take_garbage():
            return [wire.garbage_element(columns or ()) for _ in selection.instances]
        if columns is not None:
            return [wire.fragment_element(found, columns, namespace) for found in selection.instances]
        whole = [wire.instance_element(found, namespace) for found in selection.instances]
        if mode != "EnumerateObjectAndEPR":
            return whole
        references = [wire.reference_element(found, namespace) for found in selection.instances]
        return [f"<w:Item>{item}{ref}</w:Item>" for item, ref in zip(whole, references, strict=True)]

    def _max_items(self, request: Request, path: str) -> int:
        # DSP0226: without MaxElements one item is asked for.
        text = request.text(path) or ""
        return min(int(text) if text.isdigit() else 1, self._limits.max_batch_items)

    def _max_characters(self, request: Request) -> int:
        own = self._limits.max_envelope_kib * 1024
        return min(own, request.max_envelope_characters or own) - _ENVELOPE_ALLOWANCE


def _parameters(body: etree._Element | None) -> MethodParameters:
    """The in parameters of a method by lower-case name; an array comes as repeated elements."""
    parameters: dict[str, list[str]] = {}
    for element in () if body is None else body:
        nil = element.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"
        values = parameters.setdefault(etree.QName(element).localname.lower(), [])
        if not nil:
            values.append(element.text or "")
    return parameters
