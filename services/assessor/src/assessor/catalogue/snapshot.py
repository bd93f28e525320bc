"""A snapshot's bytes: canonical JSON, compressed. Its hash is that of the JSON alone, so it does not
depend on the compressor."""

import gzip
import hashlib
import json
import zlib
from datetime import date
from decimal import Decimal
from typing import Any

from assessor.catalogue.tables import CatalogueRefused
from assessor.domain.catalogue import (
    Catalogue,
    CurrencyRate,
    DiskTier,
    DiskType,
    Licence,
    OsLifecycle,
    Price,
    ProvisionedPrices,
    Redundancy,
    SourceLabel,
    Term,
    VmSize,
)

_FORMAT_NAME = "surveyor-catalogue/"
FORMAT = f"{_FORMAT_NAME}1"

_NOT_OF_A_SIZE = frozenset({"source", "network_source"})
_HOURLY_PARTS = ("usd_per_gib_hour", "usd_per_iops_hour", "usd_per_mb_per_second_hour")


def encode(document: dict[str, Any]) -> bytes:
    """Write a document; equal documents give equal content hashes."""
    canonical = json.dumps(
        {"format": FORMAT} | document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return gzip.compress(canonical.encode(), compresslevel=9, mtime=0)


def document_of(snapshot: bytes) -> dict[str, Any]:
    """Return the document of a snapshot, as it was given to `encode`.

    Raises:
        CatalogueRefused: It is no snapshot, or one of another format.
    """
    return _document(_canonical(snapshot))


def decode(snapshot: bytes) -> Catalogue:
    """Read a snapshot.

    Raises:
        CatalogueRefused: It is no snapshot, one of another format, or damaged.
    """
    canonical = _canonical(snapshot)
    document = _document(canonical)
    try:
        return _catalogue(document, hashlib.sha256(canonical).hexdigest())
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise CatalogueRefused(f"damaged catalogue snapshot ({type(error).__name__}: {error})") from error


def _canonical(snapshot: bytes) -> bytes:
    try:
        return gzip.decompress(snapshot)
    except (OSError, EOFError, zlib.error) as error:
        raise CatalogueRefused("not a catalogue snapshot (gzip of JSON)") from error


def _document(canonical: bytes) -> dict[str, Any]:
    try:
        document = json.loads(canonical)
    except ValueError as error:
        raise CatalogueRefused("not a catalogue snapshot (gzip of JSON)") from error
    if not isinstance(document, dict) or not str(document.get("format")).startswith(_FORMAT_NAME):
        raise CatalogueRefused(f"not a catalogue snapshot of format {FORMAT}")
    if document["format"] != FORMAT:
        raise CatalogueRefused(f"of format {document['format']}; this release reads {FORMAT}")
    return document


def _catalogue(document: dict[str, Any], content_hash: str) -> Catalogue:
    sizes = _sizes(document["sizes"])
    names = [size.name for size in sizes]
    return Catalogue(
        content_hash=content_hash,
        sizes={size.name: size for size in sizes},
        regions=document["regions"],
        sizes_in_region={
            region: frozenset(names[index] for index in indexes)
            for region, indexes in document["sizes_in_region"].items()
        },
        vm_prices=_vm_prices(document["vm_prices"], names),
        disk_tiers=tuple(_disk_tier(tier) for tier in document["disk_tiers"]),
        disk_redundancies_in_region={
            region: frozenset((DiskType(kind), Redundancy(redundancy)) for kind, redundancy in kinds)
            for region, kinds in document["disks_in_region"].items()
        },
        disk_prices={
            (DiskType(kind), Redundancy(redundancy), tier, region): _price(usd, as_of)
            for kind, redundancy, tier, region, usd, as_of, _ in document["disk_prices"]
        },
        provisioned_prices={
            (DiskType(prices["disk_type"]), prices["region"]): _provisioned(prices)
            for prices in document["provisioned_prices"]
        },
        currency_rates={
            code: CurrencyRate(Decimal(rate), date.fromisoformat(as_of))
            for code, (rate, as_of) in document["currency_rates"].items()
        },
        reservation_ratios={
            (series, region, Term(term)): Decimal(ratio)
            for series, region, term, ratio in document.get("reservation_ratios", [])
        },
        windows_surcharges={
            name: Decimal(usd) for name, usd in document.get("windows_surcharges", {}).items()
        },
        os_lifecycles={
            (product, version): OsLifecycle(_day(active_until), date.fromisoformat(ends_on))
            for product, version, active_until, ends_on in document.get("os_lifecycles", [])
        },
        sources=tuple(SourceLabel(*source) for source in document["sources"]),
    )


def _sizes(columns: dict[str, list[Any]]) -> list[VmSize]:
    kept = {name: values for name, values in columns.items() if name not in _NOT_OF_A_SIZE}
    rows = zip(*kept.values(), strict=True)
    return [VmSize(**dict(zip(kept, row, strict=True))) for row in rows]


def _vm_prices(
    groups: list[dict[str, Any]], names: list[str]
) -> dict[tuple[str, Licence, Term], dict[str, Price]]:
    prices: dict[tuple[str, Licence, Term], dict[str, Price]] = {}
    for group in groups:
        key = (group["region"], Licence(group["licence"]), Term(group["term"]))
        as_of = date.fromisoformat(group["as_of"])
        pairs = zip(group["sizes"], group["usd"], strict=True)
        prices.setdefault(key, {}).update(
            {names[index]: Price(Decimal(usd), as_of) for index, usd in pairs},
        )
    return prices


def _disk_tier(tier: dict[str, Any]) -> DiskTier:
    kinds = {"disk_type": DiskType(tier["disk_type"]), "redundancy": Redundancy(tier["redundancy"])}
    return DiskTier(**(tier | kinds))


def _price(usd: str, as_of: str) -> Price:
    return Price(Decimal(usd), date.fromisoformat(as_of))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _provisioned(prices: dict[str, str]) -> ProvisionedPrices:
    hourly = {part: Decimal(prices[part]) for part in _HOURLY_PARTS}
    return ProvisionedPrices(**hourly, as_of=date.fromisoformat(prices["as_of"]))
