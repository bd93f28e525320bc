"""Settings of the collector, and the file that lists its sources."""

from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from surveyor_kit.collecting.settings import CollectorSettings, on_this_host
from surveyor_kit.settings import (
    ListedSource,
    ReadableFile,
    SettingsModel,
    load_source_list,
    read_text,
)
from surveyor_schemas.base import CollectorId

_SHA256_HEX_DIGITS = 64


class TlsSettings(SettingsModel):
    """How a source's certificate is checked; with none of these, by the system's authorities."""

    ca_file: ReadableFile | None = None
    """Authorities that may sign the certificate, or the certificate itself, in PEM."""
    thumbprint: str | None = None
    """SHA-256 of the one certificate to accept, hexadecimal, with or without colons."""
    verify: bool = True
    """False accepts any certificate: whoever is in between reads the password."""

    @field_validator("thumbprint")
    @classmethod
    def _is_sha256(cls, value: str | None) -> str | None:
        if value is None:
            return None
        digits = value.replace(":", "").lower()
        if len(digits) != _SHA256_HEX_DIGITS or set(digits) - set("0123456789abcdef"):
            raise ValueError("must be a SHA-256 thumbprint, 64 hexadecimal digits")
        return digits

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if sum((self.ca_file is not None, self.thumbprint is not None, not self.verify)) > 1:
            raise ValueError("give one of ca_file, thumbprint, verify: false")
        return self


class SourceSettings(ListedSource):
    """One vCenter or ESXi host."""

    host: str = Field(min_length=1)
    port: int = Field(default=443, ge=1, le=65535)
    username: str | None = None
    username_file: ReadableFile | None = None
    password_file: ReadableFile
    """Read at every login, so that a changed password needs no restart."""
    tls: TlsSettings = TlsSettings()

    @model_validator(mode="after")
    def _names_one_user(self) -> Self:
        if (self.username is None) == (self.username_file is None):
            raise ValueError("give one of username, username_file")
        return self

    @property
    def address(self) -> str:
        """Host and port, for people."""
        return f"{self.host}:{self.port}"

    def credentials(self) -> tuple[str, str]:
        """Read user name and password as they are now.

        Raises:
            ValueError: A file cannot be read; the message names it.
        """
        username = self.username or read_text(self.username_file or Path())
        return username, read_text(self.password_file)


class CollectorVmwareSettings(CollectorSettings):
    """What the process does; `SURVEYOR_COLLECTOR_VMWARE__<NAME>`."""

    part: ClassVar[str] = "COLLECTOR_VMWARE"

    collector_id: CollectorId = Field(default_factory=on_this_host("collector-vmware"))
    group: str = Field(default="collector-vmware", min_length=1)
    poll_interval_seconds: float = Field(default=20, gt=0)
    full_read_interval_seconds: float = Field(default=600, gt=0)
    """The whole inventory is read again this often, for what a source changes without saying so."""
    buffer_mib: int = Field(default=128, gt=0)
    """Samples in memory per source; when half of it is used they are spooled before their time."""
    back_fill: bool = True
    """At a start and after an outage, read what the source still holds of the last hour."""

    @field_validator("sources_file")
    @classmethod
    def _lists_sources(cls, path: Path) -> Path:
        load_sources(path)
        return path


class CheckSettings(CollectorVmwareSettings):
    """Settings of `--check`, which keeps nothing and so needs no place for it."""

    spool_dir: Path = Path()


def load_sources(path: Path) -> tuple[SourceSettings, ...]:
    """Read the sources file; relative paths in it start at its folder.

    Raises:
        ValueError: It cannot be read, or an entry is wrong.
    """
    return load_source_list(path, SourceSettings)
