"""Becomes the program of a specification file, tied to the life of its parent.

Started by the supervisor: `python -m devstack.supervise.leash SPECIFICATION.json`. A file, not
arguments: a supervisor configuration has quoting rules of its own, and a command can hold a test credential.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Have the kernel end this process when its parent dies without having stopped it (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    specification = json.loads(Path(sys.argv[1]).read_text())
    die_with_parent()
    if specification["directory"]:
        os.chdir(specification["directory"])
    command = specification["command"]
    os.execvpe(command[0], command, {**os.environ, **specification["environment"]})  # noqa: S606


if __name__ == "__main__":
    main()
