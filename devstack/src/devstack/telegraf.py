"""Builds Telegraf from its published Go module, with no more than reading a vCenter takes."""

from pathlib import Path

from devstack.go_program import go_install
from devstack.installation import install_once

TELEGRAF_VERSION = "1.39.1"
_PACKAGE = f"github.com/influxdata/telegraf/cmd/telegraf@v{TELEGRAF_VERSION}"
_PLUGINS = ("inputs.vsphere", "inputs.internal", "outputs.file", "serializers.influx")


def telegraf_binary() -> Path:
    """Return Telegraf in the version that Surveyor is compared with; the first build takes some minutes.

    Raises:
        InstallationError: there is no Go, or the build failed.
    """
    return install_once(f"telegraf-{TELEGRAF_VERSION}", _build) / "telegraf"


def _build(directory: Path) -> None:
    tags = ",".join(("custom", *_PLUGINS))
    go_install(
        f"Telegraf {TELEGRAF_VERSION} (some minutes)",
        _PACKAGE,
        directory,
        flags=["-tags", tags, "-ldflags", "-s -w"],
    )
