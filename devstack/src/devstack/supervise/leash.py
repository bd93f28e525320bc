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

SUPERVISOR_PID_VARIABLE = "DEVSTACK_SUPERVISOR_PID"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process when its parent dies without having stopped it (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit("the supervisor died before this process could follow it")


def main() -> None:
    specification = json.loads(Path(sys.argv[1]).read_text())
    die_with_parent(int(os.environ.pop(SUPERVISOR_PID_VARIABLE)))
    if specification["directory"]:
        os.chdir(specification["directory"])
    command = specification["command"]
    os.execvpe(command[0], command, {**os.environ, **specification["environment"]})  # noqa: S606


if __name__ == "__main__":
    main()
