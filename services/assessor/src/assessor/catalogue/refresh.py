"""Refresh prices: ask for every region, keep the pages, and take from them what the catalogue can use."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from statistics import median

from assessor.adapters.retail_prices import PricesUnavailable, RetailPrices, first_query
from assessor.catalogue.page_folder import PageFolder, StoredPage
from assessor.catalogue.price_choice import choose_prices
from assessor.catalogue.retail_items import (
    CONSUMPTION,
    RESERVATION,
    STORAGE,
    VIRTUAL_MACHINES,
    Key,
    Offer,
    RetailItem,
    Skipped,
    VmKey,
    offers,
    read_item,
)

_KINDS = {
    "vm-consumption": (VIRTUAL_MACHINES, CONSUMPTION),
    "vm-reservation": (VIRTUAL_MACHINES, RESERVATION),
    "storage": (STORAGE, CONSUMPTION),
}
_RATE_DECIMALS = Decimal("1e-6")
_ITEMS_FOR_A_RATE = 20
"""A rate is the median over this many of the highest prices, which have the most digits."""


@dataclass(frozen=True, slots=True)
class RefreshOptions:
    """What to ask for; currencies besides USD, for their rates."""

    regions: tuple[str, ...]
    currencies: tuple[str, ...] = ()
    concurrency: int = 4


@dataclass
class RefreshProgress:
    """How far a download is; pages of an earlier start count too."""

    queries: int = 0
    queries_done: int = 0
    pages: int = 0
    items: int = 0


@dataclass
class Collected:
    """What the pages hold, and what was left out for which reason."""

    prices: Mapping[Key, Decimal]
    rates: dict[str, Decimal]
    contradicted: set[Key]
    skipped: Counter[Skipped] = field(default_factory=Counter)


async def download(
    options: RefreshOptions,
    api: RetailPrices,
    folder: PageFolder,
    told: Callable[[RefreshProgress], None],
) -> None:
    """Fetch all pages that are not in the folder yet, some queries at a time.

    Raises:
        PricesUnavailable: The API gave up on a page; those before are in the folder.
    """
    queries = _queries(options)
    progress = RefreshProgress(queries=len(queries))
    turns = asyncio.Semaphore(options.concurrency)

    async def fetch(name: str, first: dict[str, str]) -> None:
        async with turns:
            await _fetch(name, first, api, folder, progress, told)
        progress.queries_done += 1
        told(progress)

    tasks = [asyncio.create_task(fetch(name, first)) for name, first in queries.items()]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _fetch(
    name: str,
    first: dict[str, str],
    api: RetailPrices,
    folder: PageFolder,
    progress: RefreshProgress,
    told: Callable[[RefreshProgress], None],
) -> None:
    """Fetch the pages of one query from where they end; of a rate's query one page is enough."""
    stored = folder.pages(name)
    asked = [first, *(page.next_query for page in stored)]
    number, query = len(stored), asked[-1]
    progress.pages += number
    progress.items += sum(len(page.items) for page in stored)
    while query is not None and not (_is_rate(name) and number):
        page = await api.page(query)
        if page.next_query in asked:
            raise PricesUnavailable(f"{api.url}: the pages of {name} go round in circles")
        folder.add(name, number, StoredPage(page.items, page.next_query))
        number, query = number + 1, page.next_query
        asked.append(query)
        progress.pages += 1
        progress.items += len(page.items)
        told(progress)


def collect(
    options: RefreshOptions, folder: PageFolder, known_sizes: frozenset[str], now: datetime
) -> Collected:
    """Read all pages of the folder into prices."""
    skipped: Counter[Skipped] = Counter()
    found: list[Offer] = []
    for region in options.regions:
        for kind in _KINDS:
            for raw in _items(folder, f"{region}.{kind}"):
                item = read_item(raw)
                priced = item if isinstance(item, Skipped) else offers(item, region)
                if isinstance(priced, Skipped):
                    skipped[priced] += 1
                else:
                    known = [offer for offer in priced if _is_known(offer, known_sizes)]
                    skipped[Skipped.UNKNOWN_SIZE] += len(priced) - len(known)
                    found += known
    prices, contradicted = choose_prices(found, now)
    return Collected(prices, _rates(options, folder), contradicted, +skipped)


def _queries(options: RefreshOptions) -> dict[str, dict[str, str]]:
    queries = {
        f"{region}.{kind}": first_query(_filter(service, region, price_type))
        for region in options.regions
        for kind, (service, price_type) in _KINDS.items()
    }
    for currency in options.currencies:
        sample = _filter(VIRTUAL_MACHINES, options.regions[0], CONSUMPTION)
        queries[_rate_name(currency)] = first_query(sample, currency)
    return queries


def _filter(service: str, region: str, price_type: str) -> str:
    return f"serviceName eq '{service}' and armRegionName eq '{region}' and priceType eq '{price_type}'"


def _rate_name(currency: str) -> str:
    return f"rate.{currency}"


def _is_rate(name: str) -> bool:
    return name.startswith("rate.")


def _items(folder: PageFolder, name: str) -> Iterator[object]:
    for page in folder.pages(name):
        yield from page.items


def _is_known(offer: Offer, known_sizes: frozenset[str]) -> bool:
    return not isinstance(offer.key, VmKey) or offer.key.size in known_sizes


def _rates(options: RefreshOptions, folder: PageFolder) -> dict[str, Decimal]:
    """Units per USD, from the same meters in both currencies; a currency without any is left out."""
    if not options.currencies:
        return {}
    usd = _amounts(folder, f"{options.regions[0]}.vm-consumption", "USD")
    rates: dict[str, Decimal] = {}
    for currency in options.currencies:
        other = _amounts(folder, _rate_name(currency), currency)
        common = sorted(usd.keys() & other.keys(), key=lambda meter: -usd[meter])[:_ITEMS_FOR_A_RATE]
        if common:
            ratio = median(other[meter] / usd[meter] for meter in common)
            rates[currency] = ratio.quantize(_RATE_DECIMALS).normalize()
    return rates


def _amounts(folder: PageFolder, name: str, currency: str) -> dict[tuple[object, ...], Decimal]:
    items = map(read_item, _items(folder, name))
    return {
        _meter(item): item.retail_price
        for item in items
        if isinstance(item, RetailItem) and item.currency_code == currency and item.retail_price
    }


def _meter(item: RetailItem) -> tuple[object, ...]:
    return (item.sku_id, item.meter_id, item.type, item.tier_minimum_units, item.effective_start_date)
