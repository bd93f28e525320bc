"""A small estate: machines, changes, history and a collector, put where the services look for them."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from assessor.catalogue.packaged import packaged_catalogue
from assessor.domain.catalogue_contents import catalogue_contents
from query_api.testing.builders import (
    GIB,
    a_change,
    a_disk,
    a_machine,
    a_nic,
    store_catalogue,
    store_changes,
    store_machines,
    store_samples,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, TopicAdmin
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.inventory.machine_v1 import Machine, OperatingSystem
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, SourceError, SourceStatus
from surveyor_schemas.topics import TOPICS

NAMESPACE = UUID("7b0c1a52-31cf-4a0e-9e3a-6f3f4c3f2a11")
_SYSTEMS = (
    OperatingSystem(
        name="Ubuntu Linux (64-bit)",
        family="linux",
        product="Ubuntu",
        version="22.04",
        edition=None,
        architecture="x64",
    ),
    OperatingSystem(
        name="Microsoft Windows Server 2019 (64-bit)",
        family="windows",
        product="Windows Server",
        version="2019",
        edition=None,
        architecture="x64",
    ),
    OperatingSystem(
        name="Red Hat Enterprise Linux 8 (64-bit)",
        family="linux",
        product="Red Hat Enterprise Linux",
        version="8",
        edition=None,
        architecture="x64",
    ),
    OperatingSystem(
        name=None, family="unknown", product=None, version=None, edition=None, architecture="unknown"
    ),
)


async def fill(broker: KafkaSettings, settings: ClickHouseSettings) -> list[Machine]:
    machines = [_machine(number) for number in range(36)]
    async with ClickHouse(settings) as store:
        await migrate(store)
        await store_machines(store, *machines)
        await _store_catalogue(store)
        await store_changes(store, *_changes(machines))
        await _store_history(store, machines[0])
    async with TopicAdmin(broker) as topics:
        await topics.ensure(TOPICS)
    async with EventPublisher(broker, client_id="portal-tests") as publisher:
        await publisher.publish(_heartbeat(len(machines)))
    return machines


def _machine(number: int) -> Machine:
    is_hyperv = number % 5 == 4
    disks = [
        a_disk(n, size_bytes=(40 + 60 * n) * GIB, thin_provisioned=n == 0) for n in range(1 + number % 3)
    ]
    return a_machine(
        machine_id=uuid5(NAMESPACE, str(number)),
        name=f"{('web', 'db', 'app', 'file')[number % 4]}-{number:02}",
        source_kind="hyperv" if is_hyperv else "vmware",
        source_id="hyperv-site" if is_hyperv else "vcenter-1",
        power_state=("on", "on", "on", "off", "on", "suspended")[number % 6],
        cores=(2, 4, 8)[number % 3],
        memory_mib=(4096, 8192, 131_072, 6144)[number % 4],
        boot_type=("bios", "uefi", None)[number % 3],
        os=_SYSTEMS[number % len(_SYSTEMS)],
        disks=disks,
        nics=[a_nic(0), *([a_nic(1, ip_addresses=[])] if number % 7 == 0 else [])],
        host_name=f"esxi-{1 + number % 3}.example.net",
        cluster_name="Production",
        observed_at=datetime.now(UTC),
    )


def _changes(machines: list[Machine]) -> list[Any]:
    now = datetime.now(UTC)
    kinds = (
        ("resized", "cores", 2, 4),
        ("power", "power_state", "off", "on"),
        ("moved", "host_name", "esxi-1.example.net", "esxi-2.example.net"),
        ("disk-added", "disks[2001]", None, {"disk_id": "2001", "name": "scsi0:1", "size_bytes": 100 * GIB}),
        ("machine-added", "machine", None, None),
        ("configuration", "os.name", None, "Ubuntu Linux (64-bit)"),
    )
    return [
        a_change(
            machine_id=machine.machine_id,
            machine_name=machine.name,
            source_id=machine.source_id,
            kind=kinds[number % len(kinds)][0],
            field_path=kinds[number % len(kinds)][1],
            before=kinds[number % len(kinds)][2],
            after=kinds[number % len(kinds)][3],
            outdates_assessments=False,
            observed_at=now - timedelta(minutes=7 * number + 3),
            recorded_at=now - timedelta(minutes=7 * number + 3),
        )
        for number, machine in enumerate(machines[:12])
    ]


async def _store_catalogue(store: ClickHouse) -> None:
    """Publish the packaged catalogue's contents: the form then offers what people will be offered."""
    contents = catalogue_contents(packaged_catalogue())
    await store_catalogue(store, contents.hash)
    columns = ["hash", "document", "written_at"]
    row = [contents.hash, contents.model_dump_json(), datetime.now(UTC)]
    await store.insert_rows("catalogue_contents", columns, [row])


async def _store_history(store: ClickHouse, machine: Machine) -> None:
    """Store a day of made-up history, and two hours of measured samples after it."""
    now = datetime.now(UTC).replace(microsecond=0)
    boundary = now - timedelta(hours=2)
    per_instance = {
        "": {"cpu_percent": 28.0, "memory_percent": 61.0},
        machine.disks[0].counter_instance or "": {
            "read_iops": 120.0,
            "write_iops": 45.0,
            "read_mb_per_second": 6.0,
        },
        machine.nics[0].counter_instance or "": {
            "received_mb_per_second": 1.4,
            "transmitted_mb_per_second": 0.6,
        },
    }
    for instance, metrics in per_instance.items():
        for metric, level in metrics.items():
            start = boundary - timedelta(hours=22)
            old = [_wave(level, n, 144) for n in range(22 * 6)]
            new = [_wave(level, n, 180) for n in range(2 * 180 - 3)]
            method = "guest" if metric == "memory_percent" else ""
            await store_samples(
                store,
                machine.machine_id,
                metric,
                old,
                start=start,
                instance=instance,
                interval_seconds=600,
                generated=True,
                method=method,
            )
            await store_samples(
                store, machine.machine_id, metric, new, start=boundary, instance=instance, method=method
            )


def _wave(level: float, step: int, period: int) -> float:
    return round(level * (1 + 0.35 * math.sin(2 * math.pi * step / period) + 0.12 * math.sin(step * 1.7)), 3)


def _heartbeat(machine_count: int) -> CollectorHeartbeat:
    now = datetime.now(UTC)
    source = SourceStatus(
        source_id="vcenter-1",
        kind="vcenter",
        address="vcenter.example.net:443",
        state="connected",
        product="VMware vCenter Server 8.0.3",
        capabilities={
            "cpu.usage.average": True,
            "mem.usage.average": True,
            "virtualDisk.read.average": False,
        },
        machine_count=machine_count,
        powered_on_count=24,
        inventory_read_at=now - timedelta(minutes=3),
        newest_sample_at=now - timedelta(seconds=35),
        performance_lag_seconds=12.4,
        clock_skew_seconds=-0.3,
        last_batch_no=118,
        values_published=1_284_400,
        polls_skipped=0,
        last_error=SourceError(
            code="connection-lost",
            message="The connection was reset; it is back.",
            at=now - timedelta(hours=2),
        ),
    )
    return CollectorHeartbeat(
        collector_id="collector-vmware-0",
        kind="vmware",
        version="0.1.0",
        run_id=uuid5(NAMESPACE, "run"),
        started_at=now - timedelta(hours=9),
        sent_at=now,
        stopping=False,
        spool_bytes=0,
        sources=[source],
    )
