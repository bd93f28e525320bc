"""Enumerations: batches, bounds, contexts that end."""

from typing import Any

import pytest

from devstack.hyperv.enumeration import Enumeration, EnumerationContexts, Limits
from devstack.hyperv.faults import WsmanFault
from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.soap import NAMESPACES
from devstack.hyperv.wire import WMI_URI

_ALL = "SELECT Name FROM Msvm_ComputerSystem"


def _context(answer: Any) -> str:
    return str(answer.findtext("n:EnumerationContext", "", NAMESPACES))


def test_an_optimised_enumerate_gives_one_item_first(client: Any) -> None:
    answer = client.enumerate(_ALL)
    assert len(answer.find("w:Items", NAMESPACES)) == 1
    assert answer.find("w:EndOfSequence", NAMESPACES) is None


def test_an_enumerate_without_optimisation_gives_no_item(client: Any) -> None:
    answer = client.call(
        "Enumerate", f"{WMI_URI}root/virtualization/v2/Msvm_ComputerSystem", "<n:Enumerate/>"
    )
    assert answer.find("w:Items", NAMESPACES) is None
    assert len(client.pull(_context(answer)).find("n:Items", NAMESPACES)) == 7


def test_a_pull_without_a_number_gives_one_item(client: Any) -> None:
    context = _context(client.enumerate(_ALL))
    body = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>"
    answer = client.call("Pull", f"{WMI_URI}root/virtualization/v2/*", body)
    assert len(answer.find("n:Items", NAMESPACES)) == 1


def test_nothing_found_ends_at_once(client: Any) -> None:
    answer = client.enumerate("SELECT Name FROM Msvm_ComputerSystem WHERE Name = 'none'")
    assert len(answer.find("w:Items", NAMESPACES)) == 0
    assert answer.find("w:EndOfSequence", NAMESPACES) is not None


def test_each_pull_brings_a_new_context_and_uses_up_the_old(client: Any, fault: Any) -> None:
    first = _context(client.enumerate(_ALL))
    second = _context(client.pull(first, max_elements=1))
    assert second not in ("", first)
    with pytest.raises(fault) as refused:
        client.pull(first)
    assert (refused.value.code, refused.value.subcode) == (2150858779, "n:InvalidEnumerationContext")


def test_a_released_context_is_gone(client: Any, host: SimulatedHost, fault: Any) -> None:
    context = _context(client.enumerate(_ALL))
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    assert client.call("Release", f"{WMI_URI}root/virtualization/v2/*", body) is None
    assert host.service.open_enumerations == 0
    with pytest.raises(fault):
        client.pull(context)


def test_a_drained_enumeration_leaves_no_context(client: Any, host: SimulatedHost) -> None:
    client.select(_ALL)
    assert host.service.open_enumerations == 0


def test_a_small_envelope_makes_small_batches(client: Any) -> None:
    context = _context(client.enumerate("SELECT * FROM Msvm_ComputerSystem"))
    answer = client.pull(context, envelope=12_000)
    assert 0 < len(answer.find("n:Items", NAMESPACES)) < 6


def test_an_item_larger_than_the_envelope_is_refused(client: Any, fault: Any) -> None:
    with pytest.raises(fault) as refused:
        client.select("SELECT * FROM Msvm_ComputerSystem", envelope=3_000)
    assert refused.value.code == 2150858805


def test_an_enumeration_does_not_change_while_it_is_pulled(client: Any, host: SimulatedHost) -> None:
    context = _context(client.enumerate(_ALL))
    for machine in host.machines():
        host.remove(machine)
    assert len(client.pull(context).find("n:Items", NAMESPACES)) == 6


def test_an_idle_context_expires() -> None:
    now = [0.0]
    contexts = EnumerationContexts(Limits(enumeration_timeout_seconds=60), clock=lambda: now[0])
    context = contexts.keep(Enumeration(["<a/>"]))
    now[0] = 59.0
    context = contexts.keep(contexts.take_out(context))
    now[0] = 120.0
    with pytest.raises(WsmanFault) as refused:
        contexts.take_out(context)
    assert refused.value.code == 2150858779
    assert len(contexts) == 0


def test_too_many_open_enumerations_meet_the_quota(client: Any, host: SimulatedHost, fault: Any) -> None:
    host.limits.max_concurrent_operations_per_user = 2
    client.enumerate(_ALL)
    client.enumerate(_ALL)
    with pytest.raises(fault) as refused:
        client.enumerate(_ALL)
    assert (refused.value.code, refused.value.subcode) == (2150859174, "w:QuotaLimit")


def test_references_can_be_enumerated_instead_of_objects(client: Any) -> None:
    uri = f"{WMI_URI}root/virtualization/v2/Msvm_ComputerSystem"
    mode = "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode><w:OptimizeEnumeration/>"
    answer = client.call("Enumerate", uri, f"<n:Enumerate>{mode}</n:Enumerate>")
    reference = answer.find("w:Items/a:EndpointReference", NAMESPACES)
    selectors = reference.iterfind(".//w:Selector", NAMESPACES)
    assert {selector.get("Name"): selector.text for selector in selectors} == {
        "CreationClassName": "Msvm_ComputerSystem",
        "Name": "HYPERV01",
    }
