"""Where settings come from: the environment under a part's prefix, and one section of a YAML file."""

import os
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource
from pydantic_settings.exceptions import SettingsError

CONFIG_FILE_VARIABLE = "SURVEYOR_CONFIG_FILE"
SECTIONS = {
    "kafka",
    "clickhouse",
    "store",
    "log",
    "otel",
    "collector_vmware",
    "collector_hyperv",
    "normalizer",
    "assessor",
    "query_api",
    "portal",
    "cli",
}
"""Sections that a configuration file may have: one file can serve every part of an installation."""


class SettingsFault(Exception):
    """A source of settings cannot be read; the message starts with the setting's name."""


class EnvironmentSource(EnvSettingsSource):
    """Environment variables under a prefix, including those that no field asks for.

    The library drops unknown names; here they reach the model, which refuses them by name.
    """

    def __init__(self, settings_class: type[BaseSettings], prefix: str) -> None:
        super().__init__(settings_class, env_prefix=prefix, env_nested_delimiter="__", env_ignore_empty=True)
        self.prefix = prefix

    def __call__(self) -> dict[str, Any]:
        """Return the values by field name, unknown names too."""
        try:
            known = super().__call__()
        except SettingsError as error:
            raise SettingsFault(f"{self._faulty_name(error)}: is not valid JSON") from error
        unknown = {name: value for name, value in self._given().items() if not self._is_field(name)}
        return {**unknown, **known}

    def _given(self) -> dict[str, str | None]:
        start = self.prefix.lower()
        return {name[len(start) :]: value for name, value in self.env_vars.items() if name.startswith(start)}

    def _is_field(self, name: str) -> bool:
        return name.split("__")[0] in self.settings_cls.model_fields

    def _faulty_name(self, error: SettingsError) -> str:
        named = [name for name in self.settings_cls.model_fields if f'"{name}"' in str(error)]
        return f"{self.prefix}{named[0].upper()}" if named else self.prefix


class YamlSectionSource(PydanticBaseSettingsSource):
    """One section of the YAML file that `SURVEYOR_CONFIG_FILE` names; empty when it names none."""

    def __init__(self, settings_class: type[BaseSettings], section: str) -> None:
        super().__init__(settings_class)
        self.section = section

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return one field's value as the file has it (the base class asks for this method)."""
        del field
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the section as the file has it, unknown keys too."""
        path = os.environ.get(CONFIG_FILE_VARIABLE)
        if not path:
            return {}
        section = _read_sections(Path(path)).get(self.section) or {}
        if not isinstance(section, dict):
            raise SettingsFault(f"{CONFIG_FILE_VARIABLE}: section {self.section} is not a mapping")
        return section


def _read_sections(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise SettingsFault(f"{CONFIG_FILE_VARIABLE}: cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsFault(f"{CONFIG_FILE_VARIABLE}: {path} is not YAML{_position(error)}") from error
    if not isinstance(document, dict):
        raise SettingsFault(f"{CONFIG_FILE_VARIABLE}: {path} is not a mapping of sections")
    unknown = sorted(str(name) for name in document if name not in SECTIONS)
    if unknown:
        raise SettingsFault(f"{CONFIG_FILE_VARIABLE}: {path} has an unknown section {unknown[0]}")
    return document


def _position(error: Exception) -> str:
    """Say where the file is broken; a YAML error's own text would quote the line, secrets included."""
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""
