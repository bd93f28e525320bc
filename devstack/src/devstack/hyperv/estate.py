"""A seeded estate: the same seed gives the same machines."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace

from devstack.hyperv.machine import Disk, DynamicMemory, Guest, Machine, NetworkAdapter, Wave

GIB = 1024**3

_ROLES = ("web", "sql", "app", "dc", "file", "build", "cache", "mail", "monitor", "print")
# Name, version and build as the guest reports them, and its domain.
_GUESTS = (
    ("Windows Server 2022 Datacenter", "10.0.20348", "20348", "contoso.local"),
    ("Ubuntu 22.04.4 LTS", "5.15.0-105-generic", "5.15.0", "contoso.local"),
    ("Windows Server 2019 Standard", "10.0.17763", "17763", "contoso.local"),
    ("Red Hat Enterprise Linux 8.8 (Ootpa)", "4.18.0-477.el8.x86_64", "4.18.0", ""),
    ("Windows Server 2016 Standard", "10.0.14393", "14393", "contoso.local"),
    ("Debian GNU/Linux 12 (bookworm)", "6.1.0-18-amd64", "6.1.0", ""),
)
_DAY_SECONDS = 86_400.0
_BLOCK_BYTES = 32 * 1024 * 1024
_FOOTER_BYTES = 4 * 1024 * 1024


class EstateBuilder:
    """Makes machines and their parts from one random sequence, so that ids never repeat."""

    def __init__(
        self,
        seed: int,
        *,
        up_for_seconds: float,
        prefix: str = "hv",
        volume: str = "C:\\ClusterStorage\\Volume1",
    ) -> None:
        self._prefix = prefix
        self._random = random.Random(seed)  # noqa: S311 - an estate, not a secret
        self._up_for_seconds = up_for_seconds
        self._volume = volume
        self._physical_drives = 0  # drive 0 is the host's own

    def machines(self, count: int, now_seconds: float) -> Iterator[Machine]:
        """Make machines of every kind: generations, kinds of memory, on and off, with a guest and without.

        Which machine is of which kind follows from its number, not from chance: six hold one of each.
        """
        for number in range(count):
            yield self.machine(
                f"{self._prefix}-{_ROLES[number % len(_ROLES)]}-{number // len(_ROLES) + 1:02d}",
                now_seconds=now_seconds,
                generation=1 if number % 2 else 2,
                has_dynamic_memory=number % 3 != 1,
                is_on=number % 6 != 4,
                guest_number=None if number % 6 == 5 else number,
                disk_count=number % 3 + 1,
                adapter_count=2 if number % 4 == 1 else 1,
                has_legacy_adapter=number % 6 == 3,
                has_pass_through=number % 8 == 6,
            )

    def machine(
        self,
        name: str,
        *,
        now_seconds: float,
        generation: int = 2,
        cores: int | None = None,
        memory_mib: int | None = None,
        has_dynamic_memory: bool = False,
        is_on: bool = True,
        guest_number: int | None = 0,
        disk_count: int = 1,
        adapter_count: int = 1,
        has_legacy_adapter: bool = False,
        has_pass_through: bool = False,
    ) -> Machine:
        """Make one machine; what is not given is drawn."""
        memory = memory_mib or self._random.choice((2048, 4096, 8192, 16384))
        core_count = cores or self._random.choice((1, 2, 4, 8))
        boot_controller: str = "scsi" if generation == 2 else "ide"
        disks = tuple(
            self.disk(name, slot, controller=boot_controller if slot == 0 else "scsi", position=slot)
            for slot in range(disk_count)
        )
        if has_pass_through:
            disks += (self.pass_through_disk(disk_count),)
        return Machine(
            guid=self._guid(),
            bios_guid=self._guid(),
            name=name,
            generation=1 if generation == 1 else 2,
            cores=core_count,
            memory_mib=memory,
            dynamic_memory=DynamicMemory(max(512, memory // 4), memory * 2) if has_dynamic_memory else None,
            disks=disks,
            adapters=tuple(
                self.adapter(number, is_legacy=has_legacy_adapter and number == 0 and generation == 1)
                for number in range(adapter_count)
            ),
            guest=None if guest_number is None else _guest(guest_number, name),
            state="running" if is_on else "off",
            started_uptime_seconds=self._random.uniform(0.0, 0.9) * self._up_for_seconds,
            created_at_seconds=now_seconds - self._random.uniform(30, 900) * _DAY_SECONDS,
            cpu=tuple(self.processor_wave() for _ in range(core_count)),
            memory_demand=self._wave(self._random.uniform(0.3, 0.7), 0.25),
        )

    def disk(
        self,
        machine_name: str,
        number: int,
        *,
        controller: str = "scsi",
        position: int = 0,
        size_gib: int | None = None,
    ) -> Disk:
        """Make a VHDX; disk 0 is the system's."""
        label = "os" if number == 0 else f"data{number}"
        size = size_gib or self._random.choice((40, 64, 127) if number == 0 else (20, 100, 256, 500))
        operations = self._random.uniform(20, 400)
        drawn = Disk(
            path=f"{self._volume}\\{machine_name}\\{machine_name}-{label}.vhdx",
            kind="fixed" if self._random.random() < 0.3 else "dynamic",
            size_bytes=size * GIB,
            controller="ide" if controller == "ide" else "scsi",
            slot=position,
            reads=self._wave(operations, 0.6),
            writes=self._wave(operations * self._random.uniform(0.3, 1.2), 0.6),
            bytes_per_operation=self._random.choice((4096, 8192, 16384, 65536)),
            disk_guid=self._guid(),
        )
        return replace(drawn, file_size_bytes=_file_size_bytes(drawn))

    def pass_through_disk(self, position: int) -> Disk:
        self._physical_drives += 1
        drawn = self.disk("", 1, position=position)
        return Disk(
            path=f"PhysicalDrive{self._physical_drives}",
            kind="pass-through",
            size_bytes=drawn.size_bytes,
            controller="scsi",
            slot=position,
            reads=drawn.reads,
            writes=drawn.writes,
            bytes_per_operation=drawn.bytes_per_operation,
            disk_guid=drawn.disk_guid,
        )

    def adapter(self, number: int, *, is_legacy: bool = False) -> NetworkAdapter:
        kind = "Legacy Network Adapter" if is_legacy else "Network Adapter"
        host_part = self._random.randrange(2, 250)
        address = f"10.{self._random.randrange(1, 200)}.{self._random.randrange(256)}.{host_part}"
        return NetworkAdapter(
            port_guid=self._guid(),
            name=kind if number == 0 else f"{kind} {number + 1}",
            mac=f"00155D{self._random.randrange(2**24):06X}",
            is_legacy=is_legacy,
            addresses=(address, f"fe80::215:5dff:fe{host_part:02x}:{number + 1:x}"),
            uses_dhcp=self._random.random() < 0.5,
            received=self._wave(self._random.uniform(50_000, 5_000_000), 0.7),
            sent=self._wave(self._random.uniform(50_000, 5_000_000), 0.7),
        )

    def processor_wave(self) -> Wave:
        # Mean and swing together stay below one whole processor.
        return self._wave(self._random.uniform(0.03, 0.55), self._random.uniform(0.1, 0.6))

    def new_guid(self) -> str:
        return self._guid()

    def _wave(self, mean_per_second: float, depth: float) -> Wave:
        return Wave(mean_per_second, depth, self._random.uniform(300, 5400), self._random.random())

    def _guid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4)).upper()


def _file_size_bytes(disk: Disk) -> int:
    """A fixed image takes all of its size, a dynamic one a share that follows from its id."""
    if disk.kind == "fixed":
        return disk.size_bytes + _FOOTER_BYTES
    return int(disk.size_bytes * int(disk.disk_guid[:4], 16) / 2**16) // _BLOCK_BYTES * _BLOCK_BYTES


def _guest(number: int, machine_name: str) -> Guest:
    os_name, os_version, os_build, domain = _GUESTS[number % len(_GUESTS)]
    return Guest(os_name, os_version, os_build, f"{machine_name}.{domain}" if domain else machine_name)
