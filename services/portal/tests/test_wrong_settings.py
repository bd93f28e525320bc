import os
import subprocess
import sys

import pytest

GOOD = {
    "SURVEYOR_PORTAL__API_URL": "http://127.0.0.1:9",
    "SURVEYOR_PORTAL__SESSION_SECRET": "a secret of the tests, long enough to be taken",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SURVEYOR_PORTAL__API_URL", "api:8080"),
        ("SURVEYOR_PORTAL__API_URL", None),
        ("SURVEYOR_PORTAL__SESSION_SECRET", "short"),
        ("SURVEYOR_PORTAL__SESSION_HOURS", "0"),
        ("SURVEYOR_PORTAL__HTTP_PORT", "99999"),
    ],
)
def test_wrong_setting_ends_the_start_with_one_line_that_names_it(name: str, value: str | None) -> None:
    environment = {key: text for key, text in os.environ.items() if not key.startswith("SURVEYOR_")} | GOOD
    environment.pop(name, None)
    if value is not None:
        environment[name] = value
    ended = subprocess.run(
        [sys.executable, "-m", "portal"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith(f"{name}: ")
