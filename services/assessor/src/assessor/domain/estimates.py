"""Prices of savings options that the catalogue lacks, estimated from statistics of the prices it has.

An estimate stands beside a result and in side-by-side totals, always marked; no size is chosen by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low

from assessor.domain.catalogue import Catalogue, Licence, Term, VmSize
from assessor.domain.cost import exactly


@dataclass(frozen=True, slots=True)
class EstimatedRate:
    """USD per hour, and what it was made from."""

    usd: Decimal
    made_from: str


class RateEstimates:
    """Estimates for one region. Built once; the medians over all regions are found once per series."""

    def __init__(self, catalogue: Catalogue, region: str) -> None:
        self._catalogue = catalogue
        self._region = region
        self._everywhere = _medians_over_regions(catalogue.reservation_ratios)

    def rate(self, size: VmSize, licence: Licence, term: Term) -> EstimatedRate | None:
        """Linux pay-as-you-go times the series' ratio, plus the licence; None without both of them.

        A commitment covers the machine, never the Windows licence: that is the difference of the
        pay-as-you-go prices.
        """
        linux = self._pay_as_you_go(size, Licence.LINUX)
        paid = self._pay_as_you_go(size, licence)
        ratio = self._ratio(size.series, term)
        if linux is None or paid is None or ratio is None:
            return None
        with exactly():
            usd = linux * ratio[0] + (paid - linux)
        return EstimatedRate(usd, ratio[1])

    def _pay_as_you_go(self, size: VmSize, licence: Licence) -> Decimal | None:
        price = self._catalogue.hourly_prices(self._region, licence, Term.PAY_AS_YOU_GO).get(size.name)
        return price.usd if price else None

    def _ratio(self, series: str, term: Term) -> tuple[Decimal, str] | None:
        here = self._catalogue.reservation_ratios.get((series, self._region, term))
        if here is not None:
            return here, f"median ratio of {series} in {self._region}"
        elsewhere = self._everywhere.get((series, term))
        return None if elsewhere is None else (elsewhere, f"median ratio of {series} in other regions")


def _medians_over_regions(
    ratios: Mapping[tuple[str, str, Term], Decimal],
) -> dict[tuple[str, Term], Decimal]:
    by_series: dict[tuple[str, Term], list[Decimal]] = {}
    for (series, _, term), ratio in ratios.items():
        by_series.setdefault((series, term), []).append(ratio)
    return {key: median_low(found) for key, found in by_series.items()}
