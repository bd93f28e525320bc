"""The performance classes that are read, and what each of their properties becomes.

Source: Microsoft Learn, "Discovered metadata" (2023-02-24), Hyper-V performance; PerfCtrs, Win32_PerfRawData
classes and their counter types; the class listings of microsoft/wmi (server2019, 23h2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from surveyor_schemas.counters import HypervCounter

CounterKind = Literal["percent-of-base", "per-second", "gauge"]
BASE_SUFFIX = "_Base"
STAMP_PROPERTIES = ("Timestamp_PerfTime", "Frequency_PerfTime", "Timestamp_Sys100NS")
PAGES_PER_MIB = 256
"""`PhysicalPagesAllocated` counts pages of 4 KiB."""


class Instances(Enum):
    """What the instances of a class are named after."""

    PROCESSOR = "processor"
    MACHINE = "machine"
    DISK = "disk"
    NIC = "nic"


@dataclass(frozen=True)
class CounterSpec:
    """How one counter is read.

    Attributes:
        counter: The name it is published by.
        properties: The property that holds it; where builds differ, the first that the host has.
        kind: Percent of the growth of `<property>_Base`, growth per second, or a value as it is.
        bits: The width at which the property wraps.
        divisor: Gauges are divided by it.
        zero_is_no_data: The host writes 0 where nothing was measured.
        decimals: What is kept; more would be noise of the readings' times, and weigh on messages and store.
    """

    counter: HypervCounter
    properties: tuple[str, ...]
    kind: CounterKind
    bits: Literal[32, 64] = 64
    divisor: int = 1
    zero_is_no_data: bool = False
    decimals: int = 4


@dataclass(frozen=True)
class CounterClass:
    """One `Win32_PerfRawData_*` class."""

    name: str
    instances: Instances
    counters: tuple[CounterSpec, ...]


@dataclass(frozen=True, slots=True)
class CounterRow:
    """One instance of a performance class at one moment.

    Attributes:
        instance: `Name`, as the class has it.
        perf_time: Ticks of the performance counter, which never steps.
        perf_frequency: Its ticks per second.
        filetime: The host's wall clock, 100 ns units since 1601.
        values: The other properties by name, without those that are null.
    """

    instance: str
    perf_time: int
    perf_frequency: int
    filetime: int
    values: Mapping[str, int]


@dataclass(frozen=True)
class CounterRead:
    """One class as a poll found it: its rows, and which property each counter was read from."""

    counter_class: CounterClass
    rows: tuple[CounterRow, ...]
    chosen: Mapping[HypervCounter, str]
    """Without the counters that the host does not have."""


PROCESSOR = CounterClass(
    "Win32_PerfRawData_HvStats_HyperVHypervisorVirtualProcessor",
    Instances.PROCESSOR,
    (CounterSpec(HypervCounter.VCPU_GUEST_RUN_TIME, ("PercentGuestRunTime",), "percent-of-base"),),
)
STORAGE = CounterClass(
    "Win32_PerfRawData_Counters_HyperVVirtualStorageDevice",
    Instances.DISK,
    (
        CounterSpec(HypervCounter.DISK_READ_BYTES, ("ReadBytesPersec",), "per-second", decimals=0),
        CounterSpec(HypervCounter.DISK_WRITE_BYTES, ("WriteBytesPersec",), "per-second", decimals=0),
        CounterSpec(
            HypervCounter.DISK_READ_OPERATIONS,
            ("ReadOperationsPerSec", "ReadCount"),
            "per-second",
            bits=32,
        ),
        CounterSpec(
            HypervCounter.DISK_WRITE_OPERATIONS,
            ("WriteOperationsPerSec", "WriteCount"),
            "per-second",
            bits=32,
        ),
    ),
)
ADAPTER = CounterClass(
    "Win32_PerfRawData_NvspNicStats_HyperVVirtualNetworkAdapter",
    Instances.NIC,
    (
        CounterSpec(HypervCounter.NET_RECEIVED_BYTES, ("BytesReceivedPersec",), "per-second", decimals=0),
        CounterSpec(HypervCounter.NET_SENT_BYTES, ("BytesSentPersec",), "per-second", decimals=0),
    ),
)
DYNAMIC_MEMORY = CounterClass(
    "Win32_PerfRawData_BalancerStats_HyperVDynamicMemoryVM",
    Instances.MACHINE,
    (
        # A running guest always wants memory: 0 is what the balancer shows where it balances nothing.
        CounterSpec(HypervCounter.MEMORY_PRESSURE, ("CurrentPressure",), "gauge", zero_is_no_data=True),
        CounterSpec(HypervCounter.MEMORY_VISIBLE, ("GuestVisiblePhysicalMemory",), "gauge"),
        CounterSpec(HypervCounter.MEMORY_AVAILABLE, ("GuestAvailableMemory",), "gauge"),
        CounterSpec(HypervCounter.MEMORY_PHYSICAL, ("PhysicalMemory",), "gauge"),
    ),
)
PARTITION = CounterClass(
    "Win32_PerfRawData_VidPerfProvider_HyperVVMVidPartition",
    Instances.MACHINE,
    (
        CounterSpec(
            HypervCounter.MEMORY_ASSIGNED, ("PhysicalPagesAllocated",), "gauge", divisor=PAGES_PER_MIB
        ),
    ),
)
COUNTER_CLASSES = (PROCESSOR, STORAGE, ADAPTER, DYNAMIC_MEMORY, PARTITION)
