"""Environments of contestants whose pins do not fit ours; installed once, below `build/bench`."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from bench.report import FOLDER


def environment(*requirements: str, with_ours: bool = False) -> Path:
    """Return the interpreter of an environment with these distributions.

    Args:
        requirements: What to install.
        with_ours: Make this workspace's distributions importable too, behind those.
    """
    folder = FOLDER / requirements[0].replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=True)
        if with_ours:
            _add_ours(folder)
        (folder / "complete").touch()
    return python


def _add_ours(folder: Path) -> None:
    ours = sysconfig.get_path("purelib")
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
