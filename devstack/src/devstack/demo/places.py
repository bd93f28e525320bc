"""Where a demo keeps its data and leaves its results."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devstack.demo.waiting import DemoFailed
from devstack.places import CHECKOUT, data_directory


@dataclass(frozen=True, slots=True)
class DemoPlaces:
    """Directories and files of one demo run."""

    data: Path
    output: Path

    @classmethod
    def at(cls, directory: Path | None) -> "DemoPlaces":
        """All below `directory`, or this checkout's places."""
        if directory is not None:
            return cls(data=directory / "data", output=directory / "output")
        return cls(data=data_directory() / "demo", output=CHECKOUT / "build" / "demo")

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def endpoints(self) -> Path:
        return self.output / "endpoints.json"

    @property
    def result(self) -> Path:
        return self.output / "result.json"

    @property
    def export(self) -> Path:
        return self.output / "assessment.xlsx"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep these places for this process: a second demo would remove what the first works on.

        Raises:
            DemoFailed: another demo has them.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.data.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoFailed(
                    f"{self.data} is in use by another demo; DEMO_DIRECTORY names another place"
                ) from None
            yield

    def start_fresh(self) -> None:
        """Remove what an earlier run left: a demo shows its own run, never an old one."""
        shutil.rmtree(self.data, ignore_errors=True)
        for path in (self.endpoints, self.result, self.export):
            path.unlink(missing_ok=True)
        for directory in (self.data, self.output):
            directory.mkdir(parents=True, exist_ok=True)
