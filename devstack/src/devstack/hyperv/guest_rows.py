"""What a machine's guest tells of itself: the integration services as instances."""

from collections.abc import Iterator

from devstack.hyperv.cim import Instance, Value
from devstack.hyperv.machine import Machine
from devstack.hyperv.store import Namespace
from devstack.hyperv.wire import embedded_instance_text


def guest_rows(namespace: Namespace, machine: Machine) -> Iterator[Instance]:
    """The integration components of a machine."""
    yield _key_value_exchange(namespace, machine)
    yield _heartbeat(namespace, machine)


def _key_value_exchange(namespace: Namespace, machine: Machine) -> Instance:
    """What the guest says of itself: nothing without integration services or while it is off."""
    return namespace.instance(
        "Msvm_KvpExchangeComponent",
        {
            **_component(machine, "Msvm_KvpExchangeComponent", "Key-Value Pair Exchange"),
            "GuestIntrinsicExchangeItems": [
                _exchange_item(namespace, name, value) for name, value in _guest_items(machine)
            ],
            "GuestExchangeItems": [],
        },
    )


def _heartbeat(namespace: Namespace, machine: Machine) -> Instance:
    status = 2 if machine.is_running and machine.guest else 12
    component = _component(machine, "Msvm_HeartbeatComponent", "Heartbeat")
    return namespace.instance("Msvm_HeartbeatComponent", {**component, "OperationalStatus": [status]})


def _component(machine: Machine, class_name: str, element_name: str) -> dict[str, Value]:
    return {
        "SystemCreationClassName": "Msvm_ComputerSystem",
        "SystemName": machine.guid,
        "CreationClassName": class_name,
        "DeviceID": f"Microsoft:{machine.guid}\\{class_name}",
        "ElementName": element_name,
        "EnabledState": 2,
    }


def _guest_items(machine: Machine) -> Iterator[tuple[str, str]]:
    guest = machine.guest
    if guest is None or not machine.is_running:
        return
    addresses = [address for adapter in machine.adapters for address in adapter.addresses]
    yield "FullyQualifiedDomainName", guest.fqdn
    yield "OSName", guest.os_name
    yield "OSVersion", guest.os_version
    yield "OSBuildNumber", guest.os_build
    yield "OSPlatformId", "2"
    yield "ProcessorArchitecture", "9"
    yield "IntegrationServicesVersion", "10.0.20348"
    yield "NetworkAddressIPv4", ";".join(address for address in addresses if "." in address)
    yield "NetworkAddressIPv6", ";".join(address for address in addresses if ":" in address)


def _exchange_item(namespace: Namespace, name: str, value: str) -> str:
    """One item as the host hands it out: an embedded instance in a string."""
    item = namespace.instance("Msvm_KvpExchangeDataItem", {"Name": name, "Data": value, "Source": 2})
    return embedded_instance_text(item)
