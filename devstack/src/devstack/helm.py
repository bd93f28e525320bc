"""Builds Helm from its published Go module, for the tests of the chart."""

import os
import subprocess
from pathlib import Path

from devstack.installation import InstallationError, install_once
from devstack.progress import task
from devstack.vcenter.build import find_go

HELM_VERSION = "3.22.0"
_PACKAGE = f"helm.sh/helm/v3/cmd/helm@v{HELM_VERSION}"
_SET_VERSION = f"-X helm.sh/helm/v3/internal/version.version=v{HELM_VERSION}"


def helm_binary() -> Path:
    """Return Helm in the version that the chart is tested with; the first build takes about three minutes.

    Raises:
        InstallationError: there is no Go, or the build failed.
    """
    return install_once(f"helm-{HELM_VERSION}", _build) / "helm"


def _build(directory: Path) -> None:
    # The toolchain found is the one used: `auto` would download another where go.mod asks for a newer one.
    environment = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOBIN": str(directory)}
    command = [str(find_go()), "install", "-trimpath", "-ldflags", f"-s -w {_SET_VERSION}", _PACKAGE]
    with task(f"Building Helm {HELM_VERSION} (about three minutes)"):
        built = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
    if built.returncode:
        raise InstallationError(f"Helm could not be built:\n{built.stderr.strip()}")
