"""Builds Helm from its published Go module, for the tests of the chart."""

from pathlib import Path

from devstack.go_program import go_install
from devstack.installation import install_once

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
    title = f"Helm {HELM_VERSION} (about three minutes)"
    go_install(title, _PACKAGE, directory, flags=["-ldflags", f"-s -w {_SET_VERSION}"])
