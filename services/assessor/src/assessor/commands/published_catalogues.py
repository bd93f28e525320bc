"""`assessor catalogue import|export|list|activate`: snapshots in the store."""

from pathlib import Path
from typing import Annotated

import typer

from assessor.adapters.catalogue_store import ClickHouseCatalogueStore
from assessor.adapters.statements import Statements
from assessor.catalogue.files import write_whole
from assessor.catalogue.snapshot import decode
from assessor.catalogue.tables import CatalogueRefused
from assessor.commands.ending import fail
from assessor.commands.snapshots import decode_file, load_by_prefix, read_bytes
from assessor.commands.store import with_store
from assessor.ports import PublishedCatalogue
from surveyor_kit.clock import SystemClock

Hash = Annotated[str, typer.Argument(metavar="HASH", help="The hash, or enough of its beginning.")]


def import_command(
    file: Annotated[Path, typer.Argument(help="Snapshot file, for example from 'export' or 'refresh'.")],
    expect: Annotated[
        str | None, typer.Option("--expect", help="Refuse a file of another content hash.")
    ] = None,
) -> None:
    """Check a snapshot file and publish it: new assessments use it from now on.

    Runs keep the catalogue that they were requested with. Needs the store (SURVEYOR_CLICKHOUSE__URL …).
    """
    try:
        snapshot = read_bytes(file)
        catalogue = decode_file(file, snapshot)
    except CatalogueRefused as error:
        fail(str(error))
    if expect is not None and catalogue.content_hash != expect:
        fail(f"{file}: its content hash is {catalogue.content_hash}, not {expect}; nothing was imported")
    now = SystemClock().now()
    with_store(lambda store: ClickHouseCatalogueStore(store).publish(catalogue, snapshot, now))
    typer.echo(f"{catalogue.content_hash}: published; new assessments use it")


def export_command(
    file: Annotated[Path, typer.Argument(help="Snapshot file to write.")],
    content_hash: Annotated[
        str | None, typer.Option("--hash", help="Which snapshot; the one in use unless given.")
    ] = None,
) -> None:
    """Write a snapshot of the store to a file, and print its hash for 'import --expect'."""
    try:
        snapshot = with_store(lambda store: _chosen(store, content_hash))
        catalogue = decode(snapshot)
        write_whole(file, snapshot)
    except CatalogueRefused as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}: {error.strerror}; choose a writable place")
    typer.echo(f"{file}: {len(snapshot)} bytes, content hash {catalogue.content_hash}")


def list_command() -> None:
    """List the snapshots of the store, the one that new assessments use first."""
    published = with_store(lambda store: ClickHouseCatalogueStore(store).published())
    for position, known in enumerate(published):
        typer.echo(_line(known, in_use=position == 0))
    if not published:
        typer.echo("The store has no catalogue; the assessor publishes the packaged one when it starts.")


def activate_command(content_hash: Hash) -> None:
    """Let new assessments use a snapshot that is in the store already."""

    async def publish_again(store: Statements) -> str:
        snapshot = await load_by_prefix(store, content_hash)
        catalogue = decode(snapshot)
        await ClickHouseCatalogueStore(store).publish(catalogue, snapshot, SystemClock().now())
        return catalogue.content_hash

    try:
        activated = with_store(publish_again)
    except CatalogueRefused as error:
        fail(str(error))
    typer.echo(f"{activated}: new assessments use it")


async def _chosen(store: Statements, content_hash: str | None) -> bytes:
    if content_hash is None:
        published = await ClickHouseCatalogueStore(store).published()
        if not published:
            raise CatalogueRefused("the store has no catalogue; start the assessor once, or import one")
        content_hash = published[0].content_hash
    return await load_by_prefix(store, content_hash)


def _line(known: PublishedCatalogue, *, in_use: bool) -> str:
    prices = known.prices_at.date().isoformat() if known.prices_at else "unknown"
    mark = "  in use" if in_use else ""
    return f"{known.content_hash}  published {known.published_at:%Y-%m-%d %H:%M}  prices of {prices}{mark}"
