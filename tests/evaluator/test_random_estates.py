"""Random estates, evaluated by the assessor and by the brute-force evaluator: identical."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.evaluator.comparison import differences

SEEDS = range(25)
MACHINES_PER_ESTATE = 200


@dataclass(frozen=True)
class Mutation:
    """A mistake somebody could make: one place of the assessor's source, written wrongly."""

    name: str
    module: str
    right: str
    wrong: str


MUTATIONS = (
    Mutation(
        "a percentile one rank too high where P x N is whole",
        "domain/percentile.py",
        "(percentile * len(values) + 99) // 100",
        "percentile * len(values) // 100 + 1",
    ),
    Mutation(
        "a comfort factor on what was never measured",
        "domain/requirement.py",
        "return rounded(allocated)\n",
        "return rounded(allocated * settings.scaling_factor)\n",
    ),
    Mutation(
        "constrained sizes before full ones at equal cost",
        "domain/candidates.py",
        "(usd, size.is_constrained,",
        "(usd, not size.is_constrained,",
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_both_evaluators_agree(seed: int, tmp_path: Path) -> None:
    assert differences(seed, MACHINES_PER_ESTATE, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_comparison_notices(mutation: Mutation, tmp_path: Path) -> None:
    mutated = mutated_assessor(mutation, tmp_path)
    assert any(differences(seed, MACHINES_PER_ESTATE, tmp_path, mutated) for seed in SEEDS)


def mutated_assessor(mutation: Mutation, directory: Path) -> Path:
    """Copy the assessor with one mistake in it; returns the directory to import it from."""
    spec = find_spec("assessor")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    copy = directory / "mutated" / "assessor"
    shutil.copytree(spec.submodule_search_locations[0], copy, ignore=shutil.ignore_patterns("__pycache__"))
    module = copy / mutation.module
    text = module.read_text(encoding="utf-8")
    assert text.count(mutation.right) == 1, f"{mutation.module} reads differently now: name another mistake"
    module.write_text(text.replace(mutation.right, mutation.wrong), encoding="utf-8")
    return copy.parent
