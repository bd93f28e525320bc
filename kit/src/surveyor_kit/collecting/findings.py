"""What `--check` found: one paragraph a source or host, for a terminal."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass
class Findings:
    """What a check saw; `problems` are what keeps it from being complete."""

    heading: str
    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add_problem(self, code: str, words: str, fixes: Mapping[str, str]) -> None:
        """Note why a source cannot be read, with what to do where that is known for the code."""
        fix = fixes.get(code)
        self.problems.append(f"{code}: {words} ({fix})" if fix else f"{code}: {words}")

    def text(self) -> str:
        """Return the findings for a terminal."""
        marked = [f"  {line}" for line in self.lines] + [f"  PROBLEM: {problem}" for problem in self.problems]
        return "\n".join([self.heading, *marked])


def show(findings: Iterable[Findings]) -> int:
    """Print findings; return the exit code, 1 when there is a problem."""
    code = 0
    for found in findings:
        sys.stdout.write(found.text() + "\n")
        code = 1 if found.problems else code
    return code
