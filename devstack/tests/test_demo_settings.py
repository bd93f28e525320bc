"""The demo's variables: what is wrong is named, in one line, before anything starts."""

from pathlib import Path

import pytest

from devstack.demo.__main__ import main
from devstack.demo.settings import DemoSettings


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DEMO_VMS": "many"}, "DEMO_VMS: "),
        ({"VCENTER_URL": "https://vcenter"}, "VCENTER_URL needs VCENTER_USERNAME and VCENTER_PASSWORD"),
        ({"VCENTER_CA_FILE": "nowhere.pem"}, "VCENTER_CA_FILE: "),
    ],
)
def test_a_wrong_variable_is_named(
    given: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main() == 2
    shown = capsys.readouterr()
    (line,) = (shown.out + shown.err).splitlines()
    assert line.startswith(said)


def test_a_relative_authority_file_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VCENTER_CA_FILE", "ca.pem")
    assert DemoSettings().vcenter_ca_file == tmp_path / "ca.pem"
