"""Reading the owner's rules from a YAML file: every error names the file, the line and the field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from assessor.domain.owner_rules import OwnerRules

Place = tuple[int | str, ...]


class RulesRefused(ValueError):
    """A file of rules cannot be used; the message is for the person who wrote it."""


def read_rules(path: Path) -> OwnerRules:
    """Read a file of own rules; an empty one changes nothing.

    Raises:
        RulesRefused: The file is missing, is no YAML, or breaks the model; one line per problem.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        document = {} if root is None else yaml.safe_load(text)
    except OSError as error:
        raise RulesRefused(f"{path}: {error.strerror}; give the path of a readable file") from error
    except UnicodeDecodeError as error:
        raise RulesRefused(f"{path}: byte {error.start} is no UTF-8; save the file as UTF-8") from error
    except yaml.YAMLError as error:
        raise RulesRefused(f"{path}: {_yaml_problem(error)}") from error
    except RecursionError as error:
        raise RulesRefused(f"{path}: nested too deeply; remove the needless brackets") from error
    repeated = [f"{path}: line {line}: {name} is given twice" for name, line in _repeated_keys(root)]
    if repeated:
        raise RulesRefused("\n".join(repeated))
    try:
        return OwnerRules.model_validate(document)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        lines = dict.fromkeys(_line(path, root, problem) for problem in problems)
        raise RulesRefused("\n".join(lines)) from error


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "no YAML"
    return f"line {mark.line + 1}: {problem}; correct the YAML there" if mark else f"{problem}; correct it"


def _repeated_keys(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Keys that a mapping has twice: YAML would quietly take the last."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated_keys(value)


def _line(path: Path, root: yaml.Node | None, problem: Any) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = "unknown field; remove it or correct its name"
    elif problem["type"] == "missing":
        message = "required; add it"
    elif problem["type"] == "string_type":
        message = f"should be text; put {problem['input']!r} in quotes"
    place = ".".join(str(step) for step in problem["loc"])
    where = f"line {_line_number(root, problem['loc'])}"
    return f"{path}: {where}: {place}: {message}" if place else f"{path}: {where}: {message}"


def _line_number(root: yaml.Node | None, place: Place) -> int:
    """The line of the innermost part of `place` that the file has."""
    node, line = root, 1
    for step in place:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None
