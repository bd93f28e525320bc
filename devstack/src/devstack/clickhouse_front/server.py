"""Describes the front as a process."""

import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from devstack.ports import free_port
from devstack.supervise import Process

PASSWORD_VARIABLE = "DEVSTACK_CLICKHOUSE_PASSWORD"  # noqa: S105 (a name, no password)


@dataclass(frozen=True)
class ClickHouse:
    """Where the store listens, keeps its data, and who may ask."""

    directory: Path
    port: int
    username: str = "surveyor"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    @classmethod
    def on_free_port(cls, directory: Path) -> "ClickHouse":
        return cls(directory, free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def process(self, name: str = "clickhouse", stage: int = 0) -> Process:
        arguments = ["--directory", str(self.directory), "--port", str(self.port)]
        return Process(
            name,
            [sys.executable, "-m", "devstack.clickhouse_front", *arguments, "--username", self.username],
            ready=lambda: answers(self.url),
            environment={PASSWORD_VARIABLE: self.password},
            stage=stage,
            start_timeout_seconds=120,
        )


def answers(url: str) -> bool:
    """Say whether a ClickHouse, this or a real one, answers at `url`."""
    try:
        return httpx.get(f"{url}/ping", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
