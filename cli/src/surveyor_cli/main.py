"""The `surveyor` command, put together."""

from pathlib import Path
from typing import Annotated

import typer

from surveyor_cli.admin.migrate import migrate
from surveyor_cli.admin.replay import replay
from surveyor_cli.admin.verify import verify
from surveyor_cli.api import assessments, estate, groups, imports, machines
from surveyor_cli.api.calling import Calling
from surveyor_cli.exits import EXPLAINED

CALLS = "Ask the API"
ADMIN = "Run an installation"

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXPLAINED,
)


@app.callback()
def surveyor(
    context: typer.Context,
    api_url: Annotated[
        str | None, typer.Option(help="Where the API is; else SURVEYOR_CLI__API_URL.", metavar="URL")
    ] = None,
    api_key_file: Annotated[
        Path | None,
        typer.Option(help="File with an API key; else SURVEYOR_CLI__API_KEY_FILE.", metavar="FILE"),
    ] = None,
) -> None:
    """Surveyor from a terminal: what runs on VMware and Hyper-V, and what it would be in Azure."""
    context.obj = Calling(api_url, api_key_file)


for group, name in (
    (machines.app, "machines"),
    (groups.app, "groups"),
    (assessments.app, "assessments"),
    (imports.app, "imports"),
):
    app.add_typer(group, name=name, rich_help_panel=CALLS)
for call in (estate.summary, estate.collectors, estate.changes):
    app.command(rich_help_panel=CALLS)(call)
app.command("import", rich_help_panel=CALLS)(imports.import_file)
for job in (migrate, replay, verify):
    app.command(rich_help_panel=ADMIN)(job)
