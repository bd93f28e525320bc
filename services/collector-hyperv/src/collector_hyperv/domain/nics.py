"""A machine's network adapters, with the switch they are plugged into and what the guest says of them."""

from collections.abc import Mapping, Sequence
from typing import Literal

from collector_hyperv.domain.references import by_owner, machine_guid, port_guid, referenced_key
from collector_hyperv.domain.rows import GuestNetworkRow, InventoryRows, PortConnectionRow, PortRow
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervNic


class NicJoin:
    """Joins the rows of a host's network adapters; made once per read."""

    def __init__(self, rows: InventoryRows) -> None:
        self._synthetic = by_owner(rows.synthetic_ports)
        self._emulated = by_owner(rows.emulated_ports)
        self._switches = {switch.name.upper(): switch.element_name for switch in rows.switches}
        self._connections = _connections_by_port(rows)
        self._guests: Mapping[str | None, GuestNetworkRow] = {
            port_guid(guest.instance_id): guest for guest in rows.guest_networks
        }

    def nics_of(self, guid: str, guest_addresses: Sequence[str] = ()) -> list[HypervNic]:
        """Return a machine's adapters, synthetic ones first, each kind in the host's order.

        Args:
            guid: The machine's.
            guest_addresses: What the guest itself reports; they are given to the only adapter of a machine
                whose host says nothing of its addresses.
        """
        nics = [
            *(self._nic(port, "synthetic") for port in self._synthetic.get(guid, ())),
            *(self._nic(port, "legacy") for port in self._emulated.get(guid, ())),
        ]
        if len(nics) == 1 and not nics[0].ip_addresses and guest_addresses:
            return [nics[0].model_copy(update={"ip_addresses": list(guest_addresses)})]
        return nics

    def _nic(self, port: PortRow, kind: Literal["synthetic", "legacy"]) -> HypervNic:
        guest = self._guests.get(port_guid(port.instance_id))
        connection = self._connections.get(port.instance_id)
        return HypervNic(
            instance_id=port.instance_id,
            port_guid=port_guid(port.instance_id),
            name=port.element_name,
            kind=kind,
            mac_address=port.address or None,
            switch_name=self._switch_name(connection),
            ip_addresses=list(guest.ip_addresses) if guest else [],
            dhcp_enabled=guest.dhcp_enabled if guest else None,
            switch_id=_switch_id(connection),
        )

    def _switch_name(self, connection: PortConnectionRow | None) -> str | None:
        if connection is None:
            return None
        switch = self._switches.get(_switch_id(connection) or "")
        return switch or connection.last_known_switch_name or None


def _switch_id(connection: PortConnectionRow | None) -> str | None:
    if connection is None or not connection.host_resource:
        return None
    return machine_guid(referenced_key(connection.host_resource[0], "Name"))


def _connections_by_port(rows: InventoryRows) -> dict[str, PortConnectionRow]:
    found = {}
    for connection in rows.port_connections:
        port = referenced_key(connection.parent, "InstanceID")
        if port is not None:
            found[port] = connection
    return found
