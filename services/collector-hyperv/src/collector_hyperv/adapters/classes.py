"""The classes that are read: where they are, which properties they have, and the rows these become.

Names and types: Microsoft Learn, references of the Hyper-V WMI provider (V2), of CIMWin32 and of the failover
cluster provider.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from collector_hyperv.adapters.wsman.errors import MalformedAnswer
from collector_hyperv.adapters.wsman.parse import CimType, PropertyType, Schema, Values
from collector_hyperv.domain import rows
from collector_hyperv.domain.disks import VIRTUAL_HARD_DISK

VIRTUALIZATION = "root/virtualization/v2"
CIMV2 = "root/cimv2"
CLUSTER = "root/mscluster"

Row = TypeVar("Row")

_CIM_TYPES: dict[object, CimType] = {
    str: CimType.STRING,
    int: CimType.INTEGER,
    bool: CimType.BOOLEAN,
    datetime: CimType.DATETIME,
}


@dataclass(frozen=True)
class CimClass(Generic[Row]):
    """One class and the row type that its instances become.

    Attributes:
        namespace: Where the class is.
        name: Its name.
        row: The row type, a dataclass.
        properties: The properties to ask for, and the row's field that each one fills.
        where: A WQL condition, where not all instances are of interest.
    """

    namespace: str
    name: str
    row: Callable[..., Row]
    properties: Mapping[str, str]
    where: str | None = None

    @cached_property
    def schema(self) -> Schema:
        """The properties' types, as the row's fields have them."""
        hints = get_type_hints(self.row)
        return {name: property_type(hints[field]) for name, field in self.properties.items()}

    def to_row(self, values: Values) -> Row:
        """Make a row of an instance.

        Raises:
            MalformedAnswer: it lacks a property that the row cannot be without.
        """
        fields = {
            field: values[name] for name, field in self.properties.items() if values.get(name) is not None
        }
        try:
            return self.row(**fields)
        except TypeError as error:
            raise MalformedAnswer(f"an instance of {self.name} lacks its key") from error


def property_type(hint: object) -> PropertyType:
    """Return the CIM type of a row's field: `str`, `int | None`, `tuple[str, ...]` and the like."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (argument for argument in get_args(hint) if argument is not type(None))
    if get_origin(hint) is tuple:
        return PropertyType(_CIM_TYPES[get_args(hint)[0]], is_array=True)
    return PropertyType(_CIM_TYPES[hint])


