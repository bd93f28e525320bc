"""`assessor catalogue refresh`: a new snapshot with today's public prices."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer

from assessor.adapters.retail_prices import PricesUnavailable, RetailPrices
from assessor.catalogue.files import write_whole
from assessor.catalogue.merge import FreshPrices, merge_prices
from assessor.catalogue.page_folder import OtherRefresh, PageFolder
from assessor.catalogue.refresh import Collected, RefreshOptions, RefreshProgress, collect, download
from assessor.catalogue.snapshot import decode, document_of, encode
from assessor.catalogue.tables import CatalogueRefused
from assessor.commands.ending import fail
from assessor.commands.snapshots import PACKAGED, find_catalogue, find_snapshot
from assessor.domain.catalogue import Catalogue
from surveyor_schemas.assessments.choices import Currency

PRICES_URL = "https://prices.azure.com/api/retail/prices"
_TIMEOUT_SECONDS = 60.0
_TELL_EVERY_SECONDS = 2.0
_NAMES_SHOWN = 5


def refresh_command(
    output: Annotated[Path, typer.Option("--output", help="Snapshot file to write.")],
    base: Annotated[
        str,
        typer.Option(help="Where sizes, limits and regions come from: a snapshot file, a hash, 'packaged'."),
    ] = PACKAGED,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Refresh this region only; may be repeated.")
    ] = None,
    currency: Annotated[
        list[str] | None, typer.Option("--currency", help="Refresh this currency's rate; may be repeated.")
    ] = None,
    url: Annotated[
        str, typer.Option(envvar="SURVEYOR_ASSESSOR__PRICES_URL", help="The price API, or a mirror of it.")
    ] = PRICES_URL,
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="Queries at a time.")] = 4,
    pages: Annotated[
        Path | None, typer.Option(help="Folder for pages until the end; OUTPUT.pages unless given.")
    ] = None,
) -> None:
    """Fetch public list prices and write a new snapshot; sizes and limits stay those of the base.

    Interrupted, it goes on where it ended when it is started again with the same options. The file is
    written in the end and in one step. 'assessor catalogue import' publishes it.
    """
    folder = PageFolder(pages or output.with_name(f"{output.name}.pages"))
    try:
        base_snapshot, known = find_snapshot(base), find_catalogue(base)
        options = _options(known, region, currency, concurrency)
        began_at = _begin(folder, known, options, url)
        asyncio.run(_download(options, url, folder))
        found = collect(options, folder, frozenset(known.sizes), began_at)
        if not found.prices:
            folder.remove()
            fail(f"{url}: has no price for {', '.join(options.regions)}; nothing was written")
        fresh = FreshPrices(found.prices, found.rates, url, began_at.date())
        document, kept = merge_prices(document_of(base_snapshot), known.content_hash, fresh)
        snapshot = encode(document)
        refreshed = decode(snapshot)
        write_whole(output, snapshot)
        folder.remove()
    except (CatalogueRefused, OtherRefresh) as error:
        fail(str(error))
    except PricesUnavailable as error:
        fail(f"{error}; the same command goes on from here")
    except OSError as error:
        fail(f"{error.filename or output}: {error.strerror}; choose a writable place")
    _tell_outcome(output, refreshed, found, kept)


def _options(
    known: Catalogue, regions: list[str] | None, currencies: list[str] | None, concurrency: int
) -> RefreshOptions:
    """Check what was asked for.

    Raises:
        CatalogueRefused: A region that the base does not know, or a currency that settings cannot name.
    """
    unknown = sorted(set(regions or ()) - known.regions.keys())
    if unknown:
        raise CatalogueRefused(f"--region: the base has no {', '.join(unknown)}")
    codes = sorted({code.upper() for code in currencies or ()})
    strange = [code for code in codes if code == "USD" or code not in set(Currency)]
    if strange:
        raise CatalogueRefused(
            f"--currency: {', '.join(strange)}; use of {', '.join(sorted(set(Currency) - {'USD'}))}"
        )
    return RefreshOptions(tuple(sorted(regions or known.regions)), tuple(codes), concurrency)


def _begin(folder: PageFolder, known: Catalogue, options: RefreshOptions, url: str) -> datetime:
    """Open the folder; return when this refresh began, which is the day of its prices."""
    plan = {
        "began_at": datetime.now(UTC).isoformat(),
        "options": {
            "base": known.content_hash,
            "url": url,
            "regions": list(options.regions),
            "currencies": list(options.currencies),
        },
    }
    return datetime.fromisoformat(folder.open(plan)["began_at"])


async def _download(options: RefreshOptions, url: str, folder: PageFolder) -> None:
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        await download(options, RetailPrices(client, url), folder, _Teller())


class _Teller:
    """Prints progress on stderr, every two seconds at most and at the end."""

    def __init__(self) -> None:
        self._next_at = 0.0

    def __call__(self, progress: RefreshProgress) -> None:
        is_done = progress.queries_done == progress.queries
        if is_done or time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + _TELL_EVERY_SECONDS
            typer.echo(
                f"{progress.queries_done} of {progress.queries} queries,"
                f" {progress.pages} pages, {progress.items} items",
                err=True,
            )


def _tell_outcome(output: Path, refreshed: Catalogue, found: Collected, kept: dict[str, list[str]]) -> None:
    typer.echo(f"{output}: content hash {refreshed.content_hash}")
    typer.echo(f"  {len(found.prices)} prices, {len(found.rates)} currency rates refreshed")
    for reason, count in found.skipped.most_common():
        typer.echo(f"  {count} items left out: {reason}")
    if found.contradicted:
        typer.echo(f"  {len(found.contradicted)} prices left out: the offers contradict each other")
    for table, names in kept.items():
        typer.echo(f"  {table}: those of {len(names)} are the base's: {_some(names)}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more
