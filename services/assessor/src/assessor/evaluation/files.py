"""Reading files for the commands: every error names the file, the place and the fix."""

import json
import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)

_HINTS = {
    "azure_disk_type": "use azure_disk_types, a list",
    "reserved_instance": "use savings_options",
    "comfort_factor": "use scaling_factor",
}
_CAPITAL = re.compile(r"(?<!^)([A-Z])")

_FORMS_OF_A_USAGE = {"number", "peaks"}


class FileRefused(ValueError):
    """A file cannot be used; the message is for the person who wrote it."""


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a JSON file into `model`.

    Raises:
        FileRefused: The file is missing, is no JSON, or breaks the model.
    """
    document = _utf8(path, _read_json(path))
    try:
        # From JSON again, since strict models take enum values and tuples from JSON only.
        return model.model_validate_json(document)
    except ValidationError as error:
        raise FileRefused(_explain(path, model, error)) from error


def _read_json(path: Path) -> Any:
    try:
        # Windows tools write UTF-8 with a byte order mark.
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileRefused(f"{path}: {error.strerror}; give the path of a readable file") from error
    except UnicodeDecodeError as error:
        raise FileRefused(f"{path}: byte {error.start} is no UTF-8; save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise FileRefused(f"{path}: {where}: {error.msg}; correct the JSON there") from error
    except RecursionError as error:
        raise FileRefused(f"{path}: nested too deeply; remove the needless brackets") from error
    except ValueError as error:
        digits = sys.get_int_max_str_digits()
        raise FileRefused(f"{path}: a number of more than {digits} digits; correct that number") from error


def _utf8(path: Path, document: Any) -> bytes:
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        problem = f"{half} is half a character; write both halves of the pair, or leave it out"
        raise FileRefused(f"{path}: {problem}") from error


def _explain(path: Path, model: type[BaseModel], error: ValidationError) -> str:
    """One line per problem, each with its place such as machines[0].disks[1].size_gib."""
    lines = dict.fromkeys(_line(path, model, problem) for problem in error.errors(include_url=False))
    return "\n".join(lines)


def _line(path: Path, model: type[BaseModel], problem: Any) -> str:
    place = _place(problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = f"unknown field; {_hint(str(problem['loc'][-1]), model)}"
    elif problem["type"] == "missing":
        message = "required; add it"
    elif problem["type"] not in {"value_error", "json_invalid"}:
        message = f"{message}, not {_shown(problem['input'])}"
    return f"{path}: {place}: {message}" if place else f"{path}: {message}"


def _hint(name: str, model: type[BaseModel]) -> str:
    """What to write in place of an unknown field: the API's azureLocation is azure_location here."""
    snake_case = _CAPITAL.sub(r"_\1", name).lower()
    if snake_case in _HINTS:
        return _HINTS[snake_case]
    close = get_close_matches(snake_case, model.model_fields, n=1, cutoff=0.8)
    return f"did you mean {close[0]}?" if close else "remove it or correct its name"


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        if isinstance(part, int):
            place += f"[{part}]"
        elif part.isidentifier() and part not in _FORMS_OF_A_USAGE:
            place += f".{part}" if place else part
    return place


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."
