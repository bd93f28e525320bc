"""The assessor's settings."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from assessor.domain.owner_rules import OwnerRules
from assessor.rules_file import read_rules
from surveyor_kit.settings import HttpSettings


class AssessorSettings(HttpSettings):
    """What can be set about the assessor itself."""

    part: ClassVar[str] = "ASSESSOR"

    page_machines: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """Machines that are read, assessed and written at a time; memory grows with it."""
    session_timeout_seconds: Annotated[float, Field(ge=6, le=300)] = 30.0
    """After this long without a sign of life another assessor takes up this one's requests."""
    progress_interval_seconds: Annotated[float, Field(gt=0, le=2)] = 1.0
    rules_file: Path | None = None
    """The owner's own rules, in YAML; read at the start."""
    run_attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """After so many attempts that met an unforeseen error, or ended the process, a run fails."""
    run_retry_seconds: Annotated[float, Field(ge=0, le=300)] = 2.0
    """Wait after the first attempt that met an unforeseen error; the n-th waits n times as long."""

    @field_validator("rules_file")
    @classmethod
    def _holds_rules(cls, path: Path | None) -> Path | None:
        if path is not None:
            read_rules(path)
        return path

    def owner_rules(self) -> OwnerRules | None:
        """The rules of the file; None without one."""
        return None if self.rules_file is None else read_rules(self.rules_file)
