"""The file that lists what a collector reads: one entry a source, passwords in files beside it."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, Field, ValidationError

from surveyor_kit.settings.base import SettingsModel
from surveyor_schemas.base import SourceId


class ListedSource(SettingsModel):
    """What every entry has."""

    source_id: SourceId = Field(pattern=r"^[^/\s]+$")
    """Unique in the installation; part of every event of this source."""


Source = TypeVar("Source", bound=ListedSource)


def load_source_list(path: Path, model: type[Source]) -> tuple[Source, ...]:
    """Read a YAML or JSON list; relative paths of names that end in `_file` start at its folder.

    Args:
        path: The file.
        model: What an entry is.

    Raises:
        ValueError: It cannot be read, or an entry is wrong; the message names entry and field, never a value.
    """
    sources = tuple(
        _source(path, number, entry, model) for number, entry in enumerate(_entries(path), start=1)
    )
    seen: set[str] = set()
    for source in sources:
        if source.source_id in seen:
            raise ValueError(f"{path}: source_id {source.source_id} stands there twice")
        seen.add(source.source_id)
    return sources


def read_text(path: Path) -> str:
    """Read a small file, without white space around its content.

    Raises:
        ValueError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"cannot read {path}: not UTF-8") from None


def _readable(path: Path) -> Path:
    read_text(path)
    return path


ReadableFile = Annotated[Path, AfterValidator(_readable)]
"""A small text file, tried when settings are read: what is missing shows at the start, not hours later."""


def _entries(path: Path) -> list[Any]:
    text = read_text(path)
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # The error's own text would quote the line, passwords included.
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise ValueError(f"{path} is neither YAML nor JSON{line}") from None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path} must be a list of sources")
    return entries


def _source(path: Path, number: int, entry: Any, model: type[Source]) -> Source:
    name = entry.get("source_id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
    try:
        return model.model_validate(_with_absolute_paths(entry, path.parent))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = "".join(f"{part}: " for part in fault["loc"])
        reason = {"missing": "must be set", "extra_forbidden": "is not a setting"}.get(
            fault["type"], fault["msg"].removeprefix("Value error, ")
        )
        raise ValueError(f"{path}: source {name}: {place}{reason}") from None


def _with_absolute_paths(entry: Any, folder: Path) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {
        name: str(folder / value)
        if isinstance(value, str) and str(name).endswith("_file")
        else _with_absolute_paths(value, folder)
        for name, value in entry.items()
    }
