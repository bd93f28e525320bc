"""How a part reads its settings: environment, YAML file, secret files; typed and checked at start.

A setting `name` of part `KAFKA` comes from `SURVEYOR_KAFKA__NAME`, else from `kafka: {name: …}` in the
YAML file that `SURVEYOR_CONFIG_FILE` names. A secret may instead come from the file that
`SURVEYOR_KAFKA__NAME_FILE` (or `name_file`) names, so that it never stands in an environment.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from surveyor_kit.settings.sources import EnvironmentSource, SettingsFault, YamlSectionSource

CONFIG_EXIT_CODE = 2

Settings = TypeVar("Settings", bound="PartSettings")


class SettingsModel(BaseModel):
    """A group of settings inside a part's settings, such as one source of a collector's list."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: Any) -> Any:
        return _with_secret_files(values, cls.model_fields)


class PartSettings(BaseSettings):
    """Base of every part's settings; a subclass names its `part` and lists typed fields.

    Unknown names, in the environment under the part's prefix or in its YAML section, are refused: a
    misspelt setting must not be silently absent.
    """

    part: ClassVar[str]
    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Replace the library's sources by ours; what comes first wins."""
        del env_settings, dotenv_settings, file_secret_settings
        environment = EnvironmentSource(settings_cls, f"SURVEYOR_{cls.part}__")
        return init_settings, environment, YamlSectionSource(settings_cls, cls.part.lower())

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: Any) -> Any:
        return _with_secret_files(values, cls.model_fields)


def load_settings(settings_class: type[Settings]) -> Settings:
    """Read one part's settings, or end the process with a line on stderr that names what is wrong.

    Raises:
        SystemExit: with code 2; nothing was started yet.
    """
    try:
        return settings_class()
    except ValidationError as error:
        faults = [_describe(settings_class.part, dict(fault)) for fault in error.errors()]
        message = "; ".join(faults)
    except SettingsFault as fault:
        message = str(fault)
    sys.stderr.write(message + "\n")
    raise SystemExit(CONFIG_EXIT_CODE)


def setting_name(part: str, *path: object) -> str:
    """Return the environment name of a setting, e.g. `SURVEYOR_KAFKA__BOOTSTRAP_SERVERS`."""
    return "__".join([f"SURVEYOR_{part}", *(str(step).upper() for step in path)])


def _describe(part: str, fault: dict[str, Any]) -> str:
    path = tuple(fault["loc"])
    if fault["type"] == "secret_file":
        path = (*path, fault["ctx"]["setting"])
    reason = {"missing": "must be set", "extra_forbidden": "is not a setting"}.get(
        fault["type"], fault["msg"].removeprefix("Value error, ")
    )
    return f"{setting_name(part, *path)}: {reason}"


def _with_secret_files(values: Any, fields: Mapping[str, FieldInfo]) -> Any:
    """Replace every `<secret>_file` among `values` by the secret that the file holds."""
    if not isinstance(values, Mapping):
        return values
    resolved = dict(values)
    for name, field in fields.items():
        file_key = f"{name}_file"
        if file_key in resolved and _is_secret(field):
            if resolved.get(name) is not None:
                raise _secret_file_error(file_key, f"give it or {name.upper()}, not both")
            resolved[name] = _read_secret(file_key, str(resolved.pop(file_key)))
    return resolved


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def _read_secret(file_key: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise _secret_file_error(file_key, f"cannot read {path}: {reason}") from error


def _secret_file_error(file_key: str, reason: str) -> PydanticCustomError:
    return PydanticCustomError("secret_file", "{reason}", {"setting": file_key, "reason": reason})
