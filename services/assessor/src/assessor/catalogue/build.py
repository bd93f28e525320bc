"""Builds a snapshot's document from a directory of CSV tables.

The tables: vm_sizes, vm_size_regions, vm_prices, disks, disk_regions, disk_prices, regions,
currencies, and where they are there reservation_ratios, vm_windows_surcharge and os_lifecycle
(docs/catalogue.md lists their columns). What no rule reads is left out.
"""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from assessor.catalogue.lifecycles import os_lifecycles
from assessor.catalogue.sources import KNOWN_SOURCES
from assessor.catalogue.tables import CatalogueRefused, Row, read_optional_table, read_table
from assessor.domain.catalogue import DiskType, Licence, Redundancy, Term

_DISK_TYPES = {
    "Standard HDD": DiskType.STANDARD_HDD,
    "Standard SSD": DiskType.STANDARD_SSD,
    "Premium SSD": DiskType.PREMIUM_SSD,
    "Premium SSD v2": DiskType.PREMIUM_SSD_V2,
    "Ultra Disk": DiskType.ULTRA,
}
_ARM_DISK_TYPES = {
    "Standard": DiskType.STANDARD_HDD,
    "StandardSSD": DiskType.STANDARD_SSD,
    "Premium": DiskType.PREMIUM_SSD,
    "PremiumV2": DiskType.PREMIUM_SSD_V2,
    "UltraSSD": DiskType.ULTRA,
}
_PROVISIONED_ITEMS = {
    "Provisioned Capacity": "usd_per_gib_hour",
    "Provisioned IOPS": "usd_per_iops_hour",
    "Provisioned Throughput (MBps)": "usd_per_mb_per_second_hour",
}
_LIMIT_COLUMNS = {
    "uncached_iops": "uncached_iops",
    "uncached_mb_per_second": "uncached_mbps",
    "v2_ultra_iops": "v2ultra_iops",
    "v2_ultra_mb_per_second": "v2ultra_mbps",
    "network_mbit_per_second": "network_mbps",
}
_CONSTRAINED = re.compile(r"^(\w+?_[A-Z]+\d+)-\d+")
_TRAILING_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")


def build_document(directory: Path) -> dict[str, Any]:
    """Read the tables of `directory` into the document that `snapshot.encode` writes.

    Raises:
        CatalogueRefused: A table is missing, or a cell in it cannot be read.
    """
    sizes = _sizes(directory)
    position = {size["name"]: index for index, size in enumerate(sizes)}
    return {
        "sources": [[source.label, source.origin, source.licence] for source in KNOWN_SOURCES],
        "regions": _regions(directory),
        "sizes": {column: [size[column] for size in sizes] for column in sizes[0]},
        "sizes_in_region": _sizes_in_region(directory, position),
        "vm_prices": _vm_prices(directory, position),
        "disk_tiers": [_disk_tier(row) for row in read_table(directory, "disks.csv")],
        "disks_in_region": _disks_in_region(directory),
        "disk_prices": _disk_prices(directory),
        "provisioned_prices": _provisioned_prices(directory),
        "currency_rates": _currency_rates(directory),
        "reservation_ratios": _reservation_ratios(directory),
        "windows_surcharges": _windows_surcharges(directory, position),
        "os_lifecycles": os_lifecycles(directory),
    }


def _sizes(directory: Path) -> list[dict[str, Any]]:
    sizes = {size["name"]: size for size in map(_size, read_table(directory, "vm_sizes.csv"))}
    if not sizes:
        raise CatalogueRefused("vm_sizes.csv: no rows")
    for size in sizes.values():
        _take_limits_of_parent(size, sizes)
    return [sizes[name] for name in sorted(sizes)]


def _size(row: Row) -> dict[str, Any]:
    generations = row.text("hyperv_generations").split("+")
    limits = {name: row.number(column) for name, column in _LIMIT_COLUMNS.items()}
    return {
        "name": row.text("size"),
        "series": row.text("series"),
        "vcpus": row.read("vcpus", int),
        "memory_gib": row.number("memory_gib"),
        "is_constrained": "-" in row.text("size"),
        "max_data_disks": row.read("max_data_disks", int),
        "max_nics": row.number("max_nics"),
        "premium_io": row.text("premium_io") == "yes",
        **limits,
        "network_source": row.text("network_basis"),
        "cpu_architecture": row.text("cpu_arch"),
        "boots_bios": "V1" in generations,
        "boots_uefi": "V2" in generations,
        "retires": row.text_or_none("retirement"),
        "source": row.text("sources"),
    }


def _take_limits_of_parent(size: dict[str, Any], sizes: dict[str, dict[str, Any]]) -> None:
    """A size of constrained vCPUs keeps the limits of the size it is cut from.

    Source: "Constrained vCPU sizes for database workloads" (Azure Virtual Machines documentation).
    """
    parent = sizes.get(_CONSTRAINED.sub(r"\1", size["name"])) if size["is_constrained"] else None
    if parent is None:
        return
    for limit in _LIMIT_COLUMNS:
        if size[limit] is None:
            size[limit] = parent[limit]


def _regions(directory: Path) -> dict[str, str]:
    rows = read_table(directory, "regions.csv")
    return {row.text("region"): row.text("display_name") or row.text("region") for row in rows}


