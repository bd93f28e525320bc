"""What a catalogue holds, as far as people choose from it; the assessor writes it beside the snapshot.

The document is in `catalogue_contents`, the sizes are rows of `catalogue_sizes`.
"""

from datetime import date

from surveyor_schemas.assessments.results_v1 import Amount
from surveyor_schemas.base import NonNegativeInt, Record


class CatalogueRegion(Record):
    """A region that settings may name."""

    name: str
    """As in `azure_location`."""
    display_name: str
    listed_sizes: NonNegativeInt
    priced_sizes: NonNegativeInt
    """Listed sizes with a pay-as-you-go price."""
    has_disk_prices: bool


class CatalogueCurrency(Record):
    """A currency that settings may name."""

    code: str
    per_usd: Amount
    as_of: date


class CatalogueSource(Record):
    """Where figures come from, and under which licence."""

    label: str
    origin: str
    licence: str


class CatalogueContents(Record):
    """One snapshot in short; lists are sorted by name."""

    hash: str
    oldest_price: date
    newest_price: date
    sizes: NonNegativeInt
    prices: NonNegativeInt
    """Hourly prices of sizes; disks are not counted."""
    regions: list[CatalogueRegion]
    families: list[str]
    """What `azure_vm_families` may hold. Case, blanks, underscores and the ending `_series` do not matter."""
    currencies: list[CatalogueCurrency]
    sources: list[CatalogueSource]
