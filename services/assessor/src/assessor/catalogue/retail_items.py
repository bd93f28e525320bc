"""What an item of Azure's Retail Prices API is a price of, or why it is none that the catalogue keeps.

Source: "Azure Retail Prices overview" (Microsoft Learn, 2024-09-06) for the fields; what marks Cloud
Services, spot and other rows was seen in published copies of the data (docs/catalogue.md).
"""

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from assessor.domain.catalogue import DiskType, Licence, Redundancy, Term

CONSUMPTION, RESERVATION = "Consumption", "Reservation"
VIRTUAL_MACHINES, STORAGE = "Virtual Machines", "Storage"
_HOURS_OF_TERM = {"1 Year": 8_760, "3 Years": 26_280}
_RESERVATIONS = {"1 Year": Term.RESERVED_1_YEAR, "3 Years": Term.RESERVED_3_YEARS}
_SAVINGS_PLANS = {"1 Year": Term.SAVINGS_PLAN_1_YEAR, "3 Years": Term.SAVINGS_PLAN_3_YEARS}
_HOURLY_DECIMALS = Decimal("1e-10")
"""A reservation's price is its whole term's; per hour it is rounded to this."""
_CLOUD_SERVICES = re.compile(r"Cloud ?Services")
_DEDICATED_HOST = re.compile(r"Dedicated ?Host")
_INTERRUPTIBLE = re.compile(r"( Spot|Low Priority)$")
_WINDOWS = re.compile(r"\b(Windows|Win)\b")
_FIXED_DISK = re.compile(r"^([PES]\d+) (LRS|ZRS) Disk$")
_FIXED_DISK_PRODUCTS = {
    "Premium SSD Managed Disks": DiskType.PREMIUM_SSD,
    "Standard SSD Managed Disks": DiskType.STANDARD_SSD,
    "Standard HDD Managed Disks": DiskType.STANDARD_HDD,
}
_PROVISIONED_PRODUCTS = {
    "Azure Premium SSD v2": DiskType.PREMIUM_SSD_V2,
    "Ultra Disks": DiskType.ULTRA,
}
_PROVISIONED = re.compile(r"^(?:Premium|Ultra) LRS Provisioned (Capacity|IOPS|Throughput \(MBps\))$")
_PROVISIONED_PARTS = {
    "Capacity": ("usd_per_gib_hour", "1 GiB/Hour"),
    "IOPS": ("usd_per_iops_hour", "1/Hour"),
    "Throughput (MBps)": ("usd_per_mb_per_second_hour", "1/Hour"),
}


class Skipped(StrEnum):
    """Why an item is no price of the catalogue."""

    MALFORMED = "cannot be read"
    OTHER_REGION = "of another region than asked for"
    OTHER_CURRENCY = "in another currency than asked for"
    OTHER_OFFER = "neither consumption nor reservation"
    NO_PRICE = "without a price above zero"
    CLOUD_SERVICES = "Cloud Services"
    DEDICATED_HOST = "dedicated host"
    INTERRUPTIBLE = "spot or low priority"
    PROMOTION_OR_BASIC = "promotional or basic, under another size's name"
    OTHER_UNIT = "in another unit"
    OTHER_PRODUCT = "of a product that is not assessed"
    UNKNOWN_SIZE = "of a size whose capabilities are not known"


class SavingsPlan(BaseModel):
    """The price per hour under a savings plan."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)

    term: str
    retail_price: Decimal | None = None


class RetailItem(BaseModel):
    """One item, as the API names it (in camel case); what no rule reads is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)

    currency_code: str
    arm_region_name: str
    type: str
    product_name: str
    retail_price: Decimal | None = None
    service_name: str = ""
    arm_sku_name: str = ""
    sku_name: str = ""
    meter_name: str = ""
    meter_id: str = ""
    sku_id: str = ""
    unit_of_measure: str = ""
    effective_start_date: AwareDatetime | None = None
    effective_end_date: AwareDatetime | None = None
    tier_minimum_units: Decimal = Decimal(0)
    is_primary_meter_region: bool = True
    reservation_term: str | None = None
    savings_plan: list[SavingsPlan] | None = None


class VmKey(NamedTuple):
    """What a price per hour is the price of."""

    region: str
    licence: Licence
    term: Term
    size: str


class DiskKey(NamedTuple):
    """What a price per month is the price of."""

    region: str
    disk_type: DiskType
    redundancy: Redundancy
    tier: str


class ProvisionedKey(NamedTuple):
    """What a price per unit and hour is the price of."""

    region: str
    disk_type: DiskType
    part: str


Key = VmKey | DiskKey | ProvisionedKey


class Offer(NamedTuple):
    """One price and when, and for which units, it holds."""

    key: Key
    usd: Decimal
    starts_at: datetime | None
    ends_at: datetime | None
    first_unit: Decimal
    is_primary: bool


_ITEM: TypeAdapter[RetailItem] = TypeAdapter(RetailItem)


