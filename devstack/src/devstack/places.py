"""Where devstack keeps what it downloads or builds (shared) and what its parts write (per checkout)."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def cache_directory() -> Path:
    """Hold finished downloads and builds by version, so that two checkouts share them."""
    given = os.environ.get("SURVEYOR_DEVSTACK_CACHE")
    if given:
        return Path(given).expanduser().resolve()
    user_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user_cache) / "surveyor-devstack"


def data_directory() -> Path:
    """Hold logs and data of this checkout's parts; removing it loses nothing that cannot be made again."""
    return CHECKOUT / ".devstack"
