"""Raw performance counters, computed from the machines' waves at the moment they are read.

Every counter is the integral of a rate since its machine started, so it never falls while the machine runs,
two readings give the rate exactly, and a restart begins at zero again. 32-bit counters wrap.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from devstack.hyperv import naming
from devstack.hyperv.cim import Instance, Value
from devstack.hyperv.clock import TICKS_PER_SECOND, HostClock
from devstack.hyperv.machine import Disk, Machine, NetworkAdapter, Wave
from devstack.hyperv.store import Namespace

PROCESSOR = "Win32_PerfRawData_HvStats_HyperVHypervisorVirtualProcessor"
STORAGE = "Win32_PerfRawData_Counters_HyperVVirtualStorageDevice"
ADAPTER = "Win32_PerfRawData_NvspNicStats_HyperVVirtualNetworkAdapter"
DYNAMIC_MEMORY = "Win32_PerfRawData_BalancerStats_HyperVDynamicMemoryVM"
PARTITION = "Win32_PerfRawData_VidPerfProvider_HyperVVMVidPartition"

_HYPERVISOR_SHARE = 0.02  # of the guest's run time: what the hypervisor spends on its behalf
_UINT32 = 2**32
_BYTES_PER_PACKET = 900
_PAGES_PER_MIB = 256


class CounterReader:
    """Makes the rows of the five counter classes; one object reads all at one moment of the host's uptime."""

    def __init__(self, namespace: Namespace, clock: HostClock, machines: Iterable[Machine]) -> None:
        self._namespace = namespace
        self._now = clock.uptime_seconds()
        self._stamps = _timestamps(clock, self._now)
        self._machines = [machine for machine in machines if machine.is_running]

    def processors(self) -> Iterator[Instance]:
        base = int(self._now * TICKS_PER_SECOND)
        totals: Counter[str] = Counter()
        names = _UniqueNames()
        for machine in self._machines:
            for index, wave in enumerate(machine.cpu[: machine.cores]):
                times = _run_times(self._total(machine, wave))
                totals.update(times)
                yield self._processor(names.take(naming.processor_counter_name(machine, index)), times, base)
        yield self._processor("_Total", totals, base)

    def storage(self) -> Iterator[Instance]:
        for machine in self._machines:
            for disk in machine.disks:
                yield self._row(STORAGE, naming.storage_counter_name(disk), self._disk_values(machine, disk))

    def adapters(self) -> Iterator[Instance]:
        for machine in self._machines:
            for adapter in machine.adapters:
                values = self._adapter_values(machine, adapter)
                yield self._row(ADAPTER, naming.adapter_counter_name(machine, adapter), values)

    def dynamic_memory(self) -> Iterator[Instance]:
        names = _UniqueNames()
        for machine in self._machines:
            yield self._row(DYNAMIC_MEMORY, names.take(machine.name), self._memory_values(machine))

    def partitions(self) -> Iterator[Instance]:
        names = _UniqueNames()
        for machine in self._machines:
            pages = machine.assigned_mib(self._now) * _PAGES_PER_MIB
            values: dict[str, Value] = {
                "PhysicalPagesAllocated": pages,
                "PreferredNUMANodeIndex": 0,
                "RemotePhysicalPages": 0,
            }
            yield self._row(PARTITION, names.take(machine.name), values)

    def _processor(self, name: str, times: dict[str, int], base: int) -> Instance:
        values: dict[str, Value] = {}
        for counter, ticks in times.items():
            values[counter] = ticks
            values[f"{counter}_Base"] = base
        return self._row(PROCESSOR, name, values)

    def _disk_values(self, machine: Machine, disk: Disk) -> dict[str, Value]:
        reads, writes = self._total(machine, disk.reads), self._total(machine, disk.writes)
        read_count = (int(reads) + disk.operations_offset) % _UINT32
        write_count = (int(writes) + disk.operations_offset) % _UINT32
        values: dict[str, Value] = {
            "ReadBytesPersec": int(reads) * disk.bytes_per_operation,
            "WriteBytesPersec": int(writes) * disk.bytes_per_operation,
            "ReadCount": read_count,
            "WriteCount": write_count,
            "ReadOperationsPerSec": read_count,
            "WriteOperationsPerSec": write_count,
            "ErrorCount": 0,
            "FlushCount": (int(writes) // 50) % _UINT32,
            "QueueLength": 0,
        }
        return values

    def _adapter_values(self, machine: Machine, adapter: NetworkAdapter) -> dict[str, Value]:
        received = int(self._total(machine, adapter.received))
        sent = int(self._total(machine, adapter.sent))
        packets_in, packets_out = received // _BYTES_PER_PACKET, sent // _BYTES_PER_PACKET
        return {
            "BytesReceivedPersec": received,
            "BytesSentPersec": sent,
            "BytesPersec": received + sent,
            "PacketsReceivedPersec": packets_in,
            "PacketsSentPersec": packets_out,
            "PacketsPersec": packets_in + packets_out,
            "DroppedPacketsIncomingPersec": 0,
            "DroppedPacketsOutgoingPersec": 0,
        }

    def _memory_values(self, machine: Machine) -> dict[str, Value]:
        """Gauges in MiB and percent; without dynamic memory nothing balances and the pressure reads 0."""
        assigned = machine.assigned_mib(self._now)
        demand = machine.demand_mib(self._now)
        pressure = round(100 * demand / assigned) if machine.dynamic_memory else 0
        values: dict[str, Value] = {
            "PhysicalMemory": assigned,
            "GuestVisiblePhysicalMemory": assigned,
            "CurrentPressure": pressure,
            "AveragePressure": pressure,
            "MinimumPressure": pressure,
            "MaximumPressure": pressure,
            "AddedMemory": 0,
            "RemovedMemory": 0,
            "MemoryAddOperations": 0,
            "MemoryRemoveOperations": 0,
            "SmartPagingWorkingSetSize": 0,
            "GuestAvailableMemory": max(0, assigned - int(demand)),
        }
        return values

    def _total(self, machine: Machine, wave: Wave) -> float:
        return wave.total(machine.started_uptime_seconds, self._now)

    def _known(self, class_name: str, values: dict[str, Value]) -> dict[str, Value]:
        """Leave out what this build's class does not have."""
        properties = self._namespace.cim_class(class_name).properties
        return {name: value for name, value in values.items() if name.lower() in properties}

    def _row(self, class_name: str, name: str, values: dict[str, Value]) -> Instance:
        known = self._known(class_name, values)
        return self._namespace.instance(class_name, {"Name": name, **self._stamps, **known})


class _UniqueNames:
    """The performance library tells instances of one name apart by `#1`, `#2`."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def take(self, name: str) -> str:
        number = self._seen[name]
        self._seen[name] += 1
        return f"{name}#{number}" if number else name


def _run_times(guest_seconds: float) -> dict[str, int]:
    """The run-time counters of one processor, in 100 ns units."""
    guest = int(guest_seconds * TICKS_PER_SECOND)
    hypervisor = int(guest_seconds * _HYPERVISOR_SHARE * TICKS_PER_SECOND)
    return {
        "PercentGuestRunTime": guest,
        "PercentHypervisorRunTime": hypervisor,
        "PercentRemoteRunTime": 0,
        "PercentTotalRunTime": guest + hypervisor,
    }


def _timestamps(clock: HostClock, uptime_seconds: float) -> dict[str, Value]:
    filetime = clock.filetime(uptime_seconds)
    return {
        "Frequency_Object": TICKS_PER_SECOND,
        "Frequency_PerfTime": TICKS_PER_SECOND,
        "Frequency_Sys100NS": TICKS_PER_SECOND,
        "Timestamp_Object": filetime,
        "Timestamp_PerfTime": int(uptime_seconds * TICKS_PER_SECOND),
        "Timestamp_Sys100NS": filetime,
    }
