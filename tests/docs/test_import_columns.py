"""The page about imports names every column that is read, with its rule."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from surveyor_inventory.imports.azure_migrate_csv import (
    MACHINE_COLUMNS,
    MAX_DISKS,
    TOTAL_COLUMNS,
    disk_columns,
)
from surveyor_inventory.imports.columns import Column
from surveyor_inventory.imports.rvtools import COLUMNS_BY_SHEET

PAGE = (Path(__file__).parents[2] / "docs" / "imports.md").read_text(encoding="utf-8")


def table(columns: Iterable[Column]) -> str:
    lines = ["| column | required | what may stand in it |", "| --- | --- | --- |"]
    for column in columns:
        also = f" (also `{'`, `'.join(column.aliases)}`)" if column.aliases else ""
        lines.append(f"| `{column.name}`{also} | {'yes' if column.is_required else ''} | {column.rule} |")
    return "\n".join(lines) + "\n"


TABLES = {
    "machine": MACHINE_COLUMNS,
    "disk": disk_columns(1),
    "totals": TOTAL_COLUMNS,
    **COLUMNS_BY_SHEET,
}


@pytest.mark.parametrize("name", TABLES)
def test_page_has_the_table_of_todays_columns(name: str) -> None:
    assert table(TABLES[name]) in PAGE


def test_page_says_how_many_disks_there_may_be() -> None:
    assert f"n is 1 to {MAX_DISKS}" in PAGE
