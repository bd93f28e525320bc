"""Files that may be replaced while the process runs, such as those of a mounted secret."""

from collections.abc import Iterable
from pathlib import Path

_Stamp = tuple[int, int, int] | None


class WatchedFiles:
    """Tells when files have changed since it was last asked."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._stamps = {path: _stamp(path) for path in paths}

    def changed(self) -> bool:
        """Return whether any file is another one, or holds something else, than at the last call."""
        now = {path: _stamp(path) for path in self._stamps}
        before, self._stamps = self._stamps, now
        return now != before


def _stamp(path: Path) -> _Stamp:
    """Return what tells one content from the next; a mounted secret is replaced by way of a link."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
