"""The overview as the API shows it."""

from pydantic import BaseModel

from surveyor_schemas.base import UtcDatetime


class Coverage(BaseModel):
    """How much of one metric was measured in the last 24 hours, over all machines that are on."""

    metric: str
    percent: float | None
    """10-minute slots with a sample, of all there are (144 per machine); null without machines."""


class Overview(BaseModel):
    """Counts over all machines that their sources have now; templates are counted apart."""

    machine_count: int
    removed_count: int
    template_count: int
    by_source_kind: dict[str, int]
    by_power_state: dict[str, int]
    """`unknown` where the source does not say."""
    by_os_family: dict[str, int]
    cores: int
    memory_mib: int
    disk_bytes: int
    """Sums of what is known."""
    newest_sample_at: UtcDatetime | None
    """By the source's clock, generated samples left out; null when there is none within 8 days."""
    sampled_in_last_hour: int
    """Machines with a real processor sample in the last hour."""
    coverage: list[Coverage]
