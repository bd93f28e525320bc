"""Who is let in, and that messages over plain HTTP are sealed."""

import base64
import socket
import ssl
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
import requests
from pypsrp.exceptions import AuthenticationError
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from devstack.hyperv.fixture import RunningHost
from devstack.hyperv.resources import WQL_DIALECT
from devstack.hyperv.soap import NAMESPACES
from devstack.hyperv.wire import WMI_URI

_VIRTUALIZATION = "root/virtualization/v2"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_SYSTEMS = "SELECT Name, ElementName FROM Msvm_ComputerSystem"


def _read_with_pypsrp(running: RunningHost, auth: str, **options: Any) -> list[str]:
    """Read the machines' names with another project's client."""
    rows = _select_with_pypsrp(running, _SYSTEMS, _VIRTUALIZATION, auth, **options)
    return [row["ElementName"][0] or "" for row in rows]


def _select_with_pypsrp(
    running: RunningHost, wql: str, namespace: str, auth: str = "ntlm", **options: Any
) -> list[dict[str, list[str | None]]]:
    """Read all rows of a query with another project's client, pulling to the end."""
    options = {"ssl": False, "no_proxy": True, **options}
    uri = f"{WMI_URI}{namespace}/*"
    rows: list[dict[str, list[str | None]]] = []
    with WSMan(
        running.host,
        port=running.port,
        username=running.username,
        password=running.password,
        auth=auth,
        **options,
    ) as client:
        query = f'<w:Filter Dialect="{WQL_DIALECT}">{escape(wql)}</w:Filter>'
        body = client.enumerate(uri, _element("Enumerate", query))
        while body.find(".//n:EndOfSequence", NAMESPACES) is None:
            context = body.findtext(".//n:EnumerationContext", "", NAMESPACES)
            inner = f"<n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>3</n:MaxElements>"
            body = client.pull(uri, _element("Pull", inner))
            rows += [_row(item) for item in body.find(".//n:Items", NAMESPACES) or ()]
    return rows


def _row(item: ElementTree.Element) -> dict[str, list[str | None]]:
    row: dict[str, list[str | None]] = {}
    for element in item:
        text = None if element.get(_NIL) == "true" else "".join(element.itertext())
        row.setdefault(element.tag.rpartition("}")[2], []).append(text)
    return row


def _element(name: str, inner: str) -> ElementTree.Element:
    declarations = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return ElementTree.fromstring(f"<n:{name} {declarations}>{inner}</n:{name}>")


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_a_foreign_client_reads_the_same(running: RunningHost, remote: Any, auth: str) -> None:
    expected = [machine["name"] for machine in running.control.list_machines()]
    assert _read_with_pypsrp(running, auth) == ["HYPERV01", *expected]
    assert remote.values(_SYSTEMS, "ElementName") == ["HYPERV01", *expected]


@pytest.mark.parametrize(
    ("wql", "namespace"),
    [
        ("SELECT * FROM Msvm_VirtualSystemSettingData WHERE SecureBootEnabled = TRUE", _VIRTUALIZATION),
        ("SELECT InstanceID, HostResource FROM Msvm_StorageAllocationSettingData", _VIRTUALIZATION),
        ("SELECT VirtualQuantity FROM Msvm_MemorySettingData WHERE VirtualQuantity >= 4096", _VIRTUALIZATION),
        ("SELECT InstanceID FROM CIM_SettingData WHERE ElementName LIKE '%Disk_Image'", _VIRTUALIZATION),
        ("SELECT Caption, BuildNumber FROM Win32_OperatingSystem", "root/cimv2"),
        ("SELECT * FROM Win32_Processor WHERE NOT NumberOfCores < 2", "root/cimv2"),
        ("SELECT DeviceID FROM Win32_DiskDrive WHERE Index = 77", "root/cimv2"),
    ],
)
def test_a_foreign_client_reads_the_rows_that_ours_reads(
    running: RunningHost, remote: Any, wql: str, namespace: str
) -> None:
    assert _select_with_pypsrp(running, wql, namespace) == remote.select(wql, namespace)


@pytest.mark.parametrize("auth", ["basic", "ntlm", "negotiate"])
def test_a_foreign_client_reads_over_tls(running_tls: RunningHost, auth: str) -> None:
    names = _read_with_pypsrp(running_tls, auth, ssl=True, cert_validation=str(running_tls.certificate))
    assert names[0] == "HYPERV01"


@pytest.mark.parametrize("method", ["basic", "ntlm"])
def test_pywinrm_reads_over_tls(running_tls: RunningHost, connect: Callable[..., Any], method: str) -> None:
    client = connect(running_tls, auth_method=method, ca_trust_path=str(running_tls.certificate))
    assert client.values(_SYSTEMS, "ElementName")[0] == "HYPERV01"
    client.close()


def test_a_wrong_password_is_refused(running: RunningHost, connect: Callable[..., Any]) -> None:
    client = connect(running, password="wrong")
    with pytest.raises(InvalidCredentialsError):
        client.select(_SYSTEMS)
    client.close()


def test_a_foreign_client_with_a_wrong_password_is_refused(running: RunningHost) -> None:
    with (
        WSMan(running.host, port=running.port, username="x", password="y", ssl=False, auth="ntlm") as client,
        pytest.raises(AuthenticationError),
    ):
        client.enumerate(f"{WMI_URI}root/cimv2/*", _element("Enumerate", ""))


def test_basic_is_neither_offered_nor_taken_without_tls(running: RunningHost) -> None:
    with _session() as session:
        offered = session.post(running.url)
        assert (offered.status_code, offered.headers["WWW-Authenticate"]) == (401, "Negotiate")
        token = base64.b64encode(f"{running.username}:{running.password}".encode()).decode()
        assert session.post(running.url, headers={"Authorization": f"Basic {token}"}).status_code == 401


def test_a_message_that_is_not_sealed_is_refused(running: RunningHost, connect: Callable[..., Any]) -> None:
    client = connect(running, message_encryption="never")
    with pytest.raises(WinRMTransportError) as refused:
        client.select(_SYSTEMS)
    assert refused.value.code == 500
    client.close()


def test_a_connection_that_has_not_logged_in_gets_nothing(running: RunningHost) -> None:
    with _session() as session:
        sealed = {"Content-Type": 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted"'}
        assert session.post(running.url, data=b"--Encrypted Boundary", headers=sealed).status_code == 401


@pytest.mark.parametrize(
    "header", ["Negotiate !!!", "Negotiate AAAA", "Negotiate", "Kerberos AAAA", "NTLM TlRMTVNTUAA="]
)
def test_a_nonsense_login_is_refused(running: RunningHost, header: str) -> None:
    with _session() as session:
        assert session.post(running.url, headers={"Authorization": header}).status_code == 401


def test_another_path_is_not_found(running: RunningHost) -> None:
    with _session() as session:
        assert session.post(running.url.replace("/wsman", "/other")).status_code == 404


def test_a_client_that_never_finishes_its_handshake_holds_up_nobody(
    running_tls: RunningHost, connect: Callable[..., Any]
) -> None:
    with socket.create_connection((running_tls.host, running_tls.port)):
        client = connect(running_tls, auth_method="basic", ca_trust_path=str(running_tls.certificate))
        assert client.values(_SYSTEMS, "ElementName")
        client.close()


def test_the_certificate_is_checked_by_name(running_tls: RunningHost) -> None:
    context = ssl.create_default_context(cafile=str(running_tls.certificate))
    with (
        socket.create_connection((running_tls.host, running_tls.port)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        assert secured.getpeercert()


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
