"""The spools of all sources that this process follows, or followed at any time."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, Self, TypeVar
from urllib.parse import quote, unquote

from surveyor_kit.clock import Clock
from surveyor_kit.collecting.settings import CollectorSettings
from surveyor_kit.settings import setting_name
from surveyor_kit.settings.base import CONFIG_EXIT_CODE
from surveyor_kit.spool import Bounds, Extent, Spool, SpoolInUse, lock_directory

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Spools(Generic[Entry]):
    """One directory for each source.

    Attributes:
        directory: What `claimed` has claimed.
        entry_type: What is spooled.
        extent_of: What an entry is about.
        bounds: How much each spool may hold.
        clock: Ours.
    """

    directory: Path
    entry_type: type[Entry]
    extent_of: Callable[[Entry], Extent]
    bounds: Bounds
    clock: Clock

    @classmethod
    def of(
        cls,
        settings: CollectorSettings,
        entry_type: type[Entry],
        extent_of: Callable[[Entry], Extent],
        clock: Clock,
    ) -> Self:
        """Return them as the settings say; a file holds what is published at a time."""
        bounds = Bounds(
            settings.spool_max_bytes, settings.spool_max_age_seconds, settings.publish_interval_seconds
        )
        return cls(settings.spool_dir, entry_type, extent_of, bounds, clock)

    def open(self, source_id: str) -> Spool[Entry]:
        """Return a source's spool, with what earlier runs have left in it."""
        directory = self.directory / quote(source_id, safe="")
        return Spool(directory, self.entry_type, self.extent_of, self.bounds, self._epoch_seconds)

    def left_over(self) -> list[str]:
        """Return the sources of which something waits on disk."""
        directories = [path for path in self.directory.iterdir() if path.is_dir()]
        return sorted(unquote(path.name) for path in directories if any(path.iterdir()))

    def _epoch_seconds(self) -> float:
        return self.clock.now().timestamp()


def claimed(settings: CollectorSettings) -> IO[str]:
    """Claim the directory of the spools for this process, as long as the returned file is open.

    Raises:
        SystemExit: With code 2 and one line on stderr, where that is not possible.
    """
    try:
        return lock_directory(settings.spool_dir)
    except (SpoolInUse, OSError) as error:
        sys.stderr.write(f"{setting_name(settings.part, 'spool_dir')}: {error}\n")
        raise SystemExit(CONFIG_EXIT_CODE) from None
