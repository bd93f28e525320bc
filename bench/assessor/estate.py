"""Machines with a month of sealed peaks, written into the store by the store itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.inventory.machine_v1 import Disk, Machine, Nic, OperatingSystem

DAYS = 31
DISKS = ("scsi0:0", "scsi0:1")
NIC = "4000"
WINDOW_START = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW_END = WINDOW_START + timedelta(days=DAYS)
# The largest peak of each series of a machine is a share of these, drawn from its id.
MACHINE_METRICS = {"cpu_percent": 100.0, "memory_percent": 100.0}
DISK_METRICS = {
    "read_iops": 2_000.0,
    "write_iops": 1_500.0,
    "read_mb_per_second": 60.0,
    "write_mb_per_second": 40.0,
}
NIC_METRICS = {"received_mb_per_second": 50.0, "transmitted_mb_per_second": 50.0}
SERIES_PER_MACHINE = len(MACHINE_METRICS) + len(DISKS) * len(DISK_METRICS) + len(NIC_METRICS)
_NAMESPACE = UUID("0e8c3c0e-4d6a-4b6c-9a3e-2c1c3a6f7b11")
_SYSTEMS: tuple[tuple[str, Literal["linux", "windows"], str, str], ...] = (
    ("Ubuntu 22.04.3 LTS", "linux", "Ubuntu", "22.04.3"),
    ("Microsoft Windows Server 2019 (64-bit)", "windows", "Windows Server", "2019"),
    ("Red Hat Enterprise Linux 8 (64-bit)", "linux", "RHEL", "8"),
)
_MACHINES_AT_A_TIME = 5_000


async def add_estate(store: ClickHouse, machines: int, seed: int) -> list[UUID]:
    """Fill an empty database; return the machines in the store's key order."""
    made = [_machine(number, seed) for number in range(machines)]
    columns = ["machine_id", "revision", "name", "observed_at", "removed_at", "document"]
    for start in range(0, machines, _MACHINES_AT_A_TIME):
        part = made[start : start + _MACHINES_AT_A_TIME]
        rows = [
            [one.machine_id, one.revision, one.name, one.observed_at, None, one.model_dump_json()]
            for one in part
        ]
        await store.insert_rows("machine_state", columns, rows)
    await _seal_days(store)
    for metric, largest in MACHINE_METRICS.items():
        await _add_peaks(store, metric, "", largest)
    for disk in DISKS:
        for metric, largest in DISK_METRICS.items():
            await _add_peaks(store, metric, disk, largest)
    for metric, largest in NIC_METRICS.items():
        await _add_peaks(store, metric, NIC, largest)
    found = await store.query_rows("SELECT machine_id FROM machine_state FINAL ORDER BY machine_id")
    return [row["machine_id"] for row in found]


async def add_scope(store: ClickHouse, run_id: UUID, machine_ids: Sequence[UUID]) -> None:
    """Say which machines a run covers."""
    rows = [[run_id, machine_id] for machine_id in machine_ids]
    await store.insert_rows("assessment_scope", ["run_id", "machine_id"], rows)


def _machine(number: int, seed: int) -> Machine:
    name, family, product, version = _SYSTEMS[number % len(_SYSTEMS)]
    return Machine(
        machine_id=uuid5(_NAMESPACE, f"{seed} {number}"),
        revision=1,
        source_kind="vmware",
        source_id="vcenter-1",
        name=f"vm-{number:05}",
        fqdn=None,
        description=None,
        power_state="on",
        is_template=False,
        is_replica=False,
        boot_type="uefi" if number % 4 else "bios",
        secure_boot_enabled=None,
        cores=(1, 2, 4, 8, 16, 32)[number % 6],
        memory_mib=(2, 4, 8, 16, 32, 64, 128)[number % 7] * 1024,
        memory_maximum_mib=None,
        dynamic_memory_enabled=None,
        os=OperatingSystem(
            name=name, family=family, product=product, version=version, edition=None, architecture="x64"
        ),
        management_server_name="vcenter-1",
        datacenter_name="dc",
        cluster_name="cluster",
        host_name=f"esx-{number % 200:03}",
        host_version=None,
        folder_path=None,
        resource_pool_path=None,
        processor_model="Xeon",
        processor_sockets=1,
        processor_cores_per_socket=4,
        guest_tools_status=None,
        snapshot_count=0,
        disks=[_disk(position, number) for position in range(len(DISKS))],
        nics=[_nic(number)],
        imported_usage=None,
        observed_at=WINDOW_START,
        removed_at=None,
    )


def _disk(position: int, number: int) -> Disk:
    return Disk(
        disk_id=str(2_000 + position),
        name=f"Hard disk {position + 1}",
        counter_instance=DISKS[position],
        size_bytes=(32, 64, 128, 512, 1024)[(number + position) % 5] * 2**30,
        is_os_disk=position == 0,
        controller_kind="scsi",
        controller_number=0,
        unit_number=position,
        path=None,
        kind="virtual",
        thin_provisioned=True,
    )


def _nic(number: int) -> Nic:
    return Nic(
        nic_id=NIC,
        name="Network adapter 1",
        counter_instance=NIC,
        mac_address=f"00:50:56:00:{number >> 8 & 255:02x}:{number & 255:02x}",
        network_name="VM Network",
        ip_addresses=["10.0.0.1"],
        kind="vmxnet3",
    )


async def _seal_days(store: ClickHouse) -> None:
    days = [(WINDOW_START + timedelta(days=day)).date() for day in range(DAYS)]
    rows = [[day, WINDOW_START, WINDOW_END] for day in days]
    await store.insert_rows("day_seals", ["day", "touched_at", "sealed_at"], rows)


async def _add_peaks(store: ClickHouse, metric: str, instance: str, largest: float) -> None:
    """Write a series of every machine: a level of its own, noise of a tenth to all of it, 1 % missing.

    Every twentieth machine works to its limits for ten hours on two days: its percentiles need all peaks,
    and its recommended size is exceeded, so that the back-test has something to count.
    """
    await store.command(
        """
        INSERT INTO peaks_day (metric, machine_id, instance, day, peaks, sealed_at)
        SELECT
            {metric:String},
            machine_id,
            {instance:String},
            toDate({first_day:String}) + day_no,
            arrayMap(
                slot -> if(
                    cityHash64(machine_id, {metric:String}, {instance:String}, day_no, slot) % 100 = 0,
                    NULL,
                    round(
                        if(works_by_fits AND day_no % 14 = 4 AND slot < 60, {largest:Float64}, level)
                        * (0.1 + 0.9 * (
                            cityHash64(slot, machine_id, day_no, {metric:String}, {instance:String}) % 1000
                        ) / 1000),
                        2
                    )
                ),
                range(144)
            ),
            now64(3)
        FROM
        (
            SELECT
                machine_id,
                cityHash64(machine_id, {metric:String}, {instance:String}) % 1000 / 1000 AS share,
                {largest:Float64} * share * share AS level,
                cityHash64(machine_id) % 20 = 0 AS works_by_fits
            FROM machine_state FINAL
            ORDER BY machine_id
        ) AS machines
        CROSS JOIN (SELECT number AS day_no FROM numbers({days:UInt8})) AS days
        """,
        {
            "metric": metric,
            "instance": instance,
            "largest": largest,
            "first_day": str(WINDOW_START.date()),
            "days": DAYS,
        },
    )
