"""The client against a real server: paging, faults, cut answers, logins, encryption."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from collector_hyperv.adapters import classes
from collector_hyperv.adapters.host import connect
from collector_hyperv.adapters.wsman.client import QUOTA_WAITS_SECONDS, WsmanClient
from collector_hyperv.adapters.wsman.connection import Login, WinrmConnection
from collector_hyperv.adapters.wsman.envelopes import RequestOptions, Resource
from collector_hyperv.adapters.wsman.errors import (
    CertificateRefused,
    HostFault,
    HostUnreachable,
    LoginRefused,
    MalformedAnswer,
    NotFound,
    OperationsQuota,
    QueryRefused,
    TimedOut,
    UnsealedAnswer,
    WsmanError,
)
from collector_hyperv.adapters.wsman.parse import CimType, PropertyType
from devstack.certificate import kept_certificate
from devstack.hyperv.fixture import RunningHost
from devstack.ports import free_port
from surveyor_kit.testing import FaultProxy
from surveyor_kit.threads import in_daemon_thread

from .conftest import login_to

ClientOf = Callable[..., WsmanClient]
NAMES = {
    "Name": PropertyType(CimType.STRING),
    "OperationalStatus": PropertyType(CimType.INTEGER, is_array=True),
}
ALL_MACHINES = "SELECT Name, OperationalStatus FROM Msvm_ComputerSystem"

pytestmark = pytest.mark.parts


def patient_client(host: RunningHost, waits: list[float], **options: Any) -> WsmanClient:
    """A client that notes its waits instead of waiting."""
    connection = WinrmConnection(login_to(host))
    return WsmanClient(connection, RequestOptions(host.url), sleep=waits.append, **options)


@pytest.mark.parametrize("max_elements", [1, 2, 3, 1000])
def test_pages_of_any_size_bring_all_rows(host: RunningHost, max_elements: int) -> None:
    client = patient_client(host, [], max_elements=max_elements)
    rows = client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    client.close()
    assert len({row["Name"] for row in rows}) == 7
    assert all(row["OperationalStatus"] == (2,) for row in rows)


def test_a_quota_fault_is_waited_out(host: RunningHost) -> None:
    waits: list[float] = []
    client = patient_client(host, waits)
    host.control.order_fault(kind="operations_quota", times=2)
    assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 7
    client.close()
    assert len(waits) == 2
    assert waits[0] < waits[1] * 3


def test_a_lasting_quota_fault_is_an_error(host: RunningHost) -> None:
    client = patient_client(host, [])
    host.control.order_fault(kind="operations_quota", times=len(QUOTA_WAITS_SECONDS) + 1)
    with pytest.raises(OperationsQuota):
        client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    client.close()


def test_a_cut_answer_is_an_error_and_not_a_short_list(host: RunningHost, client_of: ClientOf) -> None:
    client = client_of(host)
    client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    host.control.order_cuts(times=2)
    with pytest.raises((MalformedAnswer, HostUnreachable)):
        client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    host.control.order_cuts(times=0)
    assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 7


def test_a_forgotten_enumeration_is_begun_again(host: RunningHost, client_of: ClientOf) -> None:
    host.control.order_fault(kind="invalid_context", times=1)
    assert len(client_of(host).query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 7


def test_the_hosts_own_timeout_is_told_apart(host: RunningHost, client_of: ClientOf) -> None:
    host.control.order_fault(kind="timeout", times=1)
    with pytest.raises(TimedOut):
        client_of(host).query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)


@pytest.mark.parametrize(
    ("namespace", "wql", "error"),
    [
        (classes.VIRTUALIZATION, "SELECT Name FROM Msvm_NoSuchClass", QueryRefused),
        (classes.VIRTUALIZATION, "SELECT NoSuchProperty FROM Msvm_ComputerSystem", QueryRefused),
        ("root/nowhere", "SELECT Name FROM Anything", NotFound),
    ],
)
def test_what_does_not_exist_is_told_apart(
    shared_host: RunningHost, client_of: ClientOf, namespace: str, wql: str, error: type[WsmanError]
) -> None:
    with pytest.raises(error):
        client_of(shared_host).query(namespace, wql, NAMES)


def test_an_instance_is_got_by_its_keys(shared_host: RunningHost, client_of: ClientOf) -> None:
    keys = {"CreationClassName": "Msvm_ComputerSystem", "Name": "HYPERV01"}
    resource = Resource(classes.VIRTUALIZATION, "Msvm_ComputerSystem", keys)
    assert client_of(shared_host).get(resource, NAMES)["Name"] == "HYPERV01"


def test_property_names_leave_no_enumeration_open(host: RunningHost, client_of: ClientOf) -> None:
    names = client_of(host).property_names(classes.VIRTUALIZATION, "Msvm_ComputerSystem")
    assert names is not None
    assert {"Name", "OnTimeInMilliseconds"} <= names
    assert host.control.open_enumerations() == 0


def test_a_query_that_is_given_up_leaves_no_enumeration_open(host: RunningHost) -> None:
    client = patient_client(host, [], max_elements=2)
    host.control.order_garbage(times=1)
    with pytest.raises(MalformedAnswer):
        client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    assert host.control.open_enumerations() == 0
    for fault in ("timeout", "access_denied"):
        batches = client._batches(classes.VIRTUALIZATION, ALL_MACHINES, 2)
        next(batches)
        host.control.order_fault(kind=fault, times=1)
        with pytest.raises(HostFault):
            next(batches)
        assert host.control.open_enumerations() == 0
    client.close()


def test_one_operation_at_a_time_is_enough(host: RunningHost) -> None:
    host.control.set_limits(max_concurrent_operations_per_user=1)
    client = patient_client(host, [], max_elements=1)
    for _ in range(3):
        assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 7
    client.close()


def test_a_wrong_password_is_refused_without_showing_it(shared_host: RunningHost) -> None:
    client = connect([login_to(shared_host, password="a wrong one")])
    with pytest.raises(LoginRefused) as refused:
        client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    client.close()
    shown = f"{refused.value} {refused.value!r} {login_to(shared_host)!r}"
    assert "a wrong one" not in shown
    assert shared_host.password not in shown


def test_nobody_listening_is_told_apart() -> None:
    login = Login(
        f"http://127.0.0.1:{free_port()}/wsman", "ntlm", lambda: ("someone", SecretStr("something"))
    )
    with pytest.raises(HostUnreachable):
        connect([login]).query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)


def test_http_is_used_where_nothing_answers_over_https(shared_host: RunningHost) -> None:
    nobody = login_to(shared_host, endpoint=f"https://127.0.0.1:{free_port()}/wsman")
    client = connect([nobody, login_to(shared_host)])
    for _ in range(2):
        assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 9
    client.close()


def test_a_refused_certificate_is_not_avoided_over_http(
    tls_host: RunningHost, shared_host: RunningHost
) -> None:
    client = connect([login_to(tls_host, ca_file=None), login_to(shared_host)])
    with pytest.raises(CertificateRefused):
        client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    client.close()


def test_the_password_is_asked_for_at_each_login(shared_host: RunningHost) -> None:
    passwords = ["a wrong one", shared_host.password]
    login = login_to(shared_host, credentials=lambda: (shared_host.username, SecretStr(passwords.pop(0))))
    client = connect([login])
    with pytest.raises(LoginRefused):
        client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 9
    client.close()


def test_a_login_that_has_expired_is_renewed(host: RunningHost, client_of: ClientOf) -> None:
    client = client_of(host)
    client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)
    host.control.order_lost_logins(times=1)
    assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 7


@pytest.mark.parametrize("method", ["ntlm", "basic"])
def test_https_needs_a_trusted_certificate(tls_host: RunningHost, client_of: ClientOf, method: str) -> None:
    trusting = client_of(tls_host, method=method)
    assert len(trusting.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 3
    with pytest.raises(CertificateRefused):
        client_of(tls_host, method=method, ca_file=None).query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)


def test_a_certificate_is_a_login(tls_host: RunningHost, client_of: ClientOf) -> None:
    ours = tls_host.client_certificate
    assert ours is not None
    known = client_of(tls_host, method="certificate", client_certificate=ours.path, client_key=ours.key_path)
    assert len(known.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 3


def test_a_certificate_of_nobody_is_no_login(
    tls_host: RunningHost, client_of: ClientOf, tmp_path: Path
) -> None:
    foreign = kept_certificate(tmp_path / "foreign")
    stranger = client_of(
        tls_host, method="certificate", client_certificate=foreign.path, client_key=foreign.key_path
    )
    # The host's alert can be lost when it closes the connection at once.
    with pytest.raises((LoginRefused, HostUnreachable)):
        stranger.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)


def test_verification_can_be_turned_off(tls_host: RunningHost, client_of: ClientOf) -> None:
    client = client_of(tls_host, ca_file=None, verify_certificate=False)
    assert len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES)) == 3


async def test_a_connection_dropped_while_idle_is_logged_in_again(host: RunningHost) -> None:
    async with FaultProxy(host.host, host.port) as proxy:
        client = connect([login_to(host, endpoint=f"http://{proxy.address}/wsman")])

        def read() -> int:
            return len(client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES))

        assert await in_daemon_thread(read) == 7
        await proxy.cut()
        assert await in_daemon_thread(read) == 7
        assert proxy.faults["cut"] > 0
        client.close()


async def test_an_unsealed_answer_is_not_believed(host: RunningHost) -> None:
    """Whoever sits in between could answer in the clear; the login promised encryption."""
    async with FaultProxy(host.host, host.port) as proxy:
        connection = WinrmConnection(login_to(host, endpoint=f"http://{proxy.address}/wsman"))
        client = WsmanClient(connection, RequestOptions(host.url))
        await in_daemon_thread(lambda: client.query(classes.VIRTUALIZATION, ALL_MACHINES, NAMES))
        assert connection._transport is not None
        answer = requests.Response()
        answer.status_code = 200
        answer._content = b"<Envelope/>"
        answer.headers["Content-Type"] = "application/soap+xml"
        with pytest.raises(UnsealedAnswer):
            connection._transport._get_message_response_text(answer)
        client.close()
