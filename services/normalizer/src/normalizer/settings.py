"""The normalizer's settings; the only reader of its environment."""

import tempfile
from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from surveyor_kit.settings import HttpSettings, StoreSettings, load_settings


class NormalizerSettings(HttpSettings):
    """`SURVEYOR_NORMALIZER__…`."""

    part: ClassVar[str] = "NORMALIZER"

    http_port: int = Field(default=8083, ge=0, le=65535)
    group: str = Field(default="normalizer", min_length=1)
    """Consumer group: workers of one group share the partitions."""
    instance_id: str | None = None
    """Static membership, for pods with stable names: a quick restart then moves no partition."""
    data_dir: Path = Path(tempfile.gettempdir()) / "surveyor-normalizer"
    """Faust wants a folder it can write to; a process that is killed leaves there what it worked on."""
    session_timeout_seconds: float = Field(default=30, ge=1)
    """After this long without a sign of life the group gives the partitions to others."""
    commit_interval_seconds: float = Field(default=1.0, gt=0)
    performance_batch_events: int = Field(default=300, ge=1, le=1000)
    """Messages of samples in one insert, up to 512 KiB each. With fewer the store has more parts to merge."""
    discovery_batch_events: int = Field(default=100, ge=1, le=1000)
    batch_wait_seconds: float = Field(default=0.5, gt=0)
    """A batch that is not full is handled after this long."""
    clock_future_seconds: int = Field(default=3600, ge=0)
    """A sample further in the future is dead-lettered."""
    clock_past_days: int = Field(
        default_factory=lambda: load_settings(StoreSettings).raw_samples_days, ge=1, validate_default=True
    )
    """A sample older than this is dead-lettered: the store would drop it (see `StoreSettings`)."""
    machine_wait_seconds: float = Field(default=5, ge=0)
    """How long samples that need a machine's size wait for its discovery."""
    seal_interval_seconds: float = Field(default=60, gt=0)
    seal_grace_seconds: int = Field(default=600, ge=0)
    """A day is sealed this long after its end (UTC)."""
    batch_check_interval_seconds: float = Field(default=60, gt=0)
    batch_grace_seconds: int = Field(default=300, ge=0)
    """A batch that a collector has published counts as missing when it is not stored after this long."""
    removed_retention_days: int = Field(default=30, ge=0)
    """A removed machine's tombstone follows on `machines` after this long."""
    dead_letter_ratio: float = Field(default=0.05, gt=0, le=1)
    """The consumer stops when more than this share of its last 10,000 events was dead-lettered."""
    stuck_after_seconds: float = Field(default=300, gt=0)
    """Not alive when nothing was handled for so long although there is lag and broker and store answer."""

    @field_validator("clock_past_days")
    @classmethod
    def _within_what_the_store_keeps(cls, value: int) -> int:
        if value > (kept := load_settings(StoreSettings).raw_samples_days):
            raise ValueError(f"the store keeps samples for {kept} days (SURVEYOR_STORE__RAW_SAMPLES_DAYS)")
        return value
