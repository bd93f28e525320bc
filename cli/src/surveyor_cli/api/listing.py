"""What several lists have in common."""

from collections.abc import Sequence
from typing import Annotated

import typer

from surveyor_cli.api.client import Document
from surveyor_cli.output import print_json, print_table

LimitOption = Annotated[int, typer.Option(min=1, help="The most to show.")]


def print_changes(changes: Sequence[Document], as_json: bool) -> None:
    """Print changes of one machine or of all."""
    if as_json:
        print_json(changes)
        return
    fields = ["recorded_at", "machine_name", "kind", "field_path", "before", "after"]
    columns = ["recorded", "machine", "kind", "field", "before", "after"]
    print_table(columns, [[change[field] for field in fields] for change in changes])
