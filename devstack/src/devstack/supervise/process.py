"""What a supervised process is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One program of a stack.

    Attributes:
        name: Unique in its stack; also the name of its log file.
        ready: Says whether the program serves; asked several times a second until it does.
        environment: Added to the environment of the starting process.
        stage: Stages start one after the other, each once the one before is ready, and stop in reverse.
        restart: Start it again when it ends by itself.
        stop_timeout_seconds: How long it may take to end before it is killed.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    stage: int = 0
    restart: bool = False
    start_timeout_seconds: float = 90
    stop_timeout_seconds: int = 20
