from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field, SecretStr

from surveyor_kit.settings import (
    ClickHouseSettings,
    KafkaSettings,
    PartSettings,
    SettingsModel,
    load_settings,
)


class Source(SettingsModel):
    url: str
    password: SecretStr


class ExampleSettings(PartSettings):
    part: ClassVar[str] = "PORTAL"

    poll_seconds: int = Field(default=20, gt=0)
    api_key: SecretStr | None = None
    sources: tuple[Source, ...] = ()


@pytest.fixture(autouse=True)
def no_outer_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SURVEYOR_KAFKA__BOOTSTRAP_SERVERS", "SURVEYOR_CLICKHOUSE__URL", "SURVEYOR_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "surveyor.yaml"
    monkeypatch.setenv("SURVEYOR_CONFIG_FILE", str(path))
    return path


def refusal(settings: type[PartSettings], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        load_settings(settings)
    assert stopped.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line.strip()


def test_environment_is_read_by_part_and_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYOR_PORTAL__POLL_SECONDS", "5")
    assert load_settings(ExampleSettings).poll_seconds == 5


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, config_file: Path) -> None:
    config_file.write_text("portal: {poll_seconds: 7}\nkafka: {bootstrap_servers: 'a:1'}\n")
    assert load_settings(ExampleSettings).poll_seconds == 7
    monkeypatch.setenv("SURVEYOR_PORTAL__POLL_SECONDS", "5")
    assert load_settings(ExampleSettings).poll_seconds == 5


def test_missing_setting_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(KafkaSettings, capsys) == "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS: must be set"


def test_wrong_value_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_CLICKHOUSE__URL", "http://user:hunter2@store:8123")
    line = refusal(ClickHouseSettings, capsys)
    assert line.startswith("SURVEYOR_CLICKHOUSE__URL: ")
    assert "hunter2" not in line


def test_all_wrong_settings_stand_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_PORTAL__POLL_SECONDS", "soon")
    monkeypatch.setenv("SURVEYOR_PORTAL__COLOUR", "red")
    line = refusal(ExampleSettings, capsys)
    assert "SURVEYOR_PORTAL__POLL_SECONDS: " in line
    assert "SURVEYOR_PORTAL__COLOUR: is not a setting" in line


def test_variables_of_other_parts_and_empty_ones_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYOR_CLI__COLOUR", "red")
    monkeypatch.setenv("SURVEYOR_PORTAL_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("SURVEYOR_PORTAL__POLL_SECONDS", "")
    assert load_settings(ExampleSettings).poll_seconds == 20


def test_unknown_key_in_the_file_is_named(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text("portal: {poll_second: 7}\n")
    assert refusal(ExampleSettings, capsys) == "SURVEYOR_PORTAL__POLL_SECOND: is not a setting"


def test_unknown_section_in_the_file_is_named(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text("portals: {poll_seconds: 7}\n")
    assert "unknown section portals" in refusal(ExampleSettings, capsys)


@pytest.mark.parametrize("content", ["portal: [", "- portal", "portal: 3", "a: b: c"])
def test_broken_file_is_named(content: str, config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text(content)
    assert refusal(ExampleSettings, capsys).startswith("SURVEYOR_CONFIG_FILE: ")


def test_absent_file_is_named(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in refusal(ExampleSettings, capsys)


def test_setting_inside_a_list_is_named_with_its_place(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config_file.write_text("portal: {sources: [{password: x}]}\n")
    assert refusal(ExampleSettings, capsys) == "SURVEYOR_PORTAL__SOURCES__0__URL: must be set"


def test_json_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_PORTAL__SOURCES", "[{")
    assert refusal(ExampleSettings, capsys) == "SURVEYOR_PORTAL__SOURCES: is not valid JSON"


def test_secret_comes_from_its_file_without_the_line_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("hunter2\n")
    monkeypatch.setenv("SURVEYOR_PORTAL__API_KEY_FILE", str(tmp_path / "key"))
    api_key = load_settings(ExampleSettings).api_key
    assert api_key is not None
    assert api_key.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(api_key)


def test_secrets_of_listed_sources_come_from_files(config_file: Path, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("hunter2")
    config_file.write_text(f"portal: {{sources: [{{url: a, password_file: {tmp_path / 'one'}}}]}}\n")
    (source,) = load_settings(ExampleSettings).sources
    assert source.password.get_secret_value() == "hunter2"


def test_unreadable_secret_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_PORTAL__API_KEY_FILE", "/nowhere/key")
    line = refusal(ExampleSettings, capsys)
    assert line == "SURVEYOR_PORTAL__API_KEY_FILE: cannot read /nowhere/key: No such file or directory"


def test_secret_given_twice_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_PORTAL__API_KEY", "hunter2")
    monkeypatch.setenv("SURVEYOR_PORTAL__API_KEY_FILE", "/nowhere/key")
    line = refusal(ExampleSettings, capsys)
    assert line == "SURVEYOR_PORTAL__API_KEY_FILE: give it or API_KEY, not both"


def test_sasl_without_credentials_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_KAFKA__BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("SURVEYOR_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    line = refusal(KafkaSettings, capsys)
    assert "SASL_USERNAME and SASL_PASSWORD" in line
    assert "Value error" not in line
