"""Results of benchmarks: a file per benchmark below `build/bench`, and a table on the terminal."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parents[1] / "build" / "bench"
Figures = Mapping[str, float]


def write_report(
    name: str,
    ours: Figures,
    *,
    compared_by: str,
    peers: Mapping[str, Figures] | None = None,
    limits: Mapping[str, Figures] | None = None,
    sizes: Mapping[str, Any],
    libraries: tuple[str, ...],
) -> Path:
    """Write `build/bench/<name>.json` and print it.

    Args:
        name: The benchmark's name.
        ours: Surveyor's figures.
        compared_by: The figure whose ratios to the others are given; 1 or more means level or better.
        peers: Figures of programs that do the same work.
        limits: Figures of references that cannot be beaten.
        sizes: How much work it was.
        libraries: Distributions whose versions matter.
    """
    others = {**(peers or {}), **(limits or {})}
    report = {
        "ours": dict(ours),
        "peers": {peer: dict(figures) for peer, figures in (peers or {}).items()},
        "limits": {limit: dict(figures) for limit, figures in (limits or {}).items()},
        "ratios": {other: ours[compared_by] / figures[compared_by] for other, figures in others.items()},
        "compared_by": compared_by,
        "sizes": dict(sizes),
        "versions": {"python": platform.python_version()} | {each: version(each) for each in libraries},
    }
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    Console().print(_table(name, {"surveyor": ours, **others}))
    return path


def _table(name: str, columns: Mapping[str, Figures]) -> Table:
    table = Table(title=name)
    table.add_column("figure")
    for column in columns:
        table.add_column(column, justify="right")
    figures = dict.fromkeys(figure for column in columns.values() for figure in column)
    for figure in figures:
        table.add_row(figure, *(_cell(column.get(figure)) for column in columns.values()))
    return table


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
