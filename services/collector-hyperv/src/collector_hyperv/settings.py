"""Settings of the collector and of its sources; the only reader of the environment."""

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from surveyor_kit.collecting.settings import CollectorSettings, on_this_host
from surveyor_kit.settings import ListedSource, ReadableFile, SettingsModel, load_source_list, read_text
from surveyor_schemas.base import CollectorId

_SEALING_METHODS = ("ntlm", "kerberos", "credssp")
_DEFAULT_PORTS = {"https": 5986, "http": 5985}


class TlsSettings(SettingsModel):
    """How a host's certificate is checked, and ours where the login is by certificate."""

    verify: bool = True
    ca_file: ReadableFile | None = None
    """Authorities that may sign the hosts' certificates; absent: the well-known ones."""
    client_certificate_file: ReadableFile | None = None
    client_key_file: ReadableFile | None = None


class SourceSettings(ListedSource):
    """One source: a host, or several that share an account, such as the nodes of a failover cluster.

    Replicas of the collector share the sources by site: all hosts of one site are followed by one process,
    since only who has read all of them can tell that a machine is gone.
    """

    name: str | None = None
    """How people call it; the source id when absent."""
    site: str | None = Field(default=None, min_length=1)
    """Part of the machines' identity: hosts among which machines move share it. Default: the source id."""
    host: str | None = None
    hosts: tuple[str, ...] = ()
    port: int | None = Field(default=None, ge=1, le=65535)
    """5986 for https, 5985 for http when absent."""
    transport: Literal["auto", "https", "http"] = "auto"
    """auto: https, and http where nothing answers there and the login encrypts by itself."""
    auth: Literal["ntlm", "kerberos", "basic", "credssp", "certificate"] = "ntlm"
    username: str | None = None
    username_file: ReadableFile | None = None
    password: SecretStr | None = None
    password_file: ReadableFile | None = None
    """Read at every login, so that a changed password needs no restart; so is `username_file`."""
    tls: TlsSettings = TlsSettings()

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: Any) -> Any:
        """Leave the files to `credentials`: what was read at the start would grow stale."""
        return values

    @model_validator(mode="after")
    def _names_hosts(self) -> Self:
        if bool(self.host) == bool(self.hosts):
            raise ValueError("give either host or hosts")
        if len(set(self.addresses)) != len(self.addresses):
            raise ValueError("hosts names a host twice")
        return self

    @model_validator(mode="after")
    def _encrypts(self) -> Self:
        if self.transport == "http" and self.auth not in _SEALING_METHODS:
            raise ValueError(
                f"auth {self.auth} sends messages in the clear over http:"
                f" use https, or one of {', '.join(_SEALING_METHODS)}, which encrypt them"
            )
        return self

    @model_validator(mode="after")
    def _has_an_account(self) -> Self:
        if self.auth == "certificate":
            if not (self.tls.client_certificate_file and self.tls.client_key_file):
                raise ValueError("auth certificate needs tls.client_certificate_file and tls.client_key_file")
            return self
        if (self.username and self.username_file) or (self.password and self.password_file):
            raise ValueError("give a user name and a password each itself or by its file, not both")
        if not (self.username or self.username_file):
            raise ValueError(f"auth {self.auth} needs username or username_file")
        if self.auth != "kerberos" and not (self.password or self.password_file):
            raise ValueError(f"auth {self.auth} needs password or password_file")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """The hosts of the source."""
        return self.hosts or ((self.host,) if self.host else ())

    @property
    def site_name(self) -> str:
        """The site that the hosts belong to."""
        return self.site or self.source_id

    @property
    def transports(self) -> tuple[str, ...]:
        """The transports to try, in this order."""
        if self.transport != "auto":
            return (self.transport,)
        can_fall_back = self.port is None and self.auth in _SEALING_METHODS
        return ("https", "http") if can_fall_back else ("https",)

    @property
    def credential_files(self) -> tuple[Path, ...]:
        """The files whose change means another login."""
        return tuple(path for path in (self.username_file, self.password_file) if path)

    def credentials(self) -> tuple[str | None, SecretStr | None]:
        """Return user name and password as they are now.

        Raises:
            ValueError: a file cannot be read; the message names it.
        """
        username = read_text(self.username_file) if self.username_file else self.username
        password = SecretStr(read_text(self.password_file)) if self.password_file else self.password
        return username, password

    def endpoints(self, address: str) -> tuple[str, ...]:
        """Return the WS-Management addresses of one host, in the order to try them."""
        bracketed = f"[{address}]" if ":" in address else address
        return tuple(
            f"{transport}://{bracketed}:{self.port or _DEFAULT_PORTS[transport]}/wsman"
            for transport in self.transports
        )

    def host_key(self, address: str) -> str:
        """Return a host's name in status, logs and metrics: its address, and the port if that is certain."""
        endpoints = self.endpoints(address)
        return address if len(endpoints) > 1 else endpoints[0].split("/")[2]


class CollectorHypervSettings(CollectorSettings):
    """Settings of one collector process."""

    part: ClassVar[str] = "COLLECTOR_HYPERV"

    collector_id: CollectorId = Field(default_factory=on_this_host("collector-hyperv"))
    group: str = Field(default="collector-hyperv", min_length=1)
    poll_interval_seconds: int = Field(default=30, ge=10, le=600)
    inventory_interval_seconds: int = Field(default=60, ge=1)
    image_refresh_seconds: int = Field(default=600, ge=0)
    """How long the size of a known disk image is believed."""

    @field_validator("sources_file")
    @classmethod
    def _lists_sources(cls, path: Path) -> Path:
        load_sources(path)
        return path


class CheckSettings(CollectorHypervSettings):
    """Settings of `--check`, which keeps nothing and so needs no place for it."""

    spool_dir: Path = Path()


def load_sources(path: Path) -> tuple[SourceSettings, ...]:
    """Read the sources file; relative paths in it start at its folder.

    Raises:
        ValueError: it cannot be read, or an entry is wrong; the message names entry and field, never a value.
    """
    return load_source_list(path, SourceSettings)
