"""`assessor verify`: whether a stored result still follows from its stored inputs."""

from typing import Annotated
from uuid import UUID

import typer

from assessor.adapters.backtests import ClickHouseBacktests
from assessor.adapters.catalogue_store import ClickHouseCatalogueStore
from assessor.adapters.run_store import ClickHouseRunStore
from assessor.adapters.statements import Statements
from assessor.catalogues import Catalogues
from assessor.commands.ending import DIFFERS, fail
from assessor.commands.store import with_store
from assessor.verification import NotVerifiable, Verification, verify_run


def verify(
    run: Annotated[UUID, typer.Argument(metavar="RUN", help="Id of the run, as the API shows it.")],
) -> None:
    """Compute a stored run again and compare its results byte by byte.

    Needs the store alone (SURVEYOR_CLICKHOUSE__URL …) and none of the samples. Exit code 0: the same
    bytes; 1: they differ, and the first difference is named; 2: there is nothing to compare.
    """

    async def job(store: Statements) -> Verification:
        catalogues = Catalogues(ClickHouseCatalogueStore(store))
        return await verify_run(run, ClickHouseRunStore(store), catalogues, ClickHouseBacktests(store))

    try:
        verification = with_store(job)
    except NotVerifiable as error:
        fail(str(error))
    _tell(run, verification)
    if verification.difference is not None:
        raise typer.Exit(DIFFERS)


def _tell(run: UUID, verification: Verification) -> None:
    if verification.rules_of_run != verification.rules_here:
        typer.echo(
            f"Run {run} was computed by rules {verification.rules_of_run};"
            f" this release has rules {verification.rules_here}."
        )
    difference = verification.difference
    if difference is None:
        typer.echo(f"Run {run}: {verification.machines} machines and the summary come out the same.")
        return
    typer.echo(f"Run {run} differs in {difference.machine}, {difference.field}:")
    typer.echo(f"  stored    {difference.stored}")
    typer.echo(f"  computed  {difference.computed}")
