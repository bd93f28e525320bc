"""Downloads and builds happen once and count only when complete."""

import subprocess
import sys
from pathlib import Path

import pytest

from devstack.installation import install_once
from devstack.kafka.jars import recorded_jars


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYOR_DEVSTACK_CACHE", str(tmp_path))
    return tmp_path


def test_the_second_time_nothing_is_done(cache: Path) -> None:
    fills: list[Path] = []

    def fill(directory: Path) -> None:
        fills.append(directory)
        (directory / "file").write_text("content")

    for _ in range(2):
        assert (install_once("part-1", fill) / "file").read_text() == "content"
    assert len(fills) == 1


def test_a_failed_download_does_not_count(cache: Path) -> None:
    def fail(directory: Path) -> None:
        (directory / "file").write_text("half")
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        install_once("part-1", fail)

    install_once("part-1", lambda directory: (directory / "file").touch())
    assert [path.name for path in cache.iterdir() if path.is_dir()] == ["part-1"]


INSTALL = """
from devstack.installation import install_once

def count(directory):
    with (directory.parent / "fills").open("a") as fills:
        fills.write("x")

print(install_once("part-1", count))
"""


def test_processes_that_want_the_same_part_share_one_download(cache: Path) -> None:
    # Not forks of this process: its threads, and signals that other tests took over, would come along.
    processes = [
        subprocess.Popen([sys.executable, "-c", INSTALL], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert {process.communicate()[0].strip() for process in processes} == {str(cache / "part-1")}
    assert (cache / "fills").read_text() == "x"


def test_every_jar_is_recorded_with_one_version_and_a_hash() -> None:
    jars = recorded_jars()
    names = [jar.coordinates.rsplit(":", 1)[0] for jar in jars]
    assert len(set(names)) == len(names) > 40
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert "org.apache.kafka:kafka-clients:4.4.0" in {jar.coordinates for jar in jars}
