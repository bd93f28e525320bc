"""`python -m surveyor_cli`: the same as the `surveyor` command."""

from surveyor_cli.main import app

app(prog_name="surveyor")
