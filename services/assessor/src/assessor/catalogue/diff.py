"""What differs between two catalogues."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, TypeVar

from assessor.domain.catalogue import Catalogue, VmSize

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is in both, differently."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What was added, removed and changed in one table; names are sorted."""

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def catalogue_diff(before: Catalogue, after: Catalogue) -> list[TableDiff]:
    """Compare all tables; names are those of Azure, parts of a key separated by blanks."""
    return [
        _table("regions", before.regions, after.regions),
        _table("sizes", _sizes(before), _sizes(after)),
        _table("sizes listed in a region", _listed(before), _listed(after)),
        _table("vm prices (USD an hour)", _vm_prices(before), _vm_prices(after)),
        _table("disk tiers", _tiers(before), _tiers(after)),
        _table("disk prices (USD a month)", _disk_prices(before), _disk_prices(after)),
        _table("provisioned disk prices (USD an hour)", _provisioned(before), _provisioned(after)),
        _table("currencies (per USD)", _rates(before), _rates(after)),
    ]


def summary_by_prefix(names: Iterable[str]) -> dict[str, int]:
    """Count names by their first word, the region or size family they begin with."""
    return dict(sorted(Counter(name.split(" ")[0] for name in names).items()))


def as_document(diffs: Iterable[TableDiff]) -> dict[str, Any]:
    """Return a JSON document of all that differs; amounts are decimal strings."""
    return {
        diff.table: {
            "added": list(diff.added),
            "removed": list(diff.removed),
            "changed": [asdict(change) for change in diff.changed],
        }
        for diff in diffs
        if not diff.is_empty
    }


def _table(table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> TableDiff:
    common = sorted(before.keys() & after.keys())
    return TableDiff(
        table,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(
            Change(name, *_only_differing(before[name], after[name]))
            for name in common
            if before[name] != after[name]
        ),
    )


def _only_differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two records keep the fields that differ."""
    if not isinstance(before, dict):
        return before, after
    fields = [name for name in before if before[name] != after.get(name)]
    return {name: before[name] for name in fields}, {name: after.get(name) for name in fields}


def _sizes(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    return {name: _fields(size) for name, size in catalogue.sizes.items()}


def _fields(size: VmSize) -> dict[str, Any]:
    return {name: value for name, value in asdict(size).items() if name != "name"}


def _listed(catalogue: Catalogue) -> dict[str, bool]:
    return {f"{region} {name}": True for region, names in catalogue.sizes_in_region.items() for name in names}


def _vm_prices(catalogue: Catalogue) -> dict[str, str]:
    return {
        f"{region} {licence} {term} {name}": _amount(price.usd)
        for (region, licence, term), prices in catalogue.vm_prices.items()
        for name, price in prices.items()
    }


def _tiers(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    return {
        f"{tier.disk_type} {tier.redundancy} {tier.tier}": {
            "max_size_gib": tier.max_size_gib,
            "max_iops": tier.max_iops,
            "max_mb_per_second": tier.max_mb_per_second,
        }
        for tier in catalogue.disk_tiers
    }


def _disk_prices(catalogue: Catalogue) -> dict[str, str]:
    return {
        f"{region} {disk_type} {redundancy} {tier}": _amount(price.usd)
        for (disk_type, redundancy, tier, region), price in catalogue.disk_prices.items()
    }


def _provisioned(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    return {
        f"{region} {disk_type}": {
            "gib": _amount(prices.usd_per_gib_hour),
            "iops": _amount(prices.usd_per_iops_hour),
            "mb_per_second": _amount(prices.usd_per_mb_per_second_hour),
        }
        for (disk_type, region), prices in catalogue.provisioned_prices.items()
    }


def _rates(catalogue: Catalogue) -> dict[str, str]:
    return {code: _amount(rate.per_usd) for code, rate in catalogue.currency_rates.items()}


def _amount(value: Decimal) -> str:
    """As a number is written, so that 1.50 and 1.5 are the same price."""
    return format(value.normalize(), "f")
