"""Batches of samples of a made-up estate: the same seed gives the same load."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid5

import numpy as np
import numpy.typing as npt

from devstack.ledger.expected import Ledger, SeriesKey
from surveyor_schemas.counters import HypervCounter, Metric, VmwareCounter
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)

MACHINES_PER_EVENT = 50
SAMPLES_PER_EVENT = 15
NULL_SHARE = 0.01
HYPERV_EVENTS = 4
"""Every fourth group of machines runs on Hyper-V."""
_NAMESPACE = UUID("8d7f2f7e-55d0-5a65-8d54-31a1f0f1c9a1")
_KIB = 1024
_MB = 1_000_000

Raw = npt.NDArray[np.int64]
Values = list[float | None]


@dataclass(frozen=True, slots=True)
class Counter:
    """A raw series of a machine: what is sent, and how its values read afterwards."""

    counter: str
    instance: str
    upper: int
    metric: Metric
    multiplier: int = 1
    divisor: int = 1


def _vmware_counters() -> list[Counter]:
    disks = ("scsi0:0", "scsi0:1")
    return [
        Counter(VmwareCounter.CPU_USAGE, "", 10_000, Metric.CPU_PERCENT, 1, 100),
        Counter(VmwareCounter.MEMORY_USAGE, "", 10_000, Metric.MEMORY_PERCENT, 1, 100),
        *(Counter(VmwareCounter.DISK_READ, d, 90_000, Metric.READ_MB_PER_SECOND, _KIB, _MB) for d in disks),
        *(Counter(VmwareCounter.DISK_WRITE, d, 90_000, Metric.WRITE_MB_PER_SECOND, _KIB, _MB) for d in disks),
        *(Counter(VmwareCounter.DISK_READ_OPERATIONS, d, 900, Metric.READ_IOPS) for d in disks),
        *(Counter(VmwareCounter.DISK_WRITE_OPERATIONS, d, 900, Metric.WRITE_IOPS) for d in disks),
        Counter(VmwareCounter.NET_RECEIVED, "4000", 90_000, Metric.RECEIVED_MB_PER_SECOND, _KIB, _MB),
        Counter(VmwareCounter.NET_TRANSMITTED, "4000", 90_000, Metric.TRANSMITTED_MB_PER_SECOND, _KIB, _MB),
    ]


def _hyperv_counters() -> list[Counter]:
    disk, nic = r"Microsoft:disk\0\0", r"Microsoft:nic\a"
    rate = 90_000_000
    return [
        Counter(HypervCounter.DISK_READ_BYTES, disk, rate, Metric.READ_MB_PER_SECOND, 1, _MB),
        Counter(HypervCounter.DISK_WRITE_BYTES, disk, rate, Metric.WRITE_MB_PER_SECOND, 1, _MB),
        Counter(HypervCounter.DISK_READ_OPERATIONS, disk, 900, Metric.READ_IOPS),
        Counter(HypervCounter.DISK_WRITE_OPERATIONS, disk, 900, Metric.WRITE_IOPS),
        Counter(HypervCounter.NET_RECEIVED_BYTES, nic, rate, Metric.RECEIVED_MB_PER_SECOND, 1, _MB),
        Counter(HypervCounter.NET_SENT_BYTES, nic, rate, Metric.TRANSMITTED_MB_PER_SECOND, 1, _MB),
    ]


VMWARE_COUNTERS = _vmware_counters()
HYPERV_COUNTERS = _hyperv_counters()
HYPERV_PROCESSORS = 2


@dataclass(frozen=True)
class LoadPlan:
    """What to send.

    Attributes:
        seed: Decides all values and which of them are missing.
        machines: How many; the last event of a window may have fewer than 50.
        minutes: How long the load reaches from `start_at` on.
        only: Restricts the estate to one kind of source.
    """

    seed: int
    machines: int
    minutes: int
    start_at: datetime
    interval_seconds: int = 20
    only: Literal["vmware", "hyperv"] | None = None

    @property
    def event_count(self) -> int:
        """How many messages the load has."""
        samples = self.minutes * 60 // self.interval_seconds
        return -(-self.machines // MACHINES_PER_EVENT) * -(-samples // SAMPLES_PER_EVENT)

    def batches(self, ledger: Ledger | None = None) -> Iterator[PerformanceSampled]:
        """Give all batches, window by window, and note in `ledger` what must come of them."""
        first = int(self.start_at.timestamp()) // self.interval_seconds * self.interval_seconds
        count = self.minutes * 60 // self.interval_seconds
        times = [first + index * self.interval_seconds for index in range(count)]
        for batch_no, begin in enumerate(range(0, count, SAMPLES_PER_EVENT), start=1):
            for group in range(-(-self.machines // MACHINES_PER_EVENT)):
                yield self._batch(group, batch_no, times[begin : begin + SAMPLES_PER_EVENT], ledger)

    def _batch(
        self, group: int, batch_no: int, times: list[int], ledger: Ledger | None
    ) -> PerformanceSampled:
        is_hyperv = group % HYPERV_EVENTS == HYPERV_EVENTS - 1 if self.only is None else self.only == "hyperv"
        numbers = range(group * MACHINES_PER_EVENT, min((group + 1) * MACHINES_PER_EVENT, self.machines))
        return PerformanceSampled(
            source_id=f"load-{self.seed}-{group}",
            source_kind="hyperv" if is_hyperv else "vmware",
            collector_id="load",
            run_id=uuid5(_NAMESPACE, f"run/{self.seed}"),
            batch_no=batch_no,
            collected_at=datetime.fromtimestamp(times[-1], UTC),
            generated=True,
            machines=[self._machine(number, batch_no, times, is_hyperv, ledger) for number in numbers],
        )

    def _machine(
        self, number: int, batch_no: int, times: list[int], is_hyperv: bool, ledger: Ledger | None
    ) -> MachineSamples:
        machine_id = uuid5(_NAMESPACE, f"machine/{self.seed}/{number}")
        random = np.random.default_rng([self.seed, number, batch_no])
        counters = HYPERV_COUNTERS if is_hyperv else VMWARE_COUNTERS
        series = [
            _processor(random, str(index), len(times)) for index in range(HYPERV_PROCESSORS * is_hyperv)
        ]
        if ledger is not None and is_hyperv:
            columns = zip(*(each.values for each in series), strict=True)
            ledger.note(
                SeriesKey(Metric.CPU_PERCENT, str(machine_id), ""), times, [_mean(c) for c in columns]
            )
        for counter in counters:
            raw = _values(random, counter.upper, len(times))
            series.append(CounterSeries(counter=counter.counter, instance=counter.instance, values=raw))
            if ledger is not None:
                read = [None if v is None else v * counter.multiplier / counter.divisor for v in raw]
                ledger.note(SeriesKey(counter.metric, str(machine_id), counter.instance), times, read)
        return MachineSamples(
            machine_id=machine_id, interval_seconds=self.interval_seconds, timestamps=times, series=series
        )


def _processor(random: np.random.Generator, instance: str, count: int) -> CounterSeries:
    return CounterSeries(
        counter=HypervCounter.VCPU_GUEST_RUN_TIME, instance=instance, values=_values(random, 100, count)
    )


def _values(random: np.random.Generator, upper: int, count: int) -> Values:
    values: Raw = random.integers(0, upper, size=count, endpoint=True)
    missing = random.random(count) < NULL_SHARE
    return [
        None if gone else float(value) for value, gone in zip(values.tolist(), missing.tolist(), strict=True)
    ]


def _mean(rates: tuple[float | None, ...]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) / len(rates) if len(known) == len(rates) else None
