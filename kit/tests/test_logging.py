import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog

from surveyor_kit.logging import configure_logging, get_logger
from surveyor_kit.settings import LogSettings


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(capsys.readouterr().err)
    return line


def test_a_line_is_json_with_event_fields_service_and_utc_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("example", LogSettings())
    get_logger("part.module").info("batch_stored", rows=3)
    line = logged(capsys)
    assert datetime.fromisoformat(line.pop("at")).utcoffset() is not None
    assert line == {
        "event": "batch_stored",
        "rows": 3,
        "service": "example",
        "level": "info",
        "logger": "part.module",
    }


def test_lines_of_libraries_look_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("example", LogSettings())
    logging.getLogger("library").warning("lost %s", "connection")
    line = logged(capsys)
    assert (line["event"], line["service"], line["level"]) == ("lost connection", "example", "warning")


def test_secret_fields_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("example", LogSettings())
    get_logger("x").info("connected", password="hunter2", api_key="k", user="me")
    line = logged(capsys)
    assert (line["password"], line["api_key"], line["user"]) == ("***", "***", "me")


def test_exceptions_stand_inside_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("example", LogSettings())
    try:
        raise ValueError("broken")
    except ValueError:
        get_logger("x").exception("failed")
    assert "ValueError: broken" in logged(capsys)["exception"]


def test_level_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("example", LogSettings(level="WARNING"))
    get_logger("x").info("quiet")
    assert capsys.readouterr().err == ""


def test_console_format_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("example", LogSettings(format="console"))
    get_logger("x").info("batch_stored", rows=3)
    line = capsys.readouterr().err
    assert "batch_stored" in line
    assert not line.startswith("{")
