"""Names of counters on `performance-raw`, and the canonical metrics they become.

Source: Microsoft Learn, "Discovered metadata" (2023-02-24), VMware and Hyper-V performance; vSphere Web
Services API, performance counters (units); WMI classes Win32_PerfRawData_*.
"""

from enum import StrEnum


class VmwareCounter(StrEnum):
    """vSphere counters, values as QueryPerf delivers them."""

    CPU_USAGE = "cpu.usage.average"
    """1/100 percent of the VM's virtual processors."""
    CPU_READY = "cpu.ready.summation"
    """Milliseconds in the interval, over all virtual processors."""
    MEMORY_USAGE = "mem.usage.average"
    """1/100 percent of the allocated memory."""
    DISK_READ = "virtualDisk.read.average"
    """KiB/s per disk; instance such as `scsi0:0`."""
    DISK_WRITE = "virtualDisk.write.average"
    DISK_READ_OPERATIONS = "virtualDisk.numberReadAveraged.average"
    """Operations/s per disk."""
    DISK_WRITE_OPERATIONS = "virtualDisk.numberWriteAveraged.average"
    NET_RECEIVED = "net.received.average"
    """KiB/s per NIC; the instance is the device key, such as `4000`."""
    NET_TRANSMITTED = "net.transmitted.average"


class HypervCounter(StrEnum):
    """Hyper-V counters after the collector's part.

    It computes rates from two raw reads and matches instances to the machine.
    """

    VCPU_GUEST_RUN_TIME = "hyperv.virtual-processor.guest-run-time-percent"
    """Percent of one virtual processor; the instance is its number."""
    MEMORY_PRESSURE = "hyperv.dynamic-memory.current-pressure-percent"
    MEMORY_VISIBLE = "hyperv.dynamic-memory.guest-visible-physical-memory-mib"
    MEMORY_AVAILABLE = "hyperv.dynamic-memory.guest-available-memory-mib"
    """Only where the host's build has it."""
    MEMORY_PHYSICAL = "hyperv.dynamic-memory.physical-memory-mib"
    MEMORY_ASSIGNED = "hyperv.vid-partition.physical-pages-allocated-mib"
    """Assigned to the VM, not used by it."""
    DISK_READ_BYTES = "hyperv.virtual-storage-device.read-bytes-per-second"
    """The instance of disk counters is the disk's `instance_id`."""
    DISK_WRITE_BYTES = "hyperv.virtual-storage-device.write-bytes-per-second"
    DISK_READ_OPERATIONS = "hyperv.virtual-storage-device.read-operations-per-second"
    DISK_WRITE_OPERATIONS = "hyperv.virtual-storage-device.write-operations-per-second"
    NET_RECEIVED_BYTES = "hyperv.virtual-network-adapter.bytes-received-per-second"
    """The instance of NIC counters is the NIC's `instance_id`; received is into the VM."""
    NET_SENT_BYTES = "hyperv.virtual-network-adapter.bytes-sent-per-second"


class Metric(StrEnum):
    """Canonical metrics in `performance_samples` and the roll-ups."""

    CPU_PERCENT = "cpu_percent"
    """Of the allocated cores, 0-100 (a little above in short bursts)."""
    CPU_READY_PERCENT = "cpu_ready_percent"
    """Time a ready virtual processor waited, percent of the interval and the allocated processors."""
    MEMORY_PERCENT = "memory_percent"
    """Used, of the allocated memory; above 100 when demand exceeds it."""
    MEMORY_ASSIGNED_PERCENT = "memory_assigned_percent"
    """Assigned, not used: never a base for sizing."""
    READ_IOPS = "read_iops"
    WRITE_IOPS = "write_iops"
    READ_MB_PER_SECOND = "read_mb_per_second"
    """10^6 bytes per second."""
    WRITE_MB_PER_SECOND = "write_mb_per_second"
    RECEIVED_MB_PER_SECOND = "received_mb_per_second"
    TRANSMITTED_MB_PER_SECOND = "transmitted_mb_per_second"


MACHINE_METRICS = (
    Metric.CPU_PERCENT,
    Metric.CPU_READY_PERCENT,
    Metric.MEMORY_PERCENT,
    Metric.MEMORY_ASSIGNED_PERCENT,
)
DISK_METRICS = (
    Metric.READ_IOPS,
    Metric.WRITE_IOPS,
    Metric.READ_MB_PER_SECOND,
    Metric.WRITE_MB_PER_SECOND,
)
NIC_METRICS = (Metric.RECEIVED_MB_PER_SECOND, Metric.TRANSMITTED_MB_PER_SECOND)
