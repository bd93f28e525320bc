"""Settings of the collector and of its sources; the only reader of the environment."""

from pathlib import Path
from typing import ClassVar, Literal, Self

import yaml
from pydantic import Field, SecretStr, TypeAdapter, ValidationError, field_validator, model_validator

from surveyor_kit.settings import HttpSettings, SettingsModel
from surveyor_schemas.base import CollectorId, SourceId

_SEALING_METHODS = ("ntlm", "kerberos", "credssp")
_DEFAULT_PORTS = {"https": 5986, "http": 5985}
GIB = 1024**3


class TlsSettings(SettingsModel):
    """How a host's certificate is checked, and ours where the login is by certificate."""

    verify: bool = True
    ca_file: Path | None = None
    """Authorities that may sign the hosts' certificates; absent: the well-known ones."""
    client_certificate_file: Path | None = None
    client_key_file: Path | None = None


class SourceSettings(SettingsModel):
    """One source: a host, or several that share an account, such as the nodes of a failover cluster."""

    source_id: SourceId
    name: str | None = None
    """How people call it; the source id when absent."""
    site: str | None = Field(default=None, min_length=1)
    """Part of the machines' identity: hosts among which machines move share it. Default: the source id."""
    host: str | None = None
    hosts: tuple[str, ...] = ()
    port: int | None = Field(default=None, ge=1, le=65535)
    """5986 for https, 5985 for http when absent."""
    transport: Literal["https", "http"] = "https"
    auth: Literal["ntlm", "kerberos", "basic", "credssp", "certificate"] = "ntlm"
    username: str | None = None
    password: SecretStr | None = None
    tls: TlsSettings = TlsSettings()

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
        elif not self.username:
            raise ValueError(f"auth {self.auth} needs username")
        elif self.auth != "kerberos" and self.password is None:
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

    def endpoint(self, address: str) -> str:
        """Return the WS-Management address of one host."""
        bracketed = f"[{address}]" if ":" in address else address
        return f"{self.transport}://{bracketed}:{self.port or _DEFAULT_PORTS[self.transport]}/wsman"


class CollectorHypervSettings(HttpSettings):
    """Settings of one collector process."""

    part: ClassVar[str] = "COLLECTOR_HYPERV"

    collector_id: CollectorId
    """Names this collector in the installation; two processes must not share it."""
    sources_file: Path
    """YAML list of sources; mount it from a secret if it holds passwords."""
    spool_dir: Path
    """Where polls are kept until the broker has them; a persistent volume of this collector's own."""
    poll_interval_seconds: int = Field(default=30, ge=10, le=600)
    inventory_interval_seconds: int = Field(default=60, ge=1)
    image_refresh_seconds: int = Field(default=600, ge=0)
    """How long the size of a known disk image is believed."""
    publish_interval_seconds: int = Field(default=300, ge=1)
    heartbeat_interval_seconds: int = Field(default=30, ge=1)
    spool_max_bytes: int = Field(default=GIB, ge=1_000_000)
    """Per source."""
    spool_max_age_seconds: int = Field(default=7_200, ge=60)

    @field_validator("sources_file")
    @classmethod
    def _lists_sources(cls, path: Path) -> Path:
        read_sources(path)
        return path


def read_sources(path: Path) -> tuple[SourceSettings, ...]:
    """Read the sources that a file lists.

    Raises:
        ValueError: it is not a list of sources; the message names place and fault, never a value.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        sources = TypeAdapter(tuple[SourceSettings, ...]).validate_python(document)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise ValueError(f"{path} is not YAML{place}") from None
    except ValidationError as error:
        raise ValueError(f"{path}: {_first_fault(error)}") from None
    if not sources:
        raise ValueError(f"{path} lists no source")
    _refuse_repeats(path, sources)
    return sources


def _refuse_repeats(path: Path, sources: tuple[SourceSettings, ...]) -> None:
    ids = [source.source_id for source in sources]
    for source_id in ids:
        if ids.count(source_id) > 1:
            raise ValueError(f"{path}: source_id {source_id} is there twice")


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}" if place else "it must be a list of sources"
