"""A wrong sources file ends the service at its start with a line that names entry and field."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from collector_vmware.settings import load_sources

THUMBPRINT = ":".join(["AB"] * 32)


@pytest.fixture
def sources_file(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("s3cret-canary\n")
    return tmp_path / "sources.yaml"


def an_entry(**changes: Any) -> dict[str, Any]:
    entry = {"source_id": "dc1", "host": "vc.example", "username": "svc", "password_file": "password"}
    return {name: value for name, value in {**entry, **changes}.items() if value is not None}


def refusal(path: Path, *entries: Any) -> str:
    path.write_text(yaml.safe_dump(list(entries)))
    with pytest.raises(ValueError) as fault:
        load_sources(path)
    return str(fault.value)


def test_passwords_are_read_beside_the_file_and_anew_each_time(sources_file: Path) -> None:
    sources_file.write_text(json.dumps([an_entry()]))
    (source,) = load_sources(sources_file)
    assert source.credentials() == ("svc", "s3cret-canary")
    (sources_file.parent / "password").write_text("changed")
    assert source.credentials() == ("svc", "changed")


def test_thumbprints_are_taken_with_and_without_colons(sources_file: Path) -> None:
    sources_file.write_text(json.dumps([an_entry(tls={"thumbprint": THUMBPRINT})]))
    (source,) = load_sources(sources_file)
    assert source.tls.thumbprint == "ab" * 32


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (an_entry(host=None), "source dc1: host: must be set"),
        (an_entry(port=70000), "source dc1: port:"),
        (an_entry(pasword="x"), "source dc1: pasword: is not a setting"),
        (an_entry(password_file="absent"), "source dc1: password_file: cannot read"),
        (an_entry(username=None), "source dc1: give one of username, username_file"),
        (an_entry(tls={"thumbprint": "ab"}), "source dc1: tls: thumbprint: must be a SHA-256"),
        (an_entry(tls={"verify": False, "thumbprint": THUMBPRINT}), "source dc1: tls: give one of"),
        (an_entry(source_id=None), "source number 1: source_id: must be set"),
        ("vc.example", "source number 1: "),
    ],
)
def test_a_wrong_entry_is_named_with_its_field(sources_file: Path, entry: Any, named: str) -> None:
    assert f"{sources_file}: {named}" in refusal(sources_file, entry)


def test_two_sources_may_not_share_an_id(sources_file: Path) -> None:
    assert "source_id dc1 stands there twice" in refusal(sources_file, an_entry(), an_entry())


def test_an_empty_list_is_refused(sources_file: Path) -> None:
    assert "must be a list of sources" in refusal(sources_file)


def test_broken_yaml_is_refused_without_quoting_it(sources_file: Path) -> None:
    sources_file.write_text("- password: [s3cret-canary\n")
    with pytest.raises(ValueError, match=r"neither YAML nor JSON \(line 1\)") as fault:
        load_sources(sources_file)
    assert "canary" not in str(fault.value)


def test_the_process_ends_with_one_line_and_code_two(sources_file: Path) -> None:
    sources_file.write_text(yaml.safe_dump([an_entry(host=None)]))
    environment = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "SURVEYOR_COLLECTOR_VMWARE__SOURCES_FILE": str(sources_file),
        "SURVEYOR_COLLECTOR_VMWARE__SPOOL_DIR": str(sources_file.parent / "spool"),
    }
    command = [sys.executable, "-m", "collector_vmware"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr == (
        f"SURVEYOR_COLLECTOR_VMWARE__SOURCES_FILE: {sources_file}: source dc1: host: must be set\n"
    )
