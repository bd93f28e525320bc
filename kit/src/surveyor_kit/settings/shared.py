"""Settings that several parts have: broker, store, log, tracing, and the HTTP port of health and pages."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from surveyor_kit.settings.base import PartSettings

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class HttpSettings(PartSettings):
    """Base for parts that serve HTTP: health and metrics, or pages as well."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    """0 takes any free port; the log line `http_listening` names it."""


class KafkaSettings(PartSettings):
    """How to reach the broker."""

    part: ClassVar[str] = "KAFKA"

    bootstrap_servers: str = Field(min_length=1)
    """`host:port`, several separated by commas."""
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: Path | None = None
    """Authorities that may sign the broker's certificate; the system's when absent."""
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None

    @field_validator("bootstrap_servers")
    @classmethod
    def _names_hosts_and_ports(cls, value: str) -> str:
        for server in value.split(","):
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdigit():
                raise ValueError("must be host:port, several separated by commas")
        return value

    @model_validator(mode="after")
    def _has_what_the_protocol_needs(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError("SASL needs SASL_USERNAME and SASL_PASSWORD")
        if (self.ssl_certfile is None) != (self.ssl_keyfile is None):
            raise ValueError("SSL_CERTFILE and SSL_KEYFILE go together")
        return self


class ClickHouseSettings(PartSettings):
    """How to reach the store over ClickHouse's HTTP interface."""

    part: ClassVar[str] = "CLICKHOUSE"

    url: str = Field(pattern=r"^https?://[^/@\s]+/?$")
    """`http://host:port` or `https://host:port`; credentials do not belong into it."""
    database: str = Field(default="surveyor", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    username: str = "default"
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None
    verify: bool = True
    connect_timeout_seconds: int = Field(default=10, gt=0)
    query_timeout_seconds: int = Field(default=300, gt=0)
    cluster: str | None = None
    """Name of a ClickHouse cluster: tables are then replicated and sharded; absent for a single node."""
    worker_threads: int = Field(default=8, gt=0)
    """Statements that one process may have under way at a time."""


class LogSettings(PartSettings):
    """What is logged and how."""

    part: ClassVar[str] = "LOG"

    level: LogLevel = "INFO"
    format: Literal["json", "console"] = "json"


class TracingSettings(PartSettings):
    """Where traces go."""

    part: ClassVar[str] = "OTEL"

    otlp_endpoint: str | None = None
    """OTLP over HTTP, e.g. `http://collector:4318`; absent: nothing is exported, context still flows."""
