"""An image holds what its part's pyproject names and what follows from it: nothing else may be imported.

In the workspace's environment an undeclared import works, as another part brings the package; in an image
it does not. The exported requirements are compared with pyproject by `make check`.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
PARTS = ["schemas", "inventory", "kit", "cli", *sorted(f"services/{p.name}" for p in ROOT.glob("services/*"))]
DISTRIBUTIONS = packages_distributions()


@pytest.mark.parametrize("part", PARTS)
def test_part_declares_what_it_imports(part: str) -> None:
    project = tomllib.loads((ROOT / part / "pyproject.toml").read_text())["project"]
    declared = {normal(project["name"])} | closure(project["dependencies"])
    undeclared = {
        module
        for path in (ROOT / part / "src").rglob("*.py")
        if "testing" not in path.parts  # for tests, which run in the workspace's environment
        for module in imported(ast.parse(path.read_text()))
        if module not in sys.stdlib_module_names and declared.isdisjoint(brought_by(module))
    }
    assert undeclared == set()


def closure(requirements: Iterable[str]) -> set[str]:
    """The distributions that a list of requirements installs here, by their normal names."""
    found: set[tuple[str, str]] = set()
    waiting = [(need, extra) for need in map(Requirement, requirements) for extra in ("", *need.extras)]
    while waiting:
        need, extra = waiting.pop()
        name = normal(need.name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for following in map(Requirement, installed_requirements(name)):
            if following.marker is None or following.marker.evaluate({"extra": extra}):
                waiting += [(following, wanted) for wanted in ("", *following.extras)]
    return {name for name, _ in found}


def installed_requirements(name: str) -> list[str]:
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:  # for another platform
        return []


def imported(tree: ast.Module) -> Iterator[str]:
    """Give the top-level package of every absolute import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def brought_by(module: str) -> set[str]:
    return {normal(name) for name in DISTRIBUTIONS.get(module, [module])}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
