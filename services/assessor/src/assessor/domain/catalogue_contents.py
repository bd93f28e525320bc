"""A catalogue in short, for those who choose from it."""

from assessor.domain.catalogue import Catalogue, Licence, Term
from assessor.domain.families import documented_families
from surveyor_schemas.assessments.catalogue_contents_v1 import (
    CatalogueContents,
    CatalogueCurrency,
    CatalogueRegion,
    CatalogueSource,
)


def catalogue_contents(catalogue: Catalogue) -> CatalogueContents:
    """Return what settings may name, and where the figures come from."""
    return CatalogueContents(
        hash=catalogue.content_hash,
        oldest_price=catalogue.oldest_price,
        newest_price=catalogue.newest_price,
        sizes=len(catalogue.sizes),
        prices=sum(map(len, catalogue.vm_prices.values())),
        regions=[_region(catalogue, name) for name in sorted(catalogue.regions)],
        families=documented_families(catalogue.sizes.values()),
        currencies=[
            CatalogueCurrency(code=code, per_usd=rate.per_usd, as_of=rate.as_of)
            for code, rate in sorted(catalogue.currency_rates.items())
        ],
        sources=[
            CatalogueSource(label=source.label, origin=source.origin, licence=source.licence)
            for source in catalogue.sources
        ],
    )


def _region(catalogue: Catalogue, name: str) -> CatalogueRegion:
    listed = catalogue.sizes_in_region.get(name, frozenset())
    priced = catalogue.hourly_prices(name, Licence.LINUX, Term.PAY_AS_YOU_GO).keys()
    return CatalogueRegion(
        name=name,
        display_name=catalogue.regions[name],
        listed_sizes=len(listed),
        priced_sizes=len(listed & priced),
        has_disk_prices=any(region == name for _, _, _, region in catalogue.disk_prices),
    )
