"""The `surveyor` command, put together."""

import typer

from surveyor_cli.admin.migrate import migrate
from surveyor_cli.admin.replay import replay
from surveyor_cli.admin.verify import verify
from surveyor_cli.exits import EXPLAINED

ADMIN = "Run an installation"

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXPLAINED,
)


@app.callback()
def surveyor() -> None:
    """Surveyor from a terminal: what runs on VMware and Hyper-V, and what it would be in Azure."""


app.command(rich_help_panel=ADMIN)(migrate)
app.command(rich_help_panel=ADMIN)(replay)
app.command(rich_help_panel=ADMIN)(verify)
