"""Put fresh prices into a snapshot's document; capabilities stay as they are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from assessor.catalogue.retail_items import DiskKey, Key, ProvisionedKey, VmKey

LABEL = "azure-retail-prices"
LICENCE = "Microsoft's public price list; no licence stated"
KeyKind = TypeVar("KeyKind", VmKey, DiskKey, ProvisionedKey)

_PARTS = frozenset({"usd_per_gib_hour", "usd_per_iops_hour", "usd_per_mb_per_second_hour"})
_KEPT = ("sizes", "sizes_in_region", "regions", "disk_tiers", "disks_in_region")


@dataclass(frozen=True, slots=True)
class FreshPrices:
    """What a refresh found: prices, rates per USD, and where and when it looked."""

    prices: Mapping[Key, Decimal]
    rates: Mapping[str, Decimal]
    url: str
    day: date


def merge_prices(
    document: Mapping[str, Any], base_hash: str, fresh: FreshPrices
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return a new document and, by table, the regions or currencies for which it keeps what it had.

    All prices of a table in a region are replaced together, so that no two of them are of different
    days; a region without any fresh price in a table keeps what it had there.
    """
    merged = dict(document)
    merged["vm_prices"], vm_regions = _vm_prices(document, fresh)
    merged["disk_prices"], disk_regions = _disk_prices(document, fresh)
    merged["provisioned_prices"], provisioned_regions = _provisioned_prices(document, fresh)
    rates = {code: [str(rate), fresh.day.isoformat()] for code, rate in fresh.rates.items()}
    merged["currency_rates"] = document["currency_rates"] | rates
    merged["sources"] = [
        *(source for source in document["sources"] if source[0] != LABEL),
        [LABEL, f"{fresh.url}, {fresh.day}", LICENCE],
    ]
    touched = {
        "vm_prices": sorted(vm_regions),
        "disk_prices": sorted(disk_regions),
        "provisioned_prices": sorted(provisioned_regions),
        "currency_rates": sorted(rates),
    }
    merged["provenance"] = _provenance(base_hash, touched, fresh)
    return merged, _kept(document, touched)


def _vm_prices(document: Mapping[str, Any], fresh: FreshPrices) -> tuple[list[dict[str, Any]], set[str]]:
    position = {name: index for index, name in enumerate(document["sizes"]["name"])}
    groups: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for key, usd in _of_kind(fresh, VmKey):
        group = (key.region, key.licence.value, key.term.value)
        groups[group].append((position[key.size], f"{usd:f}"))
    regions = {region for region, _, _ in groups}
    kept = [group for group in document["vm_prices"] if group["region"] not in regions]
    new = [
        {
            "region": region,
            "licence": licence,
            "term": term,
            "as_of": fresh.day.isoformat(),
            "source": LABEL,
            "sizes": [index for index, _ in sorted(prices)],
            "usd": [usd for _, usd in sorted(prices)],
        }
        for (region, licence, term), prices in groups.items()
    ]
    order = ("region", "licence", "term", "as_of", "source")
    return sorted([*kept, *new], key=lambda group: [group[column] for column in order]), regions


def _disk_prices(document: Mapping[str, Any], fresh: FreshPrices) -> tuple[list[list[str]], set[str]]:
    rows = [
        [
            key.disk_type.value,
            key.redundancy.value,
            key.tier,
            key.region,
            f"{usd:f}",
            fresh.day.isoformat(),
            LABEL,
        ]
        for key, usd in _of_kind(fresh, DiskKey)
    ]
    regions = {row[3] for row in rows}
    kept = [row for row in document["disk_prices"] if row[3] not in regions]
    return sorted([*kept, *rows]), regions


def _provisioned_prices(
    document: Mapping[str, Any], fresh: FreshPrices
) -> tuple[list[dict[str, str]], set[str]]:
    """A disk type of a region has a price when all three of its parts have one."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for key, usd in _of_kind(fresh, ProvisionedKey):
        found[key.disk_type.value, key.region][key.part] = f"{usd:f}"
    whole = {key: parts for key, parts in found.items() if parts.keys() == _PARTS}
    regions = {region for _, region in whole}
    kept = [row for row in document["provisioned_prices"] if row["region"] not in regions]
    new = [
        {"disk_type": disk_type, "region": region, "as_of": fresh.day.isoformat(), "source": LABEL} | parts
        for (disk_type, region), parts in whole.items()
    ]
    return sorted([*kept, *new], key=lambda row: (row["disk_type"], row["region"])), regions


def _of_kind(fresh: FreshPrices, kind: type[KeyKind]) -> Iterable[tuple[KeyKind, Decimal]]:
    return ((key, usd) for key, usd in fresh.prices.items() if isinstance(key, kind))


def _provenance(
    base_hash: str, touched: Mapping[str, Collection[str]], fresh: FreshPrices
) -> list[dict[str, Any]]:
    """One entry per table and origin: what was refreshed from where, what is the base's."""
    refreshed = [
        {"table": table, "origin": fresh.url, "as_of": fresh.day.isoformat(), "refreshed": list(names)}
        for table, names in touched.items()
        if names
    ]
    tables = [*_KEPT, *touched]
    return [*refreshed, *({"table": table, "origin": f"snapshot {base_hash}"} for table in tables)]


def _kept(document: Mapping[str, Any], touched: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    before = {
        "vm_prices": {group["region"] for group in document["vm_prices"]},
        "disk_prices": {row[3] for row in document["disk_prices"]},
        "provisioned_prices": {row["region"] for row in document["provisioned_prices"]},
        "currency_rates": set(document["currency_rates"]) - {"USD"},
    }
    kept = {table: sorted(names - set(touched[table])) for table, names in before.items()}
    return {table: names for table, names in kept.items() if names}
