"""Random settings and machines, as `assessor evaluate` reads them; a seed gives the same ones again."""

import random
from typing import Any

from tests.evaluator.brute_force.operating_systems import OPERATING_SYSTEMS, OperatingSystem
from tests.evaluator.brute_force.tables import CURRENCY_RATES, SIZES

REGIONS_WITH_DISK_PRICES = ["westeurope", "northeurope", "francecentral", "swedencentral", "belgiumcentral"]
OTHER_REGIONS = ["eastus", "polandcentral", "westus2", "uksouth", "australiacentral2", "chilecentral"]
DISK_TYPES = [
    ["Standard"],
    ["StandardSSD"],
    ["Premium"],
    ["Premium", "PremiumV2"],
    ["Standard", "StandardSSD"],
    ["Premium", "Ultra"],
    ["StandardSSD", "Premium"],
    ["StandardOrPremium"],
    ["StandardSSD", "Ultra"],
    ["Standard", "PremiumV2"],
    ["StandardSSD", "Premium", "PremiumV2", "Ultra"],
]
REDUNDANCIES = ["LocallyRedundant", "ZoneRedundant", "GeoRedundant", "ReadAccessGeoRedundant"]
GROUPED_FAMILIES = [
    f"{name}_series"
    for name in ("M", "Mv2", "Msv2", "Mdsv2", "DC", "Basic_A0_A4", "Standard_A0_A7", "Standard_A8_A11", "Bs")
]
SERIES = sorted({f"{row['series']}_series" for row in SIZES.values()})
SAVINGS = ["RI1Year", "RI3Year", "SavingsPlan1Year", "SavingsPlan3Year"]


def random_settings(source: random.Random) -> dict[str, Any]:
    """Any allowed combination of the settings that the rules read."""

    def sometimes(share: float) -> bool:
        return source.random() < share

    regions = REGIONS_WITH_DISK_PRICES if sometimes(0.7) else OTHER_REGIONS
    settings: dict[str, Any] = {"azure_location": source.choice(regions)}
    if sometimes(0.3):
        settings["sizing_criterion"] = "AsOnPremises"
    if sometimes(0.4):
        settings["scaling_factor"] = source.choice([1.0, 1.1, 1.25, 1.5, 1.9, 2.0])
    if sometimes(0.4):
        settings["percentile"] = f"Percentile{source.choice([50, 90, 95, 99])}"
    if sometimes(0.6):
        settings["azure_disk_types"] = source.choice(DISK_TYPES)
    if sometimes(0.1):
        settings["azure_storage_redundancy"] = source.choice(REDUNDANCIES)
    if sometimes(0.3):
        pool = SERIES if sometimes(0.5) else [*GROUPED_FAMILIES, "Dsv5_series", "Esv5_series", "Dasv5_series"]
        settings["azure_vm_families"] = source.sample(pool, source.choice([1, 2, 5]))
    if sometimes(0.3):
        settings["savings_options"] = source.choice(SAVINGS)
    else:
        if sometimes(0.3):
            settings["discount_percentage"] = source.choice([0, 10, 33.3, 50, 99.9])
        if sometimes(0.3):
            days, hours = source.choice([31, 20, 22.5]), source.choice([24, 8, 7.5])
            settings["vm_uptime"] = {"days_per_month": days, "hours_per_day": hours}
    if sometimes(0.3):
        settings["currency"] = source.choice(sorted(CURRENCY_RATES))
    if sometimes(0.5):
        settings["azure_hybrid_use_benefit"] = source.choice(["Yes", "No", "Unknown"])
    if sometimes(0.1):
        settings["azure_vm_security_options"] = source.choice([["CVM"], ["Standard", "CVM"], ["TVM"]])
    if sometimes(0.2):
        settings["time_range"] = source.choice(["Day", "Week", "Month"])
    if "savings_options" not in settings and sometimes(0.03):
        settings["azure_offer_code"] = "MSAZR0023P"
    return settings


