"""A PostgreSQL of this machine's own programs, in a directory that goes away with it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

URL_VARIABLE = "SURVEYOR_TEST_POSTGRESQL_URL"
_DEBIAN = Path("/usr/lib/postgresql")
_SYSTEM_USER = "postgres"


def is_available() -> bool:
    """Return whether a server is named in the environment, or its programs are installed."""
    return bool(os.environ.get(URL_VARIABLE)) or _programs() is not None


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Give the URL of an empty database: that of the environment, or one of a server made for the block."""
    if given := os.environ.get(URL_VARIABLE):
        yield given
        return
    programs = _programs()
    assert programs is not None
    directory = Path(tempfile.mkdtemp(prefix="surveyor-pg-"))
    user = _SYSTEM_USER if os.geteuid() == 0 else None  # the server refuses to run as root
    if user is not None:
        shutil.chown(directory, user)
    try:
        _run(
            user, programs / "initdb", "-D", directory / "data", "-U", "surveyor", "-A", "trust", "--no-sync"
        )
        options = f"-c listen_addresses= -c unix_socket_directories={directory} -c fsync=off"
        server = ("-D", directory / "data", "-w", "-t", "60", "-l", directory / "log")
        _run(user, programs / "pg_ctl", *server, "-o", options, "start")
        try:
            yield f"postgresql+asyncpg://surveyor@/postgres?host={directory}"
        finally:
            _run(user, programs / "pg_ctl", *server, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else sorted(_DEBIAN.glob("*/bin"), reverse=True)
    usable = [folder for folder in folders if (folder / "pg_ctl").exists()]
    return usable[0] if usable and _may_run() else None


def _may_run() -> bool:
    if os.geteuid() != 0:
        return True
    try:
        pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        return False
    return True


def _run(user: str | None, *command: str | Path) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, user=user, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} ended with {done.returncode}: {done.stderr or done.stdout}")
