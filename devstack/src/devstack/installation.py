"""Downloads and builds that happen once per version, whoever asks first."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.places import cache_directory


class InstallationError(Exception):
    """A part could not be downloaded or built; the message says why and what would help."""


def install_once(name: str, fill: Callable[[Path], None]) -> Path:
    """Return the finished directory `name` of the cache; make it with `fill` if it is not there yet.

    `fill` works in a directory beside it which gets its name only when `fill` returns: a half-done download
    or build never counts. Other processes that want the same part meanwhile wait and share the result.

    Args:
        name: Part and version, such as `kafka-4.4.0`: a new version is a new directory.
        fill: Puts the files into the directory it is given.
    """
    finished = cache_directory() / name
    if finished.is_dir():
        return finished
    finished.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(finished.with_name(f"{name}.lock")):
        if not finished.is_dir():
            _fill_and_rename(finished, fill)
    return finished


def _fill_and_rename(finished: Path, fill: Callable[[Path], None]) -> None:
    partial = Path(tempfile.mkdtemp(prefix=f"{finished.name}.partial-", dir=finished.parent))
    try:
        fill(partial)
        partial.replace(finished)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def exclusive(lock_file: Path) -> Iterator[None]:
    """Hold a lock between processes; the kernel gives it back when the holder dies."""
    with lock_file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