def random_machine(source: random.Random, name: str) -> tuple[dict[str, Any], OperatingSystem]:
    """One machine of the file, and what its operating system comes to."""
    system = source.choice(OPERATING_SYSTEMS)
    machine: dict[str, Any] = {
        "name": name,
        "cores": _cores(source),
        "memory_mib": _memory_mib(source),
        "os_name": system.name,
        "source": source.choice(["vmware", "vmware", "hyperv", "import"]),
        "boot_type": source.choice(["bios", "uefi", "efi", "BIOS", None]),
        "cpu_percent": _usage(source, 100),
        "memory_percent": _usage(source, 110),
        "disks": _disks(source),
        "nics": _nics(source),
    }
    if system.architecture:
        machine["os_architecture"] = system.architecture
    absent = [key for key in ("boot_type", "cpu_percent", "memory_percent") if machine[key] is None]
    for key in absent:
        if source.random() < 0.5:
            del machine[key]
    return machine, system


def _cores(source: random.Random) -> int:
    usual = source.random() < 0.9
    return (
        source.choice([1, 2, 3, 4, 4, 6, 8, 8, 12, 16, 24, 32, 48, 64]) if usual else source.randint(1, 200)
    )


def _memory_mib(source: random.Random) -> int:
    usual = source.random() < 0.7
    powers = [512 * 2**power for power in range(11)]
    return source.choice(powers) if usual else source.randint(200, 500_000)


def _usage(source: random.Random, largest: float, unmeasured: float = 0.15) -> Any:
    kind = source.random()
    if kind < unmeasured:
        return None
    if kind < unmeasured + 0.35:
        return source.choice([0, round(source.uniform(0, largest), source.choice([0, 1, 3])), largest])
    return [round(source.uniform(0, largest), 2) for _ in range(source.choice([1, 2, 10, 20, 100, 144]))]


def _disks(source: random.Random) -> list[dict[str, Any]]:
    many = source.random() < 0.35
    count = source.choice([0, 1, 2, 4, 8, 16, 17, 33, 64, 65, 66]) if many else source.choice([1, 2, 3])
    busy = source.choice([500, 3_000, 20_000]) if source.random() < 0.25 else 300
    disks = [_disk(source, position, busy, count) for position in range(count)]
    if disks and source.random() < 0.2:
        source.choice(disks)["is_os_disk"] = True
    return disks


def _disk(source: random.Random, position: int, busy: float, count: int) -> dict[str, Any]:
    share = 0.1 if count > 8 else 1.0
    whole = source.random() < 0.85
    size: float = source.choice([1, 4, 8, 16, 30, 32, 64, 127, 128, 256, 500, 1_000, 1_024, 2_048, 4_000])
    if not whole:
        size = source.choice([0.5, 33.3, 100.25, 8_192, 16_384, 20_000, 32_767, 32_768, 65_536, 70_000])
    disk: dict[str, Any] = {"name": f"disk{position}", "size_gib": min(size, 512) if count > 8 else size}
    if source.random() < 0.15:
        return disk
    largest = {
        "read_iops": busy * share,
        "write_iops": 200 * share,
        "read_mb_per_second": busy / 15 * share,
        "write_mb_per_second": 20 * share,
    }
    return disk | {counter: _usage(source, most, 0.05) for counter, most in largest.items()}


def _nics(source: random.Random) -> list[dict[str, Any]]:
    many = source.random() < 0.3
    count = source.choice([0, 2, 3, 4, 5, 8, 9, 15, 32, 33]) if many else 1
    fast = source.choice([50, 500, 3_000]) if source.random() < 0.15 else 20
    return [
        {
            "name": f"nic{position}",
            "received_mb_per_second": _usage(source, 100),
            "transmitted_mb_per_second": _usage(source, fast),
        }
        for position in range(count)
    ]
