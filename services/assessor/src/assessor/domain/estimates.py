"""Prices of savings options that the catalogue lacks, estimated from statistics of the prices it has.

An estimate stands beside a result and in side-by-side totals, always marked; no size is chosen by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low
from typing import NamedTuple

from assessor.domain.catalogue import Catalogue, Licence, Term, VmSize
from assessor.domain.cost import exactly
from assessor.domain.rates import hourly_licence_usd


@dataclass(frozen=True, slots=True)
class EstimatedRate:
    """USD per hour, and what it was made from."""

    usd: Decimal
    made_from: str


class _Part(NamedTuple):
    """A part of a rate; `made_from` is None where it follows from list prices."""

    value: Decimal
    made_from: str | None


_WHOLE = _Part(Decimal(1), None)
_NOTHING = _Part(Decimal(0), None)


class RateEstimates:
    """Estimates for one region. Built once; the medians over all regions are found once per series."""

    def __init__(self, catalogue: Catalogue, region: str) -> None:
        self._catalogue = catalogue
        self._region = region
        self._everywhere = _medians_over_regions(catalogue.reservation_ratios)

    def rate(self, size: VmSize, licence: Licence, term: Term) -> EstimatedRate | None:
        """Linux pay-as-you-go times the series' ratio, plus the licence; None where a part is not known.

        A commitment covers the machine, never the Windows licence: that is the difference of the
        pay-as-you-go prices, or its median over other regions.
        """
        linux = self._pay_as_you_go(size, Licence.LINUX)
        share = self._share(size.series, term)
        surcharge = self._surcharge(size, licence)
        if linux is None or share is None or surcharge is None:
            return None
        with exactly():
            usd = linux * share.value + surcharge.value
        made_from = (share.made_from, surcharge.made_from)
        return EstimatedRate(usd, " and ".join(part for part in made_from if part is not None))

    def _pay_as_you_go(self, size: VmSize, licence: Licence) -> Decimal | None:
        price = self._catalogue.hourly_prices(self._region, licence, Term.PAY_AS_YOU_GO).get(size.name)
        return price.usd if price else None

    def _share(self, series: str, term: Term) -> _Part | None:
        """What a commitment leaves of the pay-as-you-go price."""
        if term is Term.PAY_AS_YOU_GO:
            return _WHOLE
        here = self._catalogue.reservation_ratios.get((series, self._region, term))
        if here is not None:
            return _Part(here, f"median ratio of {series} in {self._region}")
        elsewhere = self._everywhere.get((series, term))
        return None if elsewhere is None else _Part(elsewhere, f"median ratio of {series} in other regions")

    def _surcharge(self, size: VmSize, licence: Licence) -> _Part | None:
        """What a Windows licence adds."""
        if licence is Licence.LINUX:
            return _NOTHING
        listed = hourly_licence_usd(self._catalogue, self._region, size.name)
        if listed is not None:
            return _Part(listed, None)
        median = self._catalogue.windows_surcharges.get(size.name)
        made_from = f"median Windows surcharge of {size.name} in other regions"
        return None if median is None else _Part(median, made_from)


def _medians_over_regions(
    ratios: Mapping[tuple[str, str, Term], Decimal],
) -> dict[tuple[str, Term], Decimal]:
    by_series: dict[tuple[str, Term], list[Decimal]] = {}
    for (series, _, term), ratio in ratios.items():
        by_series.setdefault((series, term), []).append(ratio)
    return {key: median_low(found) for key, found in by_series.items()}
