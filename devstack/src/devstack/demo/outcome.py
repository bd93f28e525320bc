"""What a demo run leaves: `result.json`, and the table on the terminal."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from devstack.demo.api import Document

_ROWS_SHOWN = 15
_WIDTH_IN_FILES = 120
_CENT = Decimal("0.01")
_READINESS = {
    "Suitable": "ready",
    "ConditionallySuitable": "with conditions",
    "NotSuitable": "not ready",
    "ReadinessUnknown": "unknown",
}


def write_result(path: Path, result: Document) -> None:
    """Write the result whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(result, indent=2) + "\n")
    partial.replace(path)


def print_result(assessment: Document, machines: list[Document]) -> None:
    """Print the assessment's totals and its first machines."""
    summary = assessment["summary"]
    currency = summary["currency"]
    table = Table(title=f"{assessment['name']} ({currency} a month)", show_edge=False)
    table.add_column("machine", no_wrap=True)
    for heading in ("cores", "GiB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("readiness", "size in Azure"):
        table.add_column(heading, no_wrap=True)
    for heading in ("compute", "storage", "confidence"):
        table.add_column(heading, justify="right", no_wrap=True)
    for machine in machines[:_ROWS_SHOWN]:
        table.add_row(*_row(machine))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_IN_FILES
    console.print(table)
    if len(machines) > _ROWS_SHOWN:
        console.print(f"… and {len(machines) - _ROWS_SHOWN} more")
    console.print(
        f"{summary['machine_count']} machines: compute {_money(summary['monthly_compute_cost'])},"
        f" storage {_money(summary['monthly_storage_cost'])} {currency} a month;"
        f" confidence {_percent(summary['confidence_percent'])}"
    )


def _row(machine: Document) -> list[str]:
    memory_mib = machine["megabytes_of_memory"]
    return [
        machine["display_name"],
        str(machine["number_of_cores"]),
        f"{memory_mib / 1024:g}",
        _READINESS.get(machine["suitability"], machine["suitability"]),
        machine["recommended_size"] or "–",
        _money(machine["monthly_compute_cost"]),
        _money(machine["monthly_storage_cost"]),
        _percent(machine["confidence_percent"]),
    ]


def _money(amount: Any) -> str:
    return "–" if amount is None else f"{Decimal(amount).quantize(_CENT, ROUND_HALF_UP):,}"


def _percent(value: Any) -> str:
    return "–" if value is None else f"{value:.1f} %"
