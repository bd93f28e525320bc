"""Which of several offers of one thing is its price today."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from assessor.catalogue.retail_items import Key, Offer, ProvisionedKey

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


def choose_prices(offers: Iterable[Offer], now: datetime) -> tuple[dict[Key, Decimal], set[Key]]:
    """Return the price of each thing, and the things left out because offers contradict each other.

    Of the offers in force those of the primary meter come first, then those that started last, and for
    fixed prices those that begin with the first unit; whoever provisions freely pays the price of the
    last step, since what is free is no part of the bill. Zero is never a price.
    """
    by_key: dict[Key, list[Offer]] = defaultdict(list)
    for offer in offers:
        if _in_force(offer, now):
            by_key[offer.key].append(offer)
    prices: dict[Key, Decimal] = {}
    contradicted: set[Key] = set()
    for key, found in by_key.items():
        usd = _best(key, found)
        if len(usd) > 1:
            contradicted.add(key)
        elif usd and (price := usd.pop()) > 0:
            prices[key] = price
    return prices, contradicted


def _in_force(offer: Offer, now: datetime) -> bool:
    return _started(offer) <= now and (offer.ends_at is None or offer.ends_at > now)


def _started(offer: Offer) -> datetime:
    return offer.starts_at or _ALWAYS


def _best(key: Key, offers: list[Offer]) -> set[Decimal]:
    """The distinct amounts that are left once all preferences are applied."""
    primary = [offer for offer in offers if offer.is_primary] or offers
    latest = max(map(_started, primary))
    current = [offer for offer in primary if _started(offer) == latest]
    choose = max if isinstance(key, ProvisionedKey) else min
    unit = choose(offer.first_unit for offer in current)
    return {offer.usd for offer in current if offer.first_unit == unit}
