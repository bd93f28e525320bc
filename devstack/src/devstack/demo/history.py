"""A generated month before the demo began, as raw events, so that assessments have a window to look at.

The events say `generated`, and go through `performance-raw` like every other sample.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import numpy as np

from devstack.load_shape import EpochSeconds, LoadShape, Shares
from surveyor_schemas.counters import HypervCounter, VmwareCounter
from surveyor_schemas.inventory.machine_v1 import Disk, Machine, Nic
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)

INTERVAL_SECONDS = 600
POINTS_PER_EVENT = 1_008
"""A week: with its disks and NICs a machine stays under the message limit."""
_DISK_IOPS = 600.0
_DISK_KIB_PER_SECOND = 40_000.0
_NET_KIB_PER_SECOND = 8_000.0
_KIB = 1024

RawSeries = tuple[str, str, Shares]
"""Counter, instance, values in the source's unit."""


@dataclass(frozen=True, slots=True)
class History:
    """Which month to make up, and for whom."""

    seed: int
    start_at: datetime
    end_at: datetime

    def events(self, machines: Sequence[Machine]) -> Iterator[PerformanceSampled]:
        """One event per running machine and week; machines that are off have no samples."""
        runs: dict[str, tuple[UUID, int]] = {}
        for machine in machines:
            if machine.power_state != "on":
                continue
            for times in self._weeks():
                run_id, batch_no = runs.get(machine.source_id, (uuid4(), 0))
                runs[machine.source_id] = (run_id, batch_no + 1)
                yield _event(machine, times, _series(machine, times, self.seed), run_id, batch_no + 1)

    def _weeks(self) -> Iterator[EpochSeconds]:
        first = -(-int(self.start_at.timestamp()) // INTERVAL_SECONDS) * INTERVAL_SECONDS
        times = np.arange(first, int(self.end_at.timestamp()), INTERVAL_SECONDS, dtype=np.int64)
        for index in range(0, times.size, POINTS_PER_EVENT):
            yield times[index : index + POINTS_PER_EVENT]


def _event(
    machine: Machine, times: EpochSeconds, series: list[RawSeries], run_id: UUID, batch_no: int
) -> PerformanceSampled:
    samples = MachineSamples(
        machine_id=machine.machine_id,
        interval_seconds=INTERVAL_SECONDS,
        timestamps=times.tolist(),
        series=[
            CounterSeries(counter=counter, instance=instance, values=np.round(values, 2).tolist())
            for counter, instance, values in series
        ],
    )
    return PerformanceSampled(
        source_id=machine.source_id,
        source_kind="vmware" if machine.source_kind == "vmware" else "hyperv",
        collector_id="demo-history",
        run_id=run_id,
        batch_no=batch_no,
        collected_at=datetime.now(UTC),
        generated=True,
        machines=[samples],
    )


def _series(machine: Machine, times: EpochSeconds, seed: int) -> list[RawSeries]:
    shape = LoadShape(f"{seed}/{machine.machine_id}")
    make = _vmware_series if machine.source_kind == "vmware" else _hyperv_series
    return list(make(machine, shape, times))


def _vmware_series(machine: Machine, shape: LoadShape, times: EpochSeconds) -> Iterator[RawSeries]:
    yield VmwareCounter.CPU_USAGE, "", np.floor(shape.of("cpu", times) * 10_000)
    yield VmwareCounter.CPU_READY, "", np.floor(shape.of("ready", times) * 0.02 * 1000 * INTERVAL_SECONDS)
    yield VmwareCounter.MEMORY_USAGE, "", np.floor(shape.of("memory", times) * 10_000)
    for disk in _instances(machine.disks):
        iops = shape.of(f"iops/{disk}", times) * _DISK_IOPS
        rate = shape.of(f"rate/{disk}", times) * _DISK_KIB_PER_SECOND
        yield VmwareCounter.DISK_READ_OPERATIONS, disk, np.floor(iops * 0.7)
        yield VmwareCounter.DISK_WRITE_OPERATIONS, disk, np.floor(iops * 0.3)
        yield VmwareCounter.DISK_READ, disk, np.floor(rate * 0.7)
        yield VmwareCounter.DISK_WRITE, disk, np.floor(rate * 0.3)
    for nic in _instances(machine.nics):
        rate = shape.of(f"net/{nic}", times) * _NET_KIB_PER_SECOND
        yield VmwareCounter.NET_RECEIVED, nic, np.floor(rate * 0.6)
        yield VmwareCounter.NET_TRANSMITTED, nic, np.floor(rate * 0.4)


def _hyperv_series(machine: Machine, shape: LoadShape, times: EpochSeconds) -> Iterator[RawSeries]:
    for processor in range(machine.cores or 0):
        yield HypervCounter.VCPU_GUEST_RUN_TIME, str(processor), shape.of(f"cpu/{processor}", times) * 100
    if machine.dynamic_memory_enabled and machine.memory_mib:
        yield HypervCounter.MEMORY_PRESSURE, "", shape.of("memory", times) * 100
        yield HypervCounter.MEMORY_VISIBLE, "", np.full(times.size, float(machine.memory_mib))
    for disk in _instances(machine.disks):
        iops = shape.of(f"iops/{disk}", times) * _DISK_IOPS
        rate = shape.of(f"rate/{disk}", times) * _DISK_KIB_PER_SECOND * _KIB
        yield HypervCounter.DISK_READ_OPERATIONS, disk, iops * 0.7
        yield HypervCounter.DISK_WRITE_OPERATIONS, disk, iops * 0.3
        yield HypervCounter.DISK_READ_BYTES, disk, rate * 0.7
        yield HypervCounter.DISK_WRITE_BYTES, disk, rate * 0.3
    for nic in _instances(machine.nics):
        rate = shape.of(f"net/{nic}", times) * _NET_KIB_PER_SECOND * _KIB
        yield HypervCounter.NET_RECEIVED_BYTES, nic, rate * 0.6
        yield HypervCounter.NET_SENT_BYTES, nic, rate * 0.4


def _instances(devices: Sequence[Disk] | Sequence[Nic]) -> list[str]:
    return [device.counter_instance for device in devices if device.counter_instance is not None]
