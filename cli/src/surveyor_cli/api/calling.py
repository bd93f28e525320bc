"""Who is called: the API of the settings, or of this call's options."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import typer
from pydantic import SecretStr

from surveyor_cli.api.client import ApiClient
from surveyor_cli.exits import USAGE, fail
from surveyor_cli.settings import URL_PATTERN, CliSettings
from surveyor_kit.settings import load_settings


@dataclass
class Calling:
    """What the command line says about the API; commands that do not call it need no settings of it."""

    url: str | None = None
    key_file: Path | None = None

    @cached_property
    def api(self) -> ApiClient:
        """The client, made when it is first needed."""
        settings = load_settings(CliSettings)
        if self.url is not None:
            if not re.match(URL_PATTERN, self.url):
                fail(USAGE, "--api-url: must be http://host:port or https://host:port")
            settings = settings.model_copy(update={"api_url": self.url})
        if self.key_file is not None:
            settings = settings.model_copy(update={"api_key": _read_key(self.key_file)})
        return ApiClient(settings)


def api_of(context: typer.Context) -> ApiClient:
    """Return the client that a command is to use."""
    calling = context.find_root().obj
    assert isinstance(calling, Calling)
    return calling.api


def _read_key(file: Path) -> SecretStr:
    try:
        return SecretStr(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        fail(USAGE, f"--api-key-file: cannot read {file}: {getattr(error, 'strerror', None) or 'not UTF-8'}")
