"""Tells people and programs where the parts are."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

Endpoints = Mapping[str, Mapping[str, str]]


def write_endpoints(path: Path, endpoints: Endpoints) -> None:
    """Write them as JSON: part, then field; readable by the user alone, and never half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(endpoints, indent=2) + "\n")
    partial.replace(path)


def print_endpoints(endpoints: Endpoints) -> None:
    """Print them as a table on standard output."""
    table = Table("part", "field", show_edge=False)
    table.add_column("value", overflow="fold")  # a cut password helps nobody
    for part, fields in endpoints.items():
        for number, (name, value) in enumerate(fields.items()):
            table.add_row("" if number else part, name, value)
    Console(soft_wrap=True, highlight=False).print(table)
