"""What query-api is told by its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from surveyor_kit.settings import HttpSettings

MIN_BOOTSTRAP_KEY_CHARACTERS = 32
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


class QueryApiSettings(HttpSettings):
    """Settings of query-api itself; broker and store have theirs in the kit."""

    part: ClassVar[str] = "QUERY_API"

    database_url: SecretStr = SecretStr("sqlite:///surveyor-control.db")
    """The control database: `sqlite:///path` or `postgresql://user:password@host/name`."""
    bootstrap_key: SecretStr | None = None
    """The first administrator's API key. Absent: a key given here earlier no longer works."""
    group: str = Field(default="query-api", min_length=1)
    """Consumer group of the replicas that share a control database."""
    project_name: str = "Surveyor"
    """Stands in the Excel export."""
    store_timeout_seconds: float = Field(default=30.0, gt=0)
    """A request that ClickHouse has not answered by then is answered with 503."""
    collector_stale_after_seconds: float = Field(default=90.0, gt=0)
    """A collector without a heartbeat for this long is shown as stale; they send one every 30 seconds."""

    @field_validator("database_url")
    @classmethod
    def _names_a_known_database(cls, url: SecretStr) -> SecretStr:
        scheme, separator, _ = url.get_secret_value().partition("://")
        if not separator or scheme not in (*_DRIVERS, *_DRIVERS.values()):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return url

    @field_validator("bootstrap_key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < MIN_BOOTSTRAP_KEY_CHARACTERS:
            raise ValueError(f"must have at least {MIN_BOOTSTRAP_KEY_CHARACTERS} characters")
        return key

    def sqlalchemy_url(self) -> str:
        """The control database's address with the driver that we use."""
        scheme, _, rest = self.database_url.get_secret_value().partition("://")
        return f"{_DRIVERS.get(scheme, scheme)}://{rest}"