COMPUTER_SYSTEM = CimClass(
    VIRTUALIZATION,
    "Msvm_ComputerSystem",
    rows.ComputerSystemRow,
    {
        "Name": "name",
        "ElementName": "element_name",
        "EnabledState": "enabled_state",
        "HealthState": "health_state",
        "OnTimeInMilliseconds": "on_time_ms",
        "ReplicationMode": "replication_mode",
        "ReplicationState": "replication_state",
        "ReplicationHealth": "replication_health",
    },
)
SYSTEM_SETTINGS = CimClass(
    VIRTUALIZATION,
    "Msvm_VirtualSystemSettingData",
    rows.SystemSettingsRow,
    {
        "InstanceID": "instance_id",
        "VirtualSystemType": "system_type",
        "VirtualSystemIdentifier": "machine_guid",
        "ElementName": "element_name",
        "VirtualSystemSubType": "sub_type",
        "Version": "version",
        "Notes": "notes",
        "CreationTime": "created_at",
        "Parent": "parent",
        "BIOSGUID": "bios_guid",
        "BIOSSerialNumber": "bios_serial_number",
        "SecureBootEnabled": "secure_boot_enabled",
        "SecureBootTemplateId": "secure_boot_template_id",
        "ConfigurationDataRoot": "configuration_root",
        "ConfigurationFile": "configuration_file",
    },
)
SECURITY_SETTINGS = CimClass(
    VIRTUALIZATION,
    "Msvm_SecuritySettingData",
    rows.SecuritySettingsRow,
    {
        "InstanceID": "instance_id",
        "TpmEnabled": "tpm_enabled",
        "ShieldingRequested": "shielding_requested",
        "DataProtectionRequested": "data_protection_requested",
        "VirtualizationBasedSecurityOptOut": "virtualization_based_security_opt_out",
        "EncryptStateAndVmMigrationTraffic": "encrypt_state_and_migration_traffic",
    },
)
PROCESSOR_SETTINGS = CimClass(
    VIRTUALIZATION,
    "Msvm_ProcessorSettingData",
    rows.ProcessorSettingsRow,
    {"InstanceID": "instance_id", "VirtualQuantity": "quantity"},
)
MEMORY_SETTINGS = CimClass(
    VIRTUALIZATION,
    "Msvm_MemorySettingData",
    rows.MemorySettingsRow,
    {
        "InstanceID": "instance_id",
        "VirtualQuantity": "quantity",
        "Reservation": "reservation",
        "Limit": "limit",
        "DynamicMemoryEnabled": "dynamic_memory_enabled",
        "AllocationUnits": "allocation_units",
    },
)
RESOURCE = CimClass(
    VIRTUALIZATION,
    "Msvm_ResourceAllocationSettingData",
    rows.ResourceRow,
    {
        "InstanceID": "instance_id",
        "ElementName": "element_name",
        "ResourceType": "resource_type",
        "ResourceSubType": "sub_type",
        "Address": "address",
        "AddressOnParent": "address_on_parent",
        "Parent": "parent",
        "HostResource": "host_resource",
    },
    # IDE and SCSI controllers, disk drives.
    where="ResourceType = 5 OR ResourceType = 6 OR ResourceType = 17",
)
STORAGE = CimClass(
    VIRTUALIZATION,
    "Msvm_StorageAllocationSettingData",
    rows.StorageRow,
    {
        "InstanceID": "instance_id",
        "ElementName": "element_name",
        "ResourceSubType": "sub_type",
        "Parent": "parent",
        "HostResource": "host_resource",
    },
    # Not the images of CDs and floppy disks.
    where=f"ResourceSubType = '{VIRTUAL_HARD_DISK}'",
)
DISK_DRIVE = CimClass(
    VIRTUALIZATION,
    "Msvm_DiskDrive",
    rows.PhysicalDiskRow,
    {"DeviceID": "device_id", "DriveNumber": "drive_number", "MaxMediaSize": "size_kib"},
)
VIRTUAL_DISK = CimClass(
    VIRTUALIZATION,
    "Msvm_VirtualHardDiskSettingData",
    rows.VirtualDiskRow,
    {
        "Path": "path",
        "Type": "disk_type",
        "ParentPath": "parent_path",
        "MaxInternalSize": "size_bytes",
        "VirtualDiskId": "disk_id",
    },
)
_PORT = {"InstanceID": "instance_id", "ElementName": "element_name", "Address": "address"}
SYNTHETIC_PORT = CimClass(VIRTUALIZATION, "Msvm_SyntheticEthernetPortSettingData", rows.PortRow, _PORT)
EMULATED_PORT = CimClass(VIRTUALIZATION, "Msvm_EmulatedEthernetPortSettingData", rows.PortRow, _PORT)
PORT_CONNECTION = CimClass(
    VIRTUALIZATION,
    "Msvm_EthernetPortAllocationSettingData",
    rows.PortConnectionRow,
    {
        "InstanceID": "instance_id",
        "Parent": "parent",
        "HostResource": "host_resource",
        "LastKnownSwitchName": "last_known_switch_name",
    },
)
SWITCH = CimClass(
    VIRTUALIZATION,
    "Msvm_VirtualEthernetSwitch",
    rows.SwitchRow,
    {"Name": "name", "ElementName": "element_name"},
)
GUEST_NETWORK = CimClass(
    VIRTUALIZATION,
    "Msvm_GuestNetworkAdapterConfiguration",
    rows.GuestNetworkRow,
    {"InstanceID": "instance_id", "IPAddresses": "ip_addresses", "DHCPEnabled": "dhcp_enabled"},
)
KEY_VALUE = CimClass(
    VIRTUALIZATION,
    "Msvm_KvpExchangeComponent",
    rows.KeyValueRow,
    {"SystemName": "machine_guid", "GuestIntrinsicExchangeItems": "items"},
)
OPERATING_SYSTEM = CimClass(
    CIMV2,
    "Win32_OperatingSystem",
    rows.OperatingSystemRow,
    {"Caption": "caption", "Version": "version", "BuildNumber": "build"},
)
PROCESSOR = CimClass(CIMV2, "Win32_Processor", rows.ProcessorRow, {"Name": "name", "NumberOfCores": "cores"})
HOST_NAME = CimClass(
    CIMV2,
    "Win32_ComputerSystem",
    rows.HostNameRow,
    {"DNSHostName": "dns_host_name", "Domain": "domain", "PartOfDomain": "part_of_domain"},
)
HARDWARE = CimClass(CIMV2, "Win32_ComputerSystemProduct", rows.HardwareRow, {"UUID": "uuid"})
CLUSTER_NAME = CimClass(CLUSTER, "MSCluster_Cluster", rows.ClusterRow, {"Name": "name"})
CLUSTER_NODE = CimClass(CLUSTER, "MSCluster_Node", rows.ClusterNodeRow, {"Name": "name"})
CLUSTER_RESOURCE = CimClass(
    CLUSTER,
    "MSCluster_Resource",
    rows.ClusterResourceRow,
    {
        "Name": "name",
        "OwnerGroup": "owner_group",
        "OwnerNode": "owner_node",
        # A property of an object that is itself a property.
        "PrivateProperties/VmID": "machine_guid",
    },
    where="Type = 'Virtual Machine'",
)
