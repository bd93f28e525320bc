"""Finds the browser that the portal is tested in."""

import os
import shutil
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> Path | None:
    """Return `SURVEYOR_CHROMIUM`, a browser on the path, or the one Playwright has downloaded."""
    if given := os.environ.get("SURVEYOR_CHROMIUM"):
        return Path(given) if Path(given).exists() else None
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    browsers = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return max(browsers.glob("chromium-*/chrome-linux*/chrome"), default=None)
