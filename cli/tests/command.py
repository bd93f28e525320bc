"""The command as its own process: what it prints and how it ends is what people get."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from surveyor_kit.settings import ClickHouseSettings, KafkaSettings

TIMEOUT_SECONDS = 180


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, as JSON."""
        assert self.code == 0, self
        return json.loads(self.out)


Cli = Callable[..., Ended]
COMMAND = (sys.executable, "-m", "surveyor_cli")


def run_surveyor(*words: str, env: Mapping[str, str] | None = None) -> Ended:
    """Run `surveyor …` with no other settings than `env`."""
    done = subprocess.run(
        [*COMMAND, *words],
        env=only(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def only(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with no other settings than these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SURVEYOR_")}
    return {**inherited, **settings}


def environment_of(kafka: KafkaSettings | None, clickhouse: ClickHouseSettings | None) -> dict[str, str]:
    """Return the settings that name these parts."""
    environment = {}
    if kafka is not None:
        environment["SURVEYOR_KAFKA__BOOTSTRAP_SERVERS"] = kafka.bootstrap_servers
    if clickhouse is not None:
        environment |= {
            "SURVEYOR_CLICKHOUSE__URL": clickhouse.url,
            "SURVEYOR_CLICKHOUSE__DATABASE": clickhouse.database,
            "SURVEYOR_CLICKHOUSE__USERNAME": clickhouse.username,
            "SURVEYOR_CLICKHOUSE__PASSWORD": clickhouse.password.get_secret_value(),
        }
    return environment


def line_with(ended: Ended, text: str) -> str:
    """Return the only line of a command's output that holds a text."""
    assert ended.code == 0, ended
    (line,) = [line for line in ended.out.splitlines() if text in line]
    return line
