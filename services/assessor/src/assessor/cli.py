"""The assessor's commands: assess a file, look after the catalogue, verify a stored result,
list the codes of findings.

Exit codes: 0 done; 1 a verified result differs; 2 wrong usage, or a file or store that cannot be used
(one line per problem on stderr).
"""

import typer

from assessor.commands import catalogue
from assessor.commands.codes import codes
from assessor.commands.evaluate import evaluate_command
from assessor.commands.verify import verify

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.command("evaluate")(evaluate_command)
app.command("verify")(verify)
app.command("codes")(codes)
app.add_typer(catalogue.app, name="catalogue")