def _sizes_in_region(directory: Path, position: dict[str, int]) -> dict[str, list[int]]:
    listed: dict[str, list[int]] = defaultdict(list)
    for row in read_table(directory, "vm_size_regions.csv"):
        index = row.read("size", position.__getitem__) if row.text("size") in position else None
        if index is not None:
            listed[row.text("region")].append(index)
    return {region: sorted(indexes) for region, indexes in sorted(listed.items())}


def _vm_prices(directory: Path, position: dict[str, int]) -> list[dict[str, Any]]:
    """Group prices by all that repeats; priced sizes of unknown capabilities are left out."""
    groups: dict[tuple[str, str, str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for row in read_table(directory, "vm_prices.csv"):
        index = position.get(row.text("size"))
        if index is None:
            continue
        licence, term = row.read("os", Licence), row.read("term", Term)
        key = (row.text("region"), licence.value, term.value, _as_of(row), row.text("source"))
        groups[key].append((index, str(row.read("usd_per_hour", _price))))
    columns = ("region", "licence", "term", "as_of", "source")
    return [
        dict(zip(columns, key, strict=True))
        | {"sizes": [index for index, _ in sorted(prices)], "usd": [usd for _, usd in sorted(prices)]}
        for key, prices in sorted(groups.items())
    ]


def _disk_tier(row: Row) -> dict[str, Any]:
    return {
        "disk_type": row.read("disk_type", _DISK_TYPES.__getitem__).value,
        "redundancy": row.read("redundancy", Redundancy).value,
        "tier": row.text("tier"),
        "min_size_gib": row.number("min_size_gib_exclusive") or 0,
        "max_size_gib": row.read("max_size_gib", int),
        "max_iops": row.read("iops", int),
        "max_mb_per_second": row.read("mbps", int),
    }


def _disks_in_region(directory: Path) -> dict[str, list[list[str]]]:
    listed: dict[str, list[list[str]]] = defaultdict(list)
    for row in read_table(directory, "disk_regions.csv"):
        listed[row.text("region")].append(row.read("arm_sku", _disk_kind))
    return {region: sorted(kinds) for region, kinds in sorted(listed.items())}


def _disk_kind(arm_sku: str) -> list[str]:
    """Split Azure's SKU name: Premium_ZRS is [Premium, ZRS]."""
    arm_type, _, redundancy = arm_sku.partition("_")
    return [_ARM_DISK_TYPES[arm_type].value, Redundancy(redundancy).value]


def _disk_prices(directory: Path) -> list[list[str]]:
    """List prices per month of the fixed tiers; shared mounts, operations and snapshots are not used."""
    return sorted(
        [
            row.read("disk_type", _DISK_TYPES.__getitem__).value,
            row.text("redundancy"),
            row.text("tier"),
            row.text("region"),
            str(row.read("usd", _price)),
            _as_of(row),
            row.text("source"),
        ]
        for row in read_table(directory, "disk_prices.csv")
        if row.text("item") == "disk"
    )


def _provisioned_prices(directory: Path) -> list[dict[str, str]]:
    priced: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in read_table(directory, "disk_prices.csv"):
        disk_type = row.read("disk_type", _DISK_TYPES.__getitem__)
        part = _PROVISIONED_ITEMS.get(row.text("item"))
        if part is None or disk_type not in (DiskType.PREMIUM_SSD_V2, DiskType.ULTRA):
            continue
        prices = priced[disk_type.value, row.text("region")]
        prices |= {part: str(row.read("usd", _price)), "as_of": _as_of(row)}
        prices["source"] = row.text("source")
    return [{"disk_type": key[0], "region": key[1]} | prices for key, prices in sorted(priced.items())]


def _currency_rates(directory: Path) -> dict[str, list[str]]:
    """Units per USD; a currency without a rate is left out."""
    return {
        row.text("code"): [str(row.read("usd_rate_modern_2026_01", _price)), _trailing_date(row)]
        for row in read_table(directory, "currencies.csv")
        if row.text("usd_rate_modern_2026_01")
    }


def _reservation_ratios(directory: Path) -> list[list[str]]:
    """Statistics to estimate from, never prices: median of term price over Linux pay-as-you-go."""
    return sorted(
        [
            row.text("series"),
            row.text("region"),
            row.read("term", Term).value,
            str(row.read("median_ratio_to_linux_payg", _price)),
        ]
        for row in read_optional_table(directory, "reservation_ratios.csv")
    )


def _windows_surcharges(directory: Path, position: dict[str, int]) -> dict[str, str]:
    """A statistic to estimate from, never a price: median of Windows less Linux pay-as-you-go."""
    rows = read_optional_table(directory, "vm_windows_surcharge.csv")
    return {
        row.text("size"): str(row.read("median_usd_per_hour", _price))
        for row in rows
        if row.text("size") in position
    }


def _as_of(row: Row) -> str:
    """The day of a price; "<=" before it says that the source gave only a latest possible day."""
    return row.read("as_of", lambda text: date.fromisoformat(text.removeprefix("<="))).isoformat()


def _trailing_date(row: Row) -> str:
    found = _TRAILING_DATE.search(row.text("source"))
    if found is None:
        raise CatalogueRefused(f"{row.place}, column source: no date at its end")
    return found.group()


def _price(text: str) -> Decimal:
    price = Decimal(text)
    if not price.is_finite() or price < 0:
        raise ValueError(text)
    return Decimal(f"{price:f}")
