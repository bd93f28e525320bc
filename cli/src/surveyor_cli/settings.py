"""What the command is told by its environment; options of a call come first."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr

from surveyor_kit.settings import PartSettings

URL_PATTERN = r"^https?://[^\s@]+$"


class CliSettings(PartSettings):
    """Where the API is and who calls it."""

    part: ClassVar[str] = "CLI"

    api_url: str = Field(default="http://127.0.0.1:8080", pattern=URL_PATTERN)
    """`http://host:port` or `https://host:port`, without `/v1`; credentials do not belong into it."""
    api_key: SecretStr | None = None
    """Better given as a file, `SURVEYOR_CLI__API_KEY_FILE`."""
    ca_file: Path | None = None
    """Authorities that may sign the API's certificate; the system's when absent."""
