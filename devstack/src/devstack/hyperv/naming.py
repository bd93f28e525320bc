"""The names that Hyper-V gives things: InstanceIDs, object paths, performance instances.

Forms: Microsoft Learn, HyperV_v2 class references; the port's InstanceID and the performance instance names
are those seen in public tools, not documented.
"""

import re

from devstack.hyperv.machine import Disk, Machine, NetworkAdapter

VIRTUALIZATION = "root/virtualization/v2"
CIMV2 = "root/cimv2"
CLUSTER = "root/mscluster"

# Constants of every Hyper-V host: the device ids below a machine.
_PROCESSOR_DEVICE = "b637f346-6a0e-4dec-af52-bd70cb80a21d"
_MEMORY_DEVICE = "4764334d-e001-4176-82ee-5594ec9b530e"
_IDE_CONTROLLER = "83F8638B-8DCA-4152-9EDA-2CA8B33039B4"


def machine_instance_id(machine: Machine) -> str:
    return f"Microsoft:{machine.guid}"


def processor_instance_id(machine: Machine) -> str:
    return f"Microsoft:{machine.guid}\\{_PROCESSOR_DEVICE}\\0"


def memory_instance_id(machine: Machine) -> str:
    return f"Microsoft:{machine.guid}\\{_MEMORY_DEVICE}"


def controller_instance_id(machine: Machine, controller: str) -> str:
    device = _IDE_CONTROLLER if controller == "ide" else scsi_controller_guid(machine)
    return f"Microsoft:{machine.guid}\\{device}\\0"


def scsi_controller_guid(machine: Machine) -> str:
    """A controller id of the machine's own, derived so that it is the same at every look."""
    return f"{machine.bios_guid[:14]}4{machine.bios_guid[15:24]}{machine.guid[24:]}"


def drive_instance_id(machine: Machine, disk: Disk) -> str:
    return f"{controller_instance_id(machine, disk.controller)}\\{disk.slot}\\D"


def storage_instance_id(machine: Machine, disk: Disk) -> str:
    return f"{controller_instance_id(machine, disk.controller)}\\{disk.slot}\\L"


def port_instance_id(machine: Machine, adapter: NetworkAdapter) -> str:
    return f"Microsoft:{machine.guid}\\{adapter.port_guid}"


def guest_network_instance_id(machine: Machine, adapter: NetworkAdapter) -> str:
    return f"Microsoft:GuestNetwork\\{machine.guid}\\{adapter.port_guid}"


def object_path(host_name: str, class_name: str, **keys: str) -> str:
    """A WMI object path in the virtualization namespace; backslashes and quotes in keys are escaped."""
    pairs = ",".join(f'{name}="{_escape(value)}"' for name, value in keys.items())
    return f"\\\\{host_name}\\root\\virtualization\\v2:{class_name}.{pairs}"


def physical_drive_number(disk: Disk) -> int:
    return int(disk.path.removeprefix("PhysicalDrive"))


def physical_drive_device_id(disk: Disk) -> str:
    return f"Microsoft:{disk.disk_guid}\\{physical_drive_number(disk)}"


def processor_counter_name(machine: Machine, index: int) -> str:
    return f"{machine.name}:Hv VP {index}"


def storage_counter_name(disk: Disk) -> str:
    r"""The VHD path with its slashes replaced, as the counter set has it: `--?-C:-ClusterStorage-…`."""
    return "--?-" + re.sub(r"[\\/]", "-", disk.path)


def adapter_counter_name(machine: Machine, adapter: NetworkAdapter) -> str:
    return f"{machine.name}_{adapter.name}_{machine.guid}--{adapter.port_guid}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