def read_item(raw: object) -> RetailItem | Literal[Skipped.MALFORMED]:
    """Read an item as the API sends it."""
    try:
        return _ITEM.validate_python(raw)
    except ValidationError:
        return Skipped.MALFORMED


def offers(item: RetailItem, region: str) -> list[Offer] | Skipped:
    """Return the prices in USD of one item of a region, or why it has none for the catalogue."""
    if item.arm_region_name != region:
        return Skipped.OTHER_REGION
    if item.currency_code != "USD":
        return Skipped.OTHER_CURRENCY
    if item.type not in (CONSUMPTION, RESERVATION):
        return Skipped.OTHER_OFFER
    if item.service_name == VIRTUAL_MACHINES:
        return _vm_offers(item)
    return _disk_offers(item)


def _vm_offers(item: RetailItem) -> list[Offer] | Skipped:
    skipped = _not_a_plain_machine(item)
    if skipped is not None:
        return skipped
    licence = Licence.WINDOWS if _WINDOWS.search(item.product_name) else Licence.LINUX
    priced = _reserved(item) if item.type == RESERVATION else _consumed(item)
    found = [
        _offer(item, VmKey(item.arm_region_name, licence, term, item.arm_sku_name), usd)
        for term, usd in priced
    ]
    return found or Skipped.NO_PRICE


def _not_a_plain_machine(item: RetailItem) -> Skipped | None:
    if _CLOUD_SERVICES.search(item.product_name):
        return Skipped.CLOUD_SERVICES
    if _DEDICATED_HOST.search(item.product_name):
        return Skipped.DEDICATED_HOST
    if _INTERRUPTIBLE.search(item.sku_name) or _INTERRUPTIBLE.search(item.meter_name):
        return Skipped.INTERRUPTIBLE
    promotional = "Promo" in item.product_name and not item.arm_sku_name.endswith("_Promo")
    basic = item.product_name.endswith("Basic") and not item.arm_sku_name.startswith("Basic_")
    if promotional or basic:
        return Skipped.PROMOTION_OR_BASIC
    return None if item.unit_of_measure in ("1 Hour", "1/Hour") else Skipped.OTHER_UNIT


def _consumed(item: RetailItem) -> list[tuple[Term, Decimal]]:
    plans = [
        (_SAVINGS_PLANS[plan.term], plan.retail_price)
        for plan in item.savings_plan or []
        if plan.term in _SAVINGS_PLANS
    ]
    listed = [(Term.PAY_AS_YOU_GO, item.retail_price), *plans]
    return [(term, usd) for term, usd in listed if usd is not None and usd > 0]


def _reserved(item: RetailItem) -> list[tuple[Term, Decimal]]:
    """The price of a reservation is that of its whole term, though its unit says one hour."""
    hours = _HOURS_OF_TERM.get(item.reservation_term or "")
    if hours is None or item.retail_price is None or item.retail_price <= 0:
        return []
    usd_per_hour = (item.retail_price / hours).quantize(_HOURLY_DECIMALS)
    return [(_RESERVATIONS[item.reservation_term or ""], usd_per_hour)]


def _disk_offers(item: RetailItem) -> list[Offer] | Skipped:
    if item.type != CONSUMPTION or item.service_name != STORAGE:
        return Skipped.OTHER_PRODUCT
    key_and_unit = _fixed_disk(item) or _provisioned_disk(item)
    if key_and_unit is None:
        return Skipped.OTHER_PRODUCT
    key, unit = key_and_unit
    if item.unit_of_measure != unit:
        return Skipped.OTHER_UNIT
    if item.retail_price is None or (item.retail_price <= 0 and not isinstance(key, ProvisionedKey)):
        return Skipped.NO_PRICE
    return [_offer(item, key, item.retail_price)]


def _fixed_disk(item: RetailItem) -> tuple[Key, str] | None:
    """Of three meters per tier only the disk's own is its price: mounts and operations are others."""
    disk_type = _FIXED_DISK_PRODUCTS.get(item.product_name)
    meter = _FIXED_DISK.match(item.meter_name)
    if disk_type is None or meter is None:
        return None
    return DiskKey(item.arm_region_name, disk_type, Redundancy(meter[2]), meter[1]), "1/Month"


def _provisioned_disk(item: RetailItem) -> tuple[Key, str] | None:
    disk_type = _PROVISIONED_PRODUCTS.get(item.product_name)
    meter = _PROVISIONED.match(item.meter_name)
    if disk_type is None or meter is None:
        return None
    part, unit = _PROVISIONED_PARTS[meter[1]]
    return ProvisionedKey(item.arm_region_name, disk_type, part), unit


def _offer(item: RetailItem, key: Key, usd: Decimal) -> Offer:
    return Offer(
        key,
        usd.normalize(),
        item.effective_start_date,
        item.effective_end_date,
        item.tier_minimum_units,
        item.is_primary_meter_region,
    )
