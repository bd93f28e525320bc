"""Two ways to talk to a simulated host: in this process, and over HTTP with pywinrm's transport."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from winrm.exceptions import WinRMTransportError
from winrm.transport import Transport

from devstack.hyperv.fixture import RunningHost, start_host
from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.resources import WQL_DIALECT
from devstack.hyperv.soap import NAMESPACES
from devstack.hyperv.wire import WMI_URI
from devstack.hyperv.wsman import WsmanService

Row = dict[str, list[str | None]]
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class FaultSeen(Exception):
    """The host answered with a fault."""

    def __init__(self, code: int, subcode: str, text: str) -> None:
        super().__init__(f"{code} {subcode} {text}")
        self.code, self.subcode, self.text = code, subcode, text


class Client:
    """A WS-Management client of the plainest kind: it shows what is on the wire."""

    def __init__(self, send: Callable[[bytes], bytes], close: Callable[[], None] = lambda: None) -> None:
        self._send = send
        self.close = close

    def call(
        self,
        operation: str,
        uri: str,
        body: str = "",
        *,
        envelope: int = 512_000,
        timeout: str = "PT20S",
        **selectors: str,
    ) -> Any:
        """Send one request; returns the first element of the answer's body (None where it is empty)."""
        action = operation if ":" in operation else f"{NAMESPACES['n']}/{operation}"
        chosen = "".join(
            f'<w:Selector Name="{name}">{escape(value)}</w:Selector>' for name, value in selectors.items()
        )
        names = " ".join(f'xmlns:{prefix}="{value}"' for prefix, value in NAMESPACES.items())
        message = (
            f"<s:Envelope {names}><s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:1</a:MessageID>"
            f"<w:ResourceURI>{uri}</w:ResourceURI><w:MaxEnvelopeSize>{envelope}</w:MaxEnvelopeSize>"
            f"<w:OperationTimeout>{timeout}</w:OperationTimeout><w:SelectorSet>{chosen}</w:SelectorSet>"
            f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        )
        return self.read(self._send(message.encode()))

    @staticmethod
    def read(answer: bytes) -> Any:
        body: Any = etree.fromstring(answer).find("s:Body", NAMESPACES)
        fault = body.find("s:Fault", NAMESPACES)
        if fault is not None:
            code = int(fault.find("s:Detail/f:WSManFault", NAMESPACES).get("Code"))
            raise FaultSeen(
                code, fault.findtext(".//s:Subcode/s:Value", "", NAMESPACES), "".join(fault.itertext())
            )
        return body[0] if len(body) else None

    def enumerate(
        self,
        wql: str,
        namespace: str = "root/virtualization/v2",
        *,
        max_elements: int = 100,
        envelope: int = 512_000,
    ) -> Any:
        body = (
            f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>{max_elements}</w:MaxElements>"
            f'<w:Filter Dialect="{WQL_DIALECT}">{escape(wql)}</w:Filter></n:Enumerate>'
        )
        return self.call("Enumerate", f"{WMI_URI}{namespace}/*", body, envelope=envelope)

    def pull(self, context: str, *, max_elements: int = 100, envelope: int = 512_000) -> Any:
        body = (
            f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>"
            f"<n:MaxElements>{max_elements}</n:MaxElements></n:Pull>"
        )
        return self.call("Pull", f"{WMI_URI}root/cimv2/*", body, envelope=envelope)

    def select(
        self,
        wql: str,
        namespace: str = "root/virtualization/v2",
        *,
        max_elements: int = 100,
        envelope: int = 512_000,
    ) -> list[Row]:
        """All rows of a query, pulled to the end."""
        answer = self.enumerate(wql, namespace, max_elements=max_elements, envelope=envelope)
        rows = [as_row(item) for item in answer.find("w:Items", NAMESPACES)]
        ended = answer.find("w:EndOfSequence", NAMESPACES) is not None
        while not ended:
            context = answer.findtext("n:EnumerationContext", "", NAMESPACES)
            answer = self.pull(context, max_elements=max_elements, envelope=envelope)
            rows += [as_row(item) for item in answer.find("n:Items", NAMESPACES)]
            ended = answer.find("n:EndOfSequence", NAMESPACES) is not None
        return rows

    def values(self, wql: str, name: str, namespace: str = "root/virtualization/v2") -> list[str]:
        """One property of every row, as text."""
        return [str(row[name][0]) for row in self.select(wql, namespace)]


def as_row(item: Any) -> Row:
    row: Row = {}
    for element in item:
        text = None if element.get(NIL) == "true" else "".join(element.itertext())
        row.setdefault(etree.QName(element).localname, []).append(text)
    return row


def client_of(service: WsmanService) -> Client:
    """A client that calls a service in this process."""
    return Client(lambda message: service.answer(message)[1])


def transport_client(running: RunningHost, **options: Any) -> Client:
    """A client over HTTP, sealed by NTLM; pywinrm's exception for a fault is opened up again."""
    settings = {
        "username": running.username,
        "password": running.password,
        "auth_method": "ntlm",
        "ca_trust_path": None,  # or it takes a bundle named in the environment, with a warning
        **options,
    }
    transport = Transport(running.url, proxy=None, read_timeout_sec=60, **settings)

    def send(message: bytes) -> bytes:
        try:
            return transport.send_message(message)
        except WinRMTransportError as error:
            if not error.response_text:
                raise
            return str(error.response_text).encode()

    return Client(send, transport.close_session)


@pytest.fixture
def host() -> SimulatedHost:
    """A host in this process, six machines."""
    return SimulatedHost(machine_count=6, seed=7)


@pytest.fixture
def client(host: SimulatedHost) -> Client:
    return client_of(host.service)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host in a process of its own; tests must leave it as they found it."""
    started = start_host(tmp_path_factory.mktemp("hyperv"), vms=6, seed=7)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def running_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    started = start_host(tmp_path_factory.mktemp("hyperv-tls"), vms=2, seed=7, tls=True)
    yield started
    started.stop()


@pytest.fixture
def remote(running: RunningHost) -> Iterator[Client]:
    """A client of the running host."""
    made = transport_client(running)
    yield made
    made.close()


@pytest.fixture
def connect() -> Callable[..., Client]:
    return transport_client


@pytest.fixture(scope="session")
def in_process() -> Callable[[WsmanService], Client]:
    return client_of


@pytest.fixture
def fault() -> type[FaultSeen]:
    return FaultSeen
