"""How commands end other than well."""

from typing import NoReturn

import typer

DIFFERS = 1
USAGE_ERROR = 2


def fail(message: str) -> NoReturn:
    """Say what is wrong on stderr and end with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(USAGE_ERROR)
