"""What shapes the demo: environment variables, named in `make help` and the README."""

from pathlib import Path

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from devstack import hyperv_process, vcenter


class DemoSettings(BaseSettings):
    """The demo's own settings; the services get theirs from `services.py`."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    once: bool = False
    """End after the result instead of running until Ctrl-C."""
    demo_vms: int = Field(default=vcenter.DEFAULT_MACHINES, ge=1, le=2_000)
    demo_hyperv_vms: int = Field(default=hyperv_process.DEFAULT_MACHINES, ge=1, le=200)
    demo_seed: int = Field(default=1, ge=0)
    demo_history_days: int = Field(default=31, ge=1, le=34)
    demo_directory: Path | None = None
    """Keep data and results here; without it data lies in `.devstack/demo`, results in `build/demo`."""
    vcenter_url: str | None = Field(default=None, pattern=r"^https://[^/@\s]+")
    """Read this vCenter instead of the simulated one."""
    vcenter_username: str | None = None
    vcenter_password: SecretStr | None = None
    vcenter_ca_file: FilePath | None = None
    vcenter_insecure: bool = False
    """Do not check the vCenter's certificate."""

    @property
    def is_simulated(self) -> bool:
        """Whether the sources are simulated; a real estate gets no made-up history."""
        return self.vcenter_url is None

    @field_validator("vcenter_ca_file")
    @classmethod
    def _is_found_from_any_folder(cls, path: Path | None) -> Path | None:
        return path.resolve() if path else None

    @model_validator(mode="after")
    def _vcenter_has_an_account(self) -> "DemoSettings":
        if self.vcenter_url and not (self.vcenter_username and self.vcenter_password):
            raise ValueError("VCENTER_URL needs VCENTER_USERNAME and VCENTER_PASSWORD")
        return self
