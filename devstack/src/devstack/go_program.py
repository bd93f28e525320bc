"""Builds programs from their published Go modules."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devstack.installation import InstallationError
from devstack.progress import task
from devstack.vcenter.build import find_go


def go_install(title: str, package: str, directory: Path, *, flags: Sequence[str] = ()) -> None:
    """Build a program of a module into a directory.

    Args:
        title: What to show meanwhile, and in an error.
        package: The program's package with its version, such as `example.org/tool/cmd/tool@v1.2.3`.
        directory: Where the program goes.
        flags: Of `go install`.

    Raises:
        InstallationError: there is no Go, or the build failed.
    """
    # The toolchain found is the one used: `auto` would download another where go.mod asks for a newer one.
    environment = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOBIN": str(directory)}
    command = [str(find_go()), "install", "-trimpath", *flags, package]
    with task(f"Building {title}"):
        built = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
    if built.returncode:
        raise InstallationError(f"{title} could not be built:\n{built.stderr.strip()}")
