"""Requests that a real host refuses, and the faults they get."""

from typing import Any

import pytest

from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.soap import NAMESPACES
from devstack.hyperv.wire import WMI_URI

_SYSTEMS = f"{WMI_URI}root/virtualization/v2/Msvm_ComputerSystem"
_GET = f"{NAMESPACES['x']}/Get"


@pytest.mark.parametrize(
    ("wql", "says"),
    [
        ("SELECT * FROM Msvm_Nothing", "class does not exist"),
        ("SELECT NoSuchProperty FROM Msvm_ComputerSystem", "WQL query is invalid"),
        ("SELECT * FROM Msvm_ComputerSystem WHERE NoSuchProperty = 1", "WQL query is invalid"),
        ("this is no query", "WQL query is invalid"),
    ],
)
def test_a_query_that_does_not_fit_is_the_providers_fault(
    client: Any, fault: Any, wql: str, says: str
) -> None:
    with pytest.raises(fault) as refused:
        client.select(wql)
    assert (refused.value.code, refused.value.subcode) == (2150858778, "n:CannotProcessFilter")
    assert says in refused.value.text


def test_an_unknown_namespace_is_no_resource(client: Any, fault: Any) -> None:
    with pytest.raises(fault) as refused:
        client.select("SELECT * FROM MSCluster_Node", "root/mscluster")
    assert (refused.value.code, refused.value.subcode) == (2150858752, "a:DestinationUnreachable")


def test_another_dialect_is_unavailable(client: Any, fault: Any) -> None:
    body = '<n:Enumerate><w:Filter Dialect="http://www.w3.org/TR/1999/REC-xpath-19991116">*</w:Filter></n:Enumerate>'
    with pytest.raises(fault) as refused:
        client.call("Enumerate", f"{WMI_URI}root/cimv2/*", body)
    assert refused.value.code == 2150858777


def test_all_classes_at_once_need_a_filter(client: Any, fault: Any) -> None:
    with pytest.raises(fault) as refused:
        client.call("Enumerate", f"{WMI_URI}root/cimv2/*", "<n:Enumerate/>")
    assert refused.value.code == 2150858778


def test_get_finds_by_all_keys(client: Any, host: SimulatedHost) -> None:
    machine = host.machines()[0]
    found = client.call(_GET, _SYSTEMS, CreationClassName="Msvm_ComputerSystem", Name=machine.guid.lower())
    assert found.findtext("{*}ElementName") == machine.name


@pytest.mark.parametrize(
    ("selectors", "code"),
    [
        ({"CreationClassName": "Msvm_ComputerSystem", "Name": "nobody"}, 2150858752),
        ({"Name": "nobody"}, 2150858842),
        ({"Colour": "red"}, 2150858843),
    ],
)
def test_get_refuses_keys_that_do_not_name_one(
    client: Any, fault: Any, selectors: dict[str, str], code: int
) -> None:
    with pytest.raises(fault) as refused:
        client.call(_GET, _SYSTEMS, **selectors)
    assert refused.value.code == code


def test_an_unknown_method_is_refused(client: Any, fault: Any) -> None:
    with pytest.raises(fault) as refused:
        client.call(f"{_SYSTEMS}/Explode", _SYSTEMS, "<p:Explode_INPUT xmlns:p='x'/>")
    assert refused.value.code == 2150858771


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", 2150858817),
        (b"<not closed", 2150858817),
        (b"<other/>", 2150858817),
        (b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>", 2150858769),
    ],
)
def test_a_message_that_is_no_request_gets_a_fault(
    host: SimulatedHost, client: Any, fault: Any, message: bytes, code: int
) -> None:
    status, answer = host.service.answer(message)
    assert status == 500
    with pytest.raises(fault) as refused:
        client.read(answer)
    assert refused.value.code == code


def test_entities_are_not_expanded(host: SimulatedHost) -> None:
    bomb = b"""<!DOCTYPE x [<!ENTITY a "SELECT"><!ENTITY b "&a;&a;&a;">]>
    <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>&b;</s:Body></s:Envelope>"""
    status, answer = host.service.answer(bomb)
    assert status == 500
    assert b"SELECT" not in answer
