"""What the portal is told by its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from surveyor_kit.settings import HttpSettings

MIN_SECRET_CHARACTERS = 32


class PortalSettings(HttpSettings):
    """Settings of the portal; it has no credential for the API, only what a person signs in with."""

    part: ClassVar[str] = "PORTAL"

    api_url: str = Field(pattern=r"^https?://[^\s/@]+/?$")
    """The query API, `http://host:port`."""
    api_timeout_seconds: float = Field(default=30.0, gt=0)
    """An API call without an answer by then shows the page for an API that is away."""
    session_secret: SecretStr
    """Encrypts the session cookies; all replicas have the same. A new one signs everybody out."""
    session_hours: float = Field(default=12.0, gt=0, le=24 * 30)
    """How long a sign-in lasts."""
    secure_cookie: bool = False
    """Send the session cookie over HTTPS only: set it wherever people reach the portal by HTTPS."""

    @field_validator("session_secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters")
        return secret
