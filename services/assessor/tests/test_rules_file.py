"""A file of own rules: read, or refused with file, line and field."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assessor.domain.owner_rules import OwnerRules, RightSizingRules
from assessor.rules_file import RulesRefused, read_rules

RULES = """\
version: 1
issues:
  BootTypeUnknown: off
  UnendorsedLinuxDistributions: {readiness: NotSuitable}
operating_systems:
  - product: CentOS
    version: "7"
    readiness: Suitable
right_sizing:
  idle_cpu_percent: 5
"""


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    return tmp_path / "rules.yaml"


def test_rules_are_read(rules_file: Path) -> None:
    rules_file.write_text(RULES)
    rules = read_rules(rules_file)
    assert rules.issues["BootTypeUnknown"].off
    assert rules.operating_systems[0].version == "7"
    assert rules.right_sizing.idle_cpu_percent == 5


def test_example_of_the_documentation_is_a_file_of_rules(rules_file: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "assessment-rules.md"
    rules_file.write_text(page.read_text().split("```yaml\n")[1].split("```")[0])
    rules = read_rules(rules_file)
    assert rules.right_sizing == RightSizingRules()
    assert set(OwnerRules.model_fields) == rules.model_fields_set


def test_empty_file_changes_nothing(rules_file: Path) -> None:
    rules_file.write_text("# nothing yet\n")
    assert read_rules(rules_file) == OwnerRules()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 2\n", "line 1: version: Input should be 1"),
        ("version: 1\nisues: {}\n", "line 2: isues: unknown field; remove it or correct its name"),
        (
            "operating_systems:\n  - product: CentOS\n    version: 7.10\n    readiness: Suitable\n",
            "line 3: operating_systems.0.version: should be text; put 7.1 in quotes",
        ),
        ("rules:\n  - code: Mine\n", "line 2: rules.0.text: required; add it"),
        ("sizes: {}\nprices: {}\nsizes: {}\n", "line 3: sizes is given twice"),
        ("issues:\n  - [\n", "line 3: "),
        ("issues: {SizeLimitUnknown: maybe}\n", "line 1: issues.SizeLimitUnknown: "),
    ],
)
def test_mistake_is_named_with_its_line_and_field(rules_file: Path, text: str, problem: str) -> None:
    rules_file.write_text(text)
    with pytest.raises(RulesRefused) as refused:
        read_rules(rules_file)
    assert any(line.startswith(f"{rules_file}: {problem}") for line in str(refused.value).splitlines())


def test_missing_file_is_named(rules_file: Path) -> None:
    with pytest.raises(RulesRefused, match="No such file or directory; give the path of a readable file"):
        read_rules(rules_file)


def test_service_does_not_start_with_rules_that_cannot_be_used(rules_file: Path) -> None:
    rules_file.write_text("isues: {}\n")
    environment = os.environ | {
        "SURVEYOR_ASSESSOR__RULES_FILE": str(rules_file),
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": "localhost:1",
        "SURVEYOR_CLICKHOUSE__URL": "http://localhost:1",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "assessor"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"SURVEYOR_ASSESSOR__RULES_FILE: {rules_file}: line 1: isues: unknown field;"
        " remove it or correct its name\n"
    )
