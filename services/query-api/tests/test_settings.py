import os
import subprocess
import sys

import pytest

from query_api.settings import QueryApiSettings

PARTS = {
    "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:9",
    "SURVEYOR_CLICKHOUSE__URL": "http://127.0.0.1:9",
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///control.db", "sqlite+aiosqlite:///control.db"),
        ("postgresql://u:p@db/surveyor", "postgresql+asyncpg://u:p@db/surveyor"),
        ("postgresql+asyncpg://db/surveyor", "postgresql+asyncpg://db/surveyor"),
    ],
)
def test_the_control_database_gets_our_driver(given: str, expected: str) -> None:
    assert QueryApiSettings(database_url=given).sqlalchemy_url() == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SURVEYOR_QUERY_API__DATABASE_URL", "mysql://db/surveyor"),
        ("SURVEYOR_QUERY_API__BOOTSTRAP_KEY", "short"),
        ("SURVEYOR_QUERY_API__HTTP_PORT", "99999"),
        ("SURVEYOR_QUERY_API__COLOUR", "red"),
        ("SURVEYOR_KAFKA__BOOTSTRAP_SERVERS", "nowhere"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line_that_names_it(name: str, value: str) -> None:
    clean = {key: old for key, old in os.environ.items() if not key.startswith("SURVEYOR_")}

    done = subprocess.run(
        [sys.executable, "-m", "query_api"],
        env=clean | PARTS | {name: value},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith(name)
    assert value not in done.stderr or name.endswith("SERVERS")
