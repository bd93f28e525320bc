"""The methods that a discovery invokes: a disk image's settings and state, and the summary of all machines.

Source: Microsoft Learn, HyperV_v2, "GetVirtualHardDiskSettingData" and "GetVirtualHardDiskState", methods of
Msvm_ImageManagementService, and "GetSummaryInformation", a method of Msvm_VirtualSystemManagementService.
"""

from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape

from devstack.hyperv import naming, wire
from devstack.hyperv.cim import Instance, Property, Value
from devstack.hyperv.clock import HostClock
from devstack.hyperv.device_rows import virtual_disk_settings, virtual_disk_state
from devstack.hyperv.faults import invalid_parameter
from devstack.hyperv.machine import Disk, Machine
from devstack.hyperv.machine_rows import ENABLED_STATE, utc_time
from devstack.hyperv.store import Namespace
from devstack.hyperv.wsman import Method, MethodParameters

_FILE_NOT_FOUND = 32768 + 2  # Hyper-V answers a failed method with its own codes from 32768 up

# Codes of RequestedInformation and the property each one fills.
_REQUESTABLE = {
    0: "Name",
    1: "ElementName",
    2: "CreationTime",
    3: "Notes",
    4: "NumberOfProcessors",
    100: "EnabledState",
    101: "ProcessorLoad",
    103: "MemoryUsage",
    104: "Heartbeat",
    105: "UpTime",
    106: "GuestOperatingSystem",
    108: "HealthState",
    109: "OperationalStatus",
    112: "MemoryAvailable",
    113: "AvailableMemoryBuffer",
    135: "VirtualSystemSubType",
}


class HostMethods:
    """The methods, over the machines as they are when called."""

    def __init__(
        self, namespace: Namespace, clock: HostClock, machines: Callable[[], Iterable[Machine]]
    ) -> None:
        self._namespace = namespace
        self._clock = clock
        self._machines = machines

    def table(self) -> dict[tuple[str, str], Method]:
        """The methods by (class, method) in lower case."""
        return {
            ("msvm_imagemanagementservice", "getvirtualharddisksettingdata"): self.disk_settings,
            ("msvm_imagemanagementservice", "getvirtualharddiskstate"): self.disk_state,
            ("msvm_virtualsystemmanagementservice", "getsummaryinformation"): self.summary,
        }

    def disk_settings(self, _: Instance, parameters: MethodParameters) -> str:
        """`GetVirtualHardDiskSettingData(Path)`: the settings as an instance in a string."""
        return self._of_image(parameters, "SettingData", virtual_disk_settings)

    def disk_state(self, _: Instance, parameters: MethodParameters) -> str:
        """`GetVirtualHardDiskState(Path)`: the file as it is now, as an instance in a string."""
        return self._of_image(parameters, "State", virtual_disk_state)

    def _of_image(
        self, parameters: MethodParameters, result: str, describe: Callable[[Namespace, Disk], Instance]
    ) -> str:
        path = _single(parameters, "Path").lower()
        images = (disk for machine in self._machines() for disk in machine.images)
        found = next((disk for disk in images if disk.path.lower() == path), None)
        if found is None:
            return f"<p:ReturnValue>{_FILE_NOT_FOUND}</p:ReturnValue>"
        text = escape(wire.embedded_instance_text(describe(self._namespace, found)))
        return f"<p:ReturnValue>0</p:ReturnValue><p:{result}>{text}</p:{result}>"

    def summary(self, _: Instance, parameters: MethodParameters) -> str:
        """`GetSummaryInformation(SettingData[], RequestedInformation[])`; no SettingData: all machines."""
        wanted = {code for text in parameters.get("requestedinformation", ()) for code in _codes(text)}
        paths = [path.lower() for path in parameters.get("settingdata", ()) if path]
        rows = "".join(
            wire.property_elements(_SUMMARY, self._summary_row(machine, wanted), self._namespace.name)
            for machine in self._machines()
            if not paths or any(machine.guid.lower() in path for path in paths)
        )
        return f"<p:ReturnValue>0</p:ReturnValue>{rows}"

    def _summary_row(self, machine: Machine, wanted: set[int]) -> Instance:
        facts = self._facts(machine)
        chosen = {_REQUESTABLE[code]: facts[_REQUESTABLE[code]] for code in wanted if code in _REQUESTABLE}
        return self._namespace.instance(
            "Msvm_SummaryInformation",
            {"InstanceID": naming.machine_instance_id(machine), "Name": machine.guid, **chosen},
        )

    def _facts(self, machine: Machine) -> dict[str, Value]:
        now = self._clock.uptime_seconds()
        running = machine.is_running
        assigned = machine.assigned_mib(now) if machine.has_processes else 0
        free_percent = self._free_percent(machine, now)
        load = sum(wave.rate(now) for wave in machine.cpu[: machine.cores]) / machine.cores
        return {
            "Name": machine.guid,
            "ElementName": machine.name,
            "CreationTime": utc_time(machine.created_at_seconds),
            "Notes": machine.notes,
            "NumberOfProcessors": machine.cores,
            "EnabledState": ENABLED_STATE[machine.state],
            "ProcessorLoad": round(100 * load) if running else 0,
            "MemoryUsage": assigned,
            "Heartbeat": 2 if running and machine.guest else 12,
            "UpTime": int((now - machine.started_uptime_seconds) * 1000) if machine.has_processes else 0,
            "GuestOperatingSystem": machine.guest.os_name if running and machine.guest else None,
            "HealthState": 5,
            "OperationalStatus": [2],
            "MemoryAvailable": free_percent,
            "AvailableMemoryBuffer": free_percent,
            "VirtualSystemSubType": f"Microsoft:Hyper-V:SubType:{machine.generation}",
        }

    def _free_percent(self, machine: Machine, uptime_seconds: float) -> Value:
        """What is free, known only with dynamic memory; otherwise a number that means nothing."""
        if machine.dynamic_memory is None or not machine.is_running:
            return 2**31 - 1
        demand, assigned = machine.demand_mib(uptime_seconds), machine.assigned_mib(uptime_seconds)
        return max(0, round(100 * (assigned - demand) / assigned))


_SUMMARY = Property("SummaryInformation", "object", is_array=True)


def _single(parameters: MethodParameters, name: str) -> str:
    values = parameters.get(name.lower(), ())
    if len(values) != 1:
        raise invalid_parameter(name)
    return values[0]


def _codes(text: str) -> list[int]:
    if not text.strip().isdigit():
        raise invalid_parameter("RequestedInformation")
    return [int(text)]
